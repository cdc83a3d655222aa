"""Moderators are told of what went wrong: once, where it happened, and never in a storm."""

from datetime import timedelta

import pytest

from bot.config import Config
from bot.dispatch.guarding.alarms import PAUSE

FAULTY = '''
class Faulty(Cog):
    """Fails as it is told."""

    name = "faulty"

    @listen
    async def hears(self, event: MessagePosted) -> Reply:
        kind = event.message.text.partition(" ")[0]
        if kind == "say":
            return Say(event.message.conversation.id, Document.of("hello"))
        if kind != "fine":
            raise type(kind, (Exception,), {})(event.message.text)

    @command("fail", help="Fail")
    async def fail(self, call: Invocation) -> Reply:
        raise ValueError
'''


@pytest.fixture
def bot(bot_with):
    return bot_with(faulty=FAULTY, others=("admin",))


def alarms(bot, where=None):
    return [post.text for post in bot.posts(where or bot.desk)]


async def test_a_failure_is_told_once_with_its_incident_and_then_counted(bot):
    async with bot.started():
        await bot.say("Dario", "One with my words")
        (told,) = alarms(bot)
        for words in ("faulty", "hears", "One, incident ", "everything else goes on", "!cogs unload faulty"):
            assert words in told
        assert "my words" not in told
        for _ in range(4):
            await bot.say("Dario", "One")
        await bot.advance(PAUSE)
        assert alarms(bot) == [told]
        health = await bot.command("Mira", "!health", where=bot.desk)
        assert "5 failures since the start" in health
        assert "By cog: faulty 5" in health
    assert alarms(bot, bot.far_desk) == []  # it happened elsewhere


async def test_the_day_after_it_is_told_again_and_a_restart_on_one_day_tells_nothing(bot):
    async with bot.started():
        await bot.say("Dario", "One")
    async with bot.started():
        await bot.say("Dario", "One")
        assert len(alarms(bot)) == 1
        await bot.advance(timedelta(days=1))
        await bot.say("Dario", "One")
        assert len(alarms(bot)) == 2


async def test_many_kinds_at_once_make_one_post(bot):
    async with bot.started():
        await bot.say("Dario", "Kind0")
        for number in range(1, 10):
            await bot.say("Dario", f"Kind{number}")
        assert len(alarms(bot)) == 1
        await bot.advance(PAUSE)
        first, second = alarms(bot)
        assert "Kind0" in first
        assert [f"Kind{n}" in second for n in range(1, 10)] == [True] * 4 + [False] * 5
        assert "5 more kinds of failures: see !health" in second
    async with bot.started():
        for number in range(5):
            await bot.say("Dario", f"Kind{number}")
        await bot.advance(PAUSE)
        assert len(alarms(bot)) == 2


async def test_a_clock_that_is_set_back_silences_nobody(bot):
    async with bot.started():
        await bot.say("Dario", "One")
        bot.clock.jump(-timedelta(days=365))
        await bot.say("Dario", "Two")
        await bot.advance(PAUSE)
        assert len(alarms(bot)) == 2


async def test_a_command_that_fails_in_the_moderators_room_is_told_there(bot):
    async with bot.started():
        answer = await bot.command("Mira", "!fail", where=bot.far_desk)
        assert "!fail failed on our side" in answer
        assert "The cog faulty failed in !fail (ValueError" in answer
        assert alarms(bot) == []


async def test_what_concerns_no_room_is_told_in_all(bot, tmp_path):
    (tmp_path / "cogs" / "faulty.py").write_text("import nowhere_at_all")
    async with bot.started():
        for desk in (bot.desk, bot.far_desk):
            (told,) = alarms(bot, desk)
            assert "faulty could not be loaded" in told
            assert "nowhere_at_all" in told
            assert "!cogs load faulty" in told
    async with bot.started():
        assert len(alarms(bot)) == 1


async def test_a_room_in_which_the_bot_may_not_write_is_told_of_once(bot):
    async with bot.started():
        bot.server.faults.forbid(bot.square.id, "Send Messages")
        for _ in range(3):
            await bot.say("Dario", "say")
        (told,) = alarms(bot)
        assert "send messages" in told
        assert bot.square.id in told
        assert "Send Messages" in told
        assert bot.app.incidents.total == 0


async def test_an_alarm_that_cannot_be_posted_raises_no_alarm(bot):
    async with bot.started():
        bot.server.faults.forbid(bot.desk.id, "Send Messages")
        await bot.say("Dario", "One")
        await bot.advance(PAUSE)
        await bot.say("Dario", "Two")
        await bot.advance(PAUSE)
        assert alarms(bot) == alarms(bot, bot.far_desk) == []
        assert (await bot.app.store.counters())["posts waiting"] == 0


async def test_without_a_review_room_the_log_has_it(bot):
    core = bot.config.core
    silent = tuple(community.model_copy(update={"review_room": None}) for community in core.community)
    bot.config = Config(bot.config.path, core.model_copy(update={"community": silent}), {})
    async with bot.started():
        await bot.say("Dario", "One")
        assert bot.app.incidents.by_cog == {"faulty": 1}
        assert alarms(bot) == []
