"""Detached workers: every event worked on once by its effects, whatever comes in between."""

import asyncio
from datetime import timedelta

import pytest

LABOURER = '''
import asyncio
from dataclasses import dataclass

@table("pieces", key=("text",))
@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    form: str

class Labourer(Cog):
    """Works on what is said and tells of each piece."""

    name = "labourer"
    migrations = (Migration(1, (CreateTable(Piece),)),)
    form = "first"

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.model = True
        self.gate = asyncio.Event()
        self.gate.set()
        self.begun = asyncio.Event()

    @worker(batch=8)
    async def work(self, events: Sequence[MessagePosted]) -> Reply:
        texts = [event.message.text for event in events]
        self.batches.append(texts)
        self.begun.set()
        await self.gate.wait()
        if "poison" in texts:
            raise RuntimeError("cannot be digested")
        if "needs a model" in texts and not self.model:
            raise ModelUnavailable("gone")
        return [effect for text in texts for effect in (Put(Piece(text, self.form)), Announce(text))]
'''

LEDGER = '''
class Ledger(Cog):
    """Notes what it is told."""

    name = "ledger"

    def __init__(self) -> None:
        self.told: list[str] = []

    @listen
    async def hears(self, event: Announced) -> Reply:
        self.told.append(event.topic)
'''


@pytest.fixture
def bot(bot_with):
    return bot_with(labourer=LABOURER, ledger=LEDGER)


def cog(bot, name):
    return bot.app.loader.registry.cogs[name].cog


def post(bot, *texts):
    return [bot.server.post(bot.person("Dario"), bot.square, text) for text in texts]


async def lag(bot):
    (worker,) = bot.app.workers.all()
    return (await worker.backlog())[0]


async def test_of_a_batch_only_what_cannot_be_digested_is_passed_over(bot):
    async with bot.started():
        post(bot, "a", "poison", "b", "c")
        await bot.settle()
        assert cog(bot, "labourer").batches == [["a", "poison", "b", "c"], ["a"], ["poison"], ["b"], ["c"]]
        assert cog(bot, "ledger").told == ["a", "b", "c"]
        assert bot.app.incidents.by_cog == {"labourer": 2}
        assert await lag(bot) == 0
    async with bot.started():
        assert cog(bot, "labourer").batches == []


async def test_a_model_that_goes_away_half_way_through_a_batch_is_waited_for(bot):
    async with bot.started():
        labourer = cog(bot, "labourer")
        labourer.model = False
        post(bot, "a", "poison", "needs a model", "b")
        await bot.settle()
        assert cog(bot, "ledger").told == ["a"]
        await bot.say("Dario", "meanwhile")  # the bot is at rest while the worker waits
        await bot.advance(timedelta(seconds=59))
        assert cog(bot, "ledger").told == ["a"]
        labourer.model = True
        await bot.advance(timedelta(seconds=1))
        assert cog(bot, "ledger").told == ["a", "needs a model", "b", "meanwhile"]
        assert await lag(bot) == 0


async def test_after_a_stop_it_goes_on_where_it_was(bot):
    async with bot.started():
        cog(bot, "labourer").model = False
        post(bot, "a", "b")
        await bot.settle()
        post(bot, "needs a model", "c")
        await bot.settle()
        assert await lag(bot) == 2
    async with bot.started():
        assert cog(bot, "labourer").batches == [["needs a model", "c"]]
        assert cog(bot, "ledger").told == ["needs a model", "c"]


async def test_what_is_deleted_before_its_turn_is_never_seen(bot):
    async with bot.started():
        labourer = cog(bot, "labourer")
        labourer.gate.clear()
        post(bot, "first")
        await labourer.begun.wait()
        gone, kept = post(bot, "a slip", "kept")
        changed = bot.server.edit(kept, "kept, and mended")
        bot.server.delete(gone)
        await bot._platform.caught_up()
        labourer.gate.set()
        await bot.settle()
        assert labourer.batches == [["first"], [changed.text]]
        assert cog(bot, "ledger").told == ["first", changed.text]


async def test_a_reload_in_the_middle_of_its_work_loses_nothing_and_doubles_nothing(bot):
    async with bot.started():
        old = cog(bot, "labourer")
        old.gate.clear()
        post(bot, "a", "b", "c")
        await old.begun.wait()
        resting = asyncio.create_task(bot.app.idle())  # somebody waits for the old one
        path = bot.config.core.cogs.paths[0] / "labourer.py"
        path.write_text(path.read_text().replace('form = "first"', 'form = "second"'))
        await bot.app.loader.reload("labourer")
        async with asyncio.timeout(10):
            await resting
        await bot.settle()
        new = cog(bot, "labourer")
        assert [text for batch in new.batches for text in batch] == ["a", "b", "c"]
        assert cog(bot, "ledger").told == ["a", "b", "c"]
        rows = bot.app.store.tables("labourer").of(type(new).work.__globals__["Piece"])
        assert {row.form for row in await rows.find()} == {"second"}


async def test_what_was_stored_is_told_though_the_worker_was_stopped_before_it_knew(bot):
    async with bot.started():
        journal = bot.app.store.journal
        commit, stored, go_on = journal.commit, asyncio.Event(), asyncio.Event()

        async def slow(outcome):
            new = await commit(outcome)
            if outcome.cursor:
                stored.set()
                await go_on.wait()
            return new

        journal.commit = slow
        post(bot, "a", "b")
        await stored.wait()
        stopping = asyncio.create_task(bot.app.workers.follow(()))
        for _ in range(10):
            await asyncio.sleep(0)
        go_on.set()
        await stopping
        await bot.app.workers.follow(bot.app.loader.registry.workers)
        await bot.settle()
        assert cog(bot, "ledger").told == ["a", "b"]
        assert bot.app.incidents.total == 0


async def test_a_worker_of_a_cog_that_was_away_takes_up_what_was_said_meanwhile(bot):
    async with bot.started():
        await bot.say("Dario", "before")
        await bot.app.loader.unload("labourer")
        await bot.say("Dario", "meanwhile")
        await bot.app.loader.load("labourer")
        await bot.settle()
        assert cog(bot, "ledger").told == ["before", "meanwhile"]


STUBBORN = '''
import asyncio

class Stubborn(Cog):
    """Will not be told to stop."""

    name = "stubborn"

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.seen: list[str] = []

    @worker(batch=1)
    async def work(self, events: Sequence[MessagePosted]) -> Reply:
        self.seen += [event.message.text for event in events]
        self.begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return None
'''


async def test_a_worker_that_swallows_its_cancellation_is_stopped_all_the_same(bot_with):
    bot = bot_with(stubborn=STUBBORN)
    async with bot.started():
        post(bot, "a", "b")
        await cog(bot, "stubborn").begun.wait()
        async with asyncio.timeout(10):
            await bot.app.loader.unload("stubborn")
        await bot.settle()
