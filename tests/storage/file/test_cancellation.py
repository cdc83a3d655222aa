"""A caller that is cancelled in the middle of a write leaves it whole or undone, and the file free."""

import asyncio
import gc
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import event

from bot.domain.document import Document
from bot.domain.effect import Put, Record, Say
from bot.domain.event import Announced
from bot.fault_points import FaultPoint
from bot.ports.platform import Batch
from bot.ports.stores import Outcome, Post
from bot.ports.tables import CreateTable, Migration
from bot.storage.file import database
from bot.testing import factories
from bot.testing.contracts.store_opened import NOW
from bot.testing.contracts.store_rows import Case

OPEN_FILES = Path("/proc/self/fd")
_POSTS = [factories.posted("long " * 2_000) for _ in range(40)]
_BATCH = Batch(tuple(_POSTS), {"sync": "s1"})
_SAY = Say(factories.room().id, Document.of("hi"))
_OUTCOME = Outcome(
    "review",
    NOW,
    "heard",
    (1,),
    rows=tuple(Put(Case("tarnwick", number)) for number in range(3)),
    events=(Announced("review", "decided", NOW),),
    posts=(Post("k", "review", 1, "fake", _SAY.conversation, 0, _SAY),),
    records=(Record("tarnwick", "opened", "case 1"),),
)


@pytest.fixture
async def store(stores, monkeypatch):
    monkeypatch.setattr(database, "PATIENCE", 0)  # who finds the file locked does not wait
    async with stores.open() as store:
        await store.migrate_cog("review", [Migration(1, (CreateTable(Case),))])
        yield store


async def _cancelled_at(store, statement, write, *, again=False):
    """Run a write and cancel its task when it begins its nth statement; whether it got that far."""
    task = asyncio.create_task(write)
    loop, seen = asyncio.get_running_loop(), 0

    def cancel(*_):
        nonlocal seen
        seen += 1
        if seen == statement:
            loop.call_soon(task.cancel)
            if again:
                loop.call_soon(lambda: loop.call_soon(task.cancel))

    engine = store._database._writer.sync_engine
    event.listen(engine, "before_cursor_execute", cancel)
    try:
        with suppress(asyncio.CancelledError):
            await task
    finally:
        event.remove(engine, "before_cursor_execute", cancel)
    return seen >= statement


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("statement", range(1, 12))
async def test_a_cancelled_ingest(store, statement, again):
    await _cancelled_at(store, statement, store.journal.ingest("fake", _BATCH, NOW), again=again)
    stored = (await store.counters())["messages"]
    assert stored in (0, len(_POSTS))
    assert dict(await store.journal.checkpoints("fake")) == ({"sync": "s1"} if stored else {})
    assert len((await store.journal.ingest("fake", _BATCH, NOW)).fresh) == len(_POSTS) - stored


@pytest.mark.parametrize("statement", range(1, 12))
async def test_a_cancelled_commit(store, statement):
    await _cancelled_at(store, statement, store.journal.commit(_OUTCOME))
    rows = await store.tables("review").of(Case).find()
    records = await store.audit.recent("tarnwick", limit=9)
    posts = (await store.outbox.waiting()).get("fake", 0)
    assert (len(rows), len(records), posts) in {(0, 0, 0), (3, 1, 1)}
    assert bool(await store.journal.commit(_OUTCOME)) is (not rows)


async def test_the_statements_of_the_tests_above_are_reached(store):
    assert await _cancelled_at(store, 8, store.journal.ingest("fake", _BATCH, NOW))
    assert await _cancelled_at(store, 8, store.journal.commit(_OUTCOME))


async def test_who_is_cancelled_while_another_writes_does_not_write(store):
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def long_write(transaction):
        begun.set()
        await go_on.wait()

    writing = asyncio.create_task(store._database.write(FaultPoint.COMMIT, long_write))
    await begun.wait()
    waiting = asyncio.create_task(store.journal.ingest("fake", _BATCH, NOW))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert waiting.cancelled()
    go_on.set()
    await writing
    assert (await store.counters())["messages"] == 0


async def test_a_write_that_fails_after_its_caller_was_cancelled_is_undone_in_silence(store):
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def failing(transaction):
        await transaction.exec_driver_sql("DELETE FROM cog_schemas")
        begun.set()
        await go_on.wait()
        raise RuntimeError("nobody hears this")

    writing = asyncio.create_task(store._database.write(FaultPoint.COMMIT, failing))
    await begun.wait()
    writing.cancel()
    go_on.set()
    await asyncio.gather(writing, return_exceptions=True)
    assert writing.cancelled()
    await store.migrate_cog("review", [Migration(1, (CreateTable(Case),))])  # still known: nothing to do


async def test_what_fails_after_its_caller_is_gone_is_no_complaint_of_asyncio():
    complaints, go_on = [], asyncio.Event()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context["message"]))

    async def failing():
        await go_on.wait()
        raise RuntimeError("nobody hears this")

    caller = asyncio.create_task(database._to_its_end(failing()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    caller.cancel()
    await asyncio.sleep(0)  # it is told so before what it waits for fails
    go_on.set()
    await asyncio.gather(caller, return_exceptions=True)
    del caller  # with its traceback, which holds what failed
    await asyncio.sleep(0)
    gc.collect()
    assert complaints == []


def connections(path):
    return [file.readlink() for file in OPEN_FILES.iterdir() if file.is_symlink()].count(path)


@pytest.mark.skipif(not OPEN_FILES.is_dir(), reason="open files are counted as Linux shows them")
async def test_reads_that_are_cancelled_leave_no_connection_behind(store):
    """One that stayed open would keep the log of what is written after it growing for ever."""
    await store.journal.ingest("fake", _BATCH, NOW)
    for spins in range(120):
        read = asyncio.create_task(store.journal.after(0, ["MessagePosted"], 40))
        for _ in range(spins % 40):
            await asyncio.sleep(0)
        read.cancel()
        with suppress(asyncio.CancelledError):
            await read
    assert connections(store._database.path) <= 2  # one that writes, one that reads
    assert len(await store.journal.after(0, ["MessagePosted"], 99)) == len(_POSTS)
