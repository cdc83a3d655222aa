"""Texts go when their time is up, in every room, and not because a clock is wrong."""

from datetime import timedelta

import pytest

from bot.config import Config
from bot.domain.conversation import Conversation, ConversationKind
from bot.testing.harness import harness

_DAY = timedelta(days=1)


@pytest.fixture
def bot(tmp_path):
    """Texts are kept for 30 days in tarnwick and for 10 in the other community; off the record 72 hours and 5."""
    bot = harness(tmp_path, cogs=("help",))
    core = bot.config.core
    here, far = core.community
    kept = (here, far.model_copy(update={"retention_days": 10, "off_record_hours": 5}))
    bot.config = Config(bot.config.path, core.model_copy(update={"community": kept}), {})
    return bot


async def _left(bot):
    """The texts that are still stored."""
    stored = await bot.app.store.history.messages(list(bot.server.messages))
    return {message.text for message in stored.values()}


async def _say_everywhere(bot):
    thread = bot.server.thread(bot.square, "aside")
    places = {
        "here": bot.square,
        "desk": bot.desk,
        "thread": thread,
        "far": bot.far_square,
        "elsewhere": bot.server.room("elsewhere"),
    }
    for text, where in places.items():
        await bot.say("Mira", text, where=where)
        await bot.say("Mira", f"[off] {text}", where=where)


async def test_every_room_has_its_time_and_rooms_of_nobody_the_shortest(bot):
    async with bot.started():
        await _say_everywhere(bot)
        everything = await _left(bot)
        assert len(everything) == 10
        await bot.advance(timedelta(hours=6))
        assert await bot.app.retention.sweep() == 2
        await bot.settle()
        assert everything - await _left(bot) == {"[off] far", "[off] elsewhere"}
        await bot.advance(3 * _DAY)
        await bot.app.retention.sweep()
        await bot.settle()
        assert await _left(bot) == {"here", "desk", "thread", "far", "elsewhere"}
        await bot.advance(7 * _DAY)
        await bot.app.retention.sweep()
        await bot.settle()
        assert await _left(bot) == {"here", "desk", "thread"}
        await bot.advance(20 * _DAY)
        assert await bot.app.retention.sweep() == 3
        assert await bot.app.retention.sweep() == 0


async def test_private_conversations_are_swept_too(bot):
    async with bot.started():
        dario = bot.person("Dario")
        private = Conversation(bot.server.direct(dario.id), dario.name, ConversationKind.DIRECT)
        await bot.say("Dario", "between you and me", where=bot.server._open(private, private=True))
        assert "between you and me" in await _left(bot)
        await bot.advance(11 * _DAY)
        await bot.app.retention.sweep()
        await bot.settle()
        assert await _left(bot) == set()


async def test_a_wrong_date_at_the_start_deletes_nothing_for_a_day(bot):
    async with bot.started():
        await bot.say("Mira", "worth keeping")
    bot.clock.set(bot.clock.now() + 365 * _DAY)
    async with bot.started():
        assert await bot.app.retention.sweep() == 0
        assert await _left(bot) == {"worth keeping"}
        await bot.advance(2 * _DAY)
        await bot.app.retention.sweep()
        await bot.settle()
        assert await _left(bot) == set()


async def test_a_wrong_date_at_the_start_makes_the_store_forget_nothing_for_a_day(bot):
    async with bot.started():
        said = await bot.say("Mira", "take this back")
        await bot.delete(said)
    bot.clock.set(bot.clock.now() + 365 * _DAY)
    async with bot.started():
        assert await bot.app.retention.prune() == 0
        assert (await bot.app.store.people.counts(said.conversation.id)).deleted == 1
        await bot.advance(2 * _DAY)
        await bot.app.retention.prune()
        assert (await bot.app.store.people.counts(said.conversation.id)).deleted == 0


async def test_a_bot_in_quiet_rooms_that_is_started_anew_each_day_deletes_in_time_too(bot):
    async with bot.started():
        await bot.say("Mira", "before the silence")
    for _ in range(32):
        async with bot.started():
            for hours in (2, 21):
                await bot.clock.until_sleeping(3)
                await bot.advance(timedelta(hours=hours))
            await bot.clock.until_sleeping(3)
            await bot.settle()
        bot.clock.set(bot.clock.now() + timedelta(hours=1))
    async with bot.started():
        assert await _left(bot) == set()


async def test_a_message_that_was_sent_just_now_confirms_the_date(bot):
    async with bot.started():
        await bot.say("Mira", "too old")
    bot.clock.set(bot.clock.now() + 31 * _DAY)
    async with bot.started():
        await bot.say("Mira", "good evening")
        assert await bot.app.retention.sweep() == 1
        await bot.settle()
        assert await _left(bot) == {"good evening"}


async def test_the_hourly_round_forgets_what_nobody_needs(bot):
    async with bot.started():
        said = await bot.say("Mira", "take this back", where=bot.server.thread(bot.square, "aside"))
        await bot.command("Dario", "!help")
        await bot.delete(said)
        people = bot.app.store.people
        assert [thread.kind for thread in await people.threads()] == [ConversationKind.THREAD]
        assert (await people.counts(said.conversation.id)).deleted == 1
        for days in (89, 2):
            await bot.clock.until_sleeping(3)  # the scheduler, the cleaning and the watch over the clock
            await bot.advance(days * _DAY)
            await bot.clock.until_sleeping(3)
            await bot.settle()
        assert (await people.counts(said.conversation.id)).deleted == 0
        assert await people.threads() == []
        assert await people.member(bot.person("Mira").id) is None
