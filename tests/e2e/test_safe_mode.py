"""Safe mode: one cog runs, and nothing that concerns the others is lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.document import Document
from bot.domain.effect import Say
from bot.ports.stores import Outcome, Post
from bot.testing.harness import harness

IDIOT = "You are an idiot."


@pytest.fixture
def bot(tmp_path):
    return harness(tmp_path)


def safely(bot):
    """The same bot in safe mode, until `normally` is called."""
    bot.normal = bot.config
    bot.config = bot.config.in_safe_mode()


def normally(bot):
    bot.config = bot.normal


def cards(bot, case):
    return [post for post in bot.posts(bot.desk) if f"Case {case}" in post.text]


async def test_only_admin_runs_and_the_moderators_of_every_community_are_told(bot):
    safely(bot)
    async with bot.started():
        assert sorted(bot.app.loader.registry.cogs) == ["admin"]
        for desk in (bot.desk, bot.far_desk):
            (told,) = bot.posts(desk)
            assert "safe mode" in told.text
            assert "civility, review, summaries, reading" in told.text
            assert "without --safe" in told.text
        assert bot.posts(bot.square) == []
        for command in ("!cogs", "!health"):
            answer = await bot.command("Ada", command, where=bot.desk)
            assert "civility: left out, since the bot runs in safe mode" in answer
            assert "admin: left out" not in answer


async def test_what_is_said_deleted_and_decided_meanwhile_is_dealt_with_after_a_normal_start(bot):
    async with bot.started():
        first = await bot.say("Ben", IDIOT)
        await bot.say("Otto", "Only an idiot says so.")
    safely(bot)
    async with bot.started():
        await bot.delete(first)
        await bot.press("Mira", cards(bot, 2)[0], "dismiss")
        liar = await bot.say("Ben", "He is a liar.")
        bot.server.report(bot.person("Dario"), liar, "insulting us all")
        assert "Case 3" not in "".join(post.text for post in bot.posts(bot.desk))
        await bot.advance(timedelta(hours=30))  # longer than handled events are remembered
    async with bot.started():  # a second start in safe mode takes nothing away either
        await bot.advance(timedelta(hours=30))
        assert "idiot" in cards(bot, 1)[0].text
    normally(bot)
    async with bot.started():
        assert "idiot" not in cards(bot, 1)[0].text
        assert "Dismissed" in cards(bot, 2)[0].text
        assert "liar" in cards(bot, 3)[0].text
        assert "insulting us all" in cards(bot, 3)[0].text
        assert (await bot.app.store.counters())["events waiting"] == 0


async def test_commands_of_the_others_are_not_carried_out_later(bot):
    safely(bot)
    async with bot.started():
        for number in range(4):
            await bot.say("Ben", f"point {number}")
        await bot.say("Ben", "!summarize")
    normally(bot)
    async with bot.started():
        assert [post.cog for post in bot.posts(bot.square)] == ["civility"]  # its first notice


async def test_schedules_wait_and_tell_that_they_are_late(bot):
    async with bot.started():
        await bot.command("Mira", "!weekly mon 18:00", where=bot.desk)
        before = len(bot.posts(bot.square))
    safely(bot)
    async with bot.started():
        await bot.advance(timedelta(days=8))
        assert len(bot.posts(bot.square)) == before
    normally(bot)
    async with bot.started():
        assert len(bot.posts(bot.square)) == before + 1


async def test_posts_of_the_others_wait_and_hold_up_nobody(bot):
    say = Say(bot.desk.id, Document.of("a card of review's"), "card")
    safely(bot)
    async with bot.started():
        post = Post("k", "review", 1, "fake", bot.desk.id, 0, say, "card")
        await bot.app.store.journal.commit(Outcome("review", bot.clock.now(), posts=(post,)))
        assert "Not loaded" in await bot.command("Ada", "!cogs", where=bot.desk)
        assert "a card of review's" not in [one.text for one in bot.posts(bot.desk)]
    normally(bot)
    async with bot.started():
        assert "a card of review's" in [one.text for one in bot.posts(bot.desk)]


async def test_a_cog_can_be_loaded_and_its_watch_still_rests(bot):
    safely(bot)
    bot.models.classifier.model = None
    async with bot.started():
        assert "is loaded" in await bot.command("Ada", "!cogs load civility", where=bot.desk)
        assert "civility: left out" not in await bot.command("Ada", "!cogs", where=bot.desk)
        await bot.command("Ada", "!cogs load help", where=bot.desk)
        assert "watch" in await bot.command("Ben", "!help")
        await bot.say("Ben", IDIOT)
    normally(bot)
    bot.models.classifier.model = "scripted-1"
    async with bot.started():
        assert cards(bot, 1)


async def test_safe_mode_loads_admin_also_where_the_configuration_does_not(tmp_path):
    bot = harness(tmp_path, cogs=("help",))
    safely(bot)
    assert bot.config.left_out == ("help",)
    async with bot.started():
        assert "help: left out" in await bot.command("Ada", "!cogs", where=bot.desk)


def test_safe_mode_leaves_the_rest_of_the_configuration_alone(bot):
    safe = bot.config.in_safe_mode()
    assert not safe.models.enabled
    core = replace(safe, core=safe.core.model_copy(update={"cogs": bot.config.cogs, "models": bot.config.models})).core
    assert core == bot.config.core
