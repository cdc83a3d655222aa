"""The privacy commands through the whole core: private answers, confirmation, expiry, who may answer."""

import json
from datetime import timedelta

import pytest

from bot.domain.conversation import Conversation, ConversationKind
from bot.domain.effect import Audience
from bot.testing.harness import harness


@pytest.fixture
def bot(tmp_path):
    return harness(tmp_path, cogs=("civility", "review", "privacy"), sections={"civility": {"notice": False}})


def prompts(bot):
    return [post for post in bot.server.posts() if post.ask is not None and post.ask.label.startswith("forget:")]


ALONE = {Audience.ASKER, Audience.ASIDE}
"""Seen by one person; refusals go aside."""


def private_posts(bot):
    return [post for post in bot.server.posts() if post.audience in ALONE]


async def stored(bot, name):
    return (await bot.app.store.records.export(bot.person(name).id))["messages"]


async def test_everybody_may_ask_everywhere_and_is_answered_alone(bot):
    direct = Conversation("fake:ines-direct", "Ines", ConversationKind.DIRECT)
    bot.server._open(direct, private=False)
    async with bot.started():
        for where in (bot.square, bot.desk, bot.far_square, direct):
            for command in ("!privacy", "!my-data", "!forget-me", "!off-the-record"):
                before = len(bot.server.posts())
                name = "Ada" if command == "!my-data" else "Ines"  # whom no cooldown stops
                await bot.command(name, command, where=where)
                posts = bot.server.posts()[before:]
                assert posts, command
                assert {post.audience for post in posts} <= ALONE
                assert {post.asker for post in posts} == {bot.person(name).id}


async def test_privacy_names_this_communitys_numbers_and_what_each_cog_keeps(bot):
    async with bot.started():
        answer = await bot.command("Ines", "!privacy")
        for words in (
            "Kept 30 days; off the record 72 hours",
            "Kept 24 hours",
            "Kept 90 days",
            "as long as anything else of you is kept here",
            "a fingerprint of your account",
            "backups of that file",
            "The score that a model gave",
            "Cases about your messages",
            "Your reports",
            "Nothing. The models run on it too",
            "[off] or [otr]",
            "!forget-me",
        ):
            assert words in answer


async def test_what_a_cog_keeps_is_no_longer_named_once_it_is_unloaded(tmp_path):
    bot = harness(tmp_path, cogs=("civility", "admin", "privacy"))
    async with bot.started():
        await bot.command("Ada", "!cogs unload civility", where=bot.desk)
        assert "The score" not in await bot.command("Ines", "!privacy")


async def test_my_data_waits_ten_minutes_for_the_next_and_moderators_do_not(bot):
    async with bot.started():
        assert "all that I keep" in await bot.command("Ines", "!my-data")
        assert "again in" in await bot.command("Ines", "!my-data")
        for _ in range(2):
            assert "all that I keep" in await bot.command("Mira", "!mydata")


async def test_nothing_is_erased_before_the_member_has_said_yes(bot):
    async with bot.started():
        await bot.say("Ines", "A bus lane takes the parking away.")
        question = await bot.command("Ines", "!forget-me")
        assert "This goes, for good" in question
        assert "what others copied of your words" in question.partition("This stays")[2]
        assert "civility, review" in question
        [prompt] = prompts(bot)
        bot.server.press(bot.person("Ines"), prompt, "erase", confirmed=False)
        await bot.settle()
        assert len(await stored(bot, "Ines")) == 2
        await bot.press("Ines", prompt, "keep")
        assert "Nothing was erased" in prompts(bot)[0].text
        assert prompts(bot)[0].choices == ()
        assert len(await stored(bot, "Ines")) == 2


async def test_nobody_confirms_for_somebody_else_and_nobody_too_late(bot):
    async with bot.started():
        await bot.command("Ines", "!forget-me")
        for other in ("Otto", "Mira", "Ada"):
            await bot.press(other, prompts(bot)[0], "erase")
            assert private_posts(bot)[-1].text == "Somebody else was asked."
            assert private_posts(bot)[-1].asker == bot.person(other).id
        await bot.advance(timedelta(minutes=15))
        await bot.press("Ines", prompts(bot)[0], "erase")
        assert "has expired" in private_posts(bot)[-1].text
        assert len(await stored(bot, "Ines")) == 1


async def test_pressing_twice_erases_once(bot):
    async with bot.started():
        await bot.command("Ines", "!forget-me")
        [prompt] = prompts(bot)
        member = bot.person("Ines")
        for _ in range(2):
            bot.server.press(member, prompt, "erase")
        await bot.settle()
        assert sum("You are erased here" in post.text for post in private_posts(bot)) == 1


async def test_the_words_alone_confirm_too_and_other_words_do_not(bot):
    async with bot.started():
        await bot.say("Ines", "A bus lane takes the parking away.")
        for words in ("yes", "erase", "erase everything please", "EVERYTHING"):
            assert "Nothing was erased" in await bot.command("Ines", f"!forget-me {words}")
        answer = await bot.command("Ines", "!forget-me  Erase  EVERYTHING ")
        assert "You are erased here." in answer
        assert await stored(bot, "Ines") == []


async def test_off_the_record_holds_from_now_on_over_a_restart_and_can_be_ended(bot):
    async with bot.started():
        await bot.say("Ines", "before")
        assert "on the record" in await bot.command("Ines", "!otr")
        answer = await bot.command("Ines", "!off-the-record on")
        assert "in every room" in answer
        assert "72 hours" in answer
        await bot.say("Ines", "during")
        await bot.say("Otto", "somebody else")
    async with bot.started():
        await bot.say("Ines", "later", where=bot.far_square)
        assert "is off the record" in await bot.command("Ines", "!otr")
        assert "is on the record" in await bot.command("Ines", "!off-the-record off")
        await bot.say("Ines", "after")
        await bot.say("Ines", "[otr] only this one")
        marks = {one["text"]: one["off the record"] for one in await stored(bot, "Ines")}
        assert {text: marks[text] for text in ("before", "during", "later", "after", "[otr] only this one")} == {
            "before": False,
            "during": True,
            "later": True,
            "after": False,
            "[otr] only this one": True,
        }
        assert not any(one["off the record"] for one in await stored(bot, "Otto"))


async def test_a_wish_that_is_none_is_answered_with_how_to_write_it(bot):
    async with bot.started():
        assert "on|off" in await bot.command("Ines", "!off-the-record maybe")


async def test_the_file_is_whole_json(bot):
    async with bot.started():
        await bot.say("Ines", 'A "quoted" word, an \ud83d half and an 🚌.')
        await bot.command("Ines", "!my-data")
        [(name, content)] = [post.attachment for post in private_posts(bot)]
        assert name == "my-data.json"
        found = json.loads(content)
        assert found["about"]["account"] == "fake:ines"
        assert found["core"]["messages"][0]["text"] == 'A "quoted" word, an \ufffd half and an 🚌.'
        assert found["civility"]["assessments"][0]["message"] == found["core"]["messages"][0]["id"]
