"""Where the bot cannot go on it says so and ends, from whichever loop it comes; nothing stored is lost."""

import asyncio
from datetime import timedelta

import pytest

from bot.errors import Revoked, StorageError

FULL = StorageError("the disk is full: make room")

BUSY = '''
class Busy(Cog):
    """Has something of everything."""

    name = "busy"

    @listen
    async def started(self, event: CogStarted) -> Reply:
        return Schedule("daily", "remind", "daily 20:00", "UTC", "tarnwick")

    @listen
    async def hears(self, event: MessagePosted) -> Reply:
        return Announce("heard")

    @command("ping", help="Answer")
    async def ping(self, call: Invocation) -> Document:
        return Document.of("pong")

    @worker(batch=4)
    async def work(self, events: Sequence[MessagePosted]) -> Reply:
        return None

    @job("remind")
    async def remind(self, due: JobDue) -> Reply:
        return None
'''


@pytest.fixture
def bot(bot_with):
    return bot_with(busy=BUSY)


async def full(*_, **__):
    raise FULL


def say(bot):
    bot.server.post(bot.person("Dario"), bot.square, "!ping")


def an_hour_later(bot):
    bot.clock.advance(timedelta(hours=1))


def at_eight(bot):
    bot.clock.advance(timedelta(hours=2))


LOOPS = {
    "intake": ("journal", "ingest", say),
    "handlers": ("journal", "commit", say),
    "completions": ("journal", "finish", say),
    "worker": ("journal", "after", say),
    "executor": ("outbox", "lease", say),
    "a delivery": ("outbox", "applied", say),
    "scheduler": ("schedules", "due", at_eight),
    "an occurrence": ("schedules", "claim", at_eight),
    "cleaning up": ("journal", "prune", an_hour_later),
    "retention": ("history", "oldest", an_hour_later),
}


@pytest.mark.parametrize("loop", LOOPS)
async def test_a_store_that_fails_in_any_loop_ends_the_bot(bot, loop):
    part, method, go = LOOPS[loop]
    async with bot.started():
        await bot.clock.until_sleeping(3)  # the scheduler, the cleaning and the watch over the clock
        setattr(getattr(bot.app.store, part), method, full)
        go(bot)
        async with asyncio.timeout(10):
            with pytest.raises(StorageError, match="make room"):
                await bot.app.wait()
            with pytest.raises(StorageError, match="make room"):
                await bot.app.idle()
    async with bot.started():
        asked = len(bot.server.messages)
        await bot.advance(timedelta(minutes=2))
        assert [post.text for post in bot.posts()] == ["pong"] * asked  # each was answered, and once
        assert await bot.command("Dario", "!ping") == "pong"
        counts = await bot.app.store.counters()
        assert (counts["events waiting"], counts["posts waiting"]) == (0, 0)


async def test_a_token_that_works_no_longer_ends_the_bot_with_its_own_error_and_keeps_the_answer(bot):
    async with bot.started():
        bot.server.faults.revoke()
        async with asyncio.timeout(10):
            with pytest.raises(Revoked):
                await bot.app.wait()
    bot.server.faults.renew()
    async with bot.started():
        assert await bot.command("Dario", "!ping") == "pong"


async def test_whoever_waits_for_rest_hears_of_what_breaks_meanwhile(bot):
    async with bot.started():
        bot.app.store.journal.finish = full
        say(bot)
        with pytest.raises(StorageError):
            await bot.settle()
