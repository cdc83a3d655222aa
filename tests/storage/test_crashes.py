"""What a process that dies leaves behind: the files as they are at that moment, opened by the next one."""

import asyncio
import shutil

import pytest

from bot.domain.document import Document
from bot.domain.effect import Put, Record, Say
from bot.domain.event import EffectApplied
from bot.fault_points import FaultPoint
from bot.ports.platform import Batch, Receipt
from bot.ports.stores import Outcome, Post, PostState
from bot.ports.tables import CreateTable, Migration
from bot.storage import open_store
from bot.testing import factories
from bot.testing.contracts.store_opened import NOW
from bot.testing.contracts.store_rows import Case


def _died(path, folder):
    """The store's files as a killed process leaves them."""
    folder.mkdir()
    for file in path.parent.glob(path.name + "*"):
        shutil.copy(file, folder / file.name)
    return folder / path.name


async def _state(store):
    """Everything that a restart looks at."""
    numbers = [one.number for one in await store.journal.unfinished(0, 99)]
    return {
        "unfinished": numbers,
        "handled": [await store.journal.handled_by(number) for number in numbers],
        "checkpoints": dict(await store.journal.checkpoints("fake")),
        "cursor": await store.journal.cursor("review", "judge"),
        "waiting": dict(await store.outbox.waiting()),
        "cases": await store.tables("review").of(Case).find(),
        "trail": await store.audit.recent("tarnwick", limit=99),
        "counters": dict(await store.counters()),
    }


def _steps(store):
    post = factories.posted("hello")
    say = Say(post.message.conversation.id, Document.of("hi"), "card")
    told = EffectApplied("review", "Say", "card", 1, say.conversation, NOW)
    record = Record("tarnwick", "opened", "case 1")
    outcome = Outcome(
        "review",
        NOW,
        "heard",
        (1,),
        rows=(Put(Case("tarnwick", 1)),),
        posts=(Post("k", "review", 1, "fake", say.conversation, 0, say, "card"),),
        records=(record,),
    )
    yield lambda: store.journal.ingest("fake", Batch((post, factories.posted()), {"sync": "s1"}), NOW)
    yield lambda: store.journal.commit(outcome)
    yield lambda: store.journal.commit(Outcome("review", NOW, cursor=("judge", 1)))
    yield lambda: store.outbox.lease("fake", NOW, NOW, 9)
    yield lambda: store.outbox.applied("k", Receipt("fake:9"), NOW, told, [record])
    yield lambda: store.outbox.failed("k", PostState.FAILED, "late", NOW, told)
    yield lambda: store.journal.ingest("fake", Batch((factories.deleted(post.message),), {"sync": "s2"}), NOW)
    yield lambda: store.journal.finish([2, 3])
    yield lambda: store.journal.prune(NOW.replace(year=NOW.year + 1), [])


async def test_what_was_stored_is_there_after_every_step(store, stores, tmp_path):
    await store.migrate_cog("review", [Migration(1, (CreateTable(Case),))])
    for number, step in enumerate(_steps(store)):
        await step()
        again = await open_store(_died(stores.path, tmp_path / f"after {number}"))
        try:
            assert await _state(again) == await _state(store)
            assert await again.audit.verify("tarnwick") is None
        finally:
            await again.aclose()


async def test_what_was_being_stored_is_not_there(store, stores, tmp_path):
    await store.migrate_cog("review", [Migration(1, (CreateTable(Case),))])
    await store.journal.ingest("fake", Batch((factories.posted(),), {"sync": "s1"}), NOW)
    before = await _state(store)

    async def die(transaction):
        for table in ("journal", "messages", "checkpoints"):
            await transaction.exec_driver_sql(f"DELETE FROM {table}")
        return _died(stores.path, tmp_path / "amidst")

    again = await open_store(await store._database.write(FaultPoint.COMMIT, die))
    try:
        assert await _state(again) == before
    finally:
        await again.aclose()


@pytest.mark.parametrize("patience", range(0, 48, 4))
async def test_a_cancelled_write_is_whole_or_not_at_all(store, patience):
    posts = [factories.posted() for _ in range(3)]
    batch = Batch(tuple(posts), {"sync": "s1"})
    writing = asyncio.create_task(store.journal.ingest("fake", batch, NOW))
    for _ in range(patience):
        await asyncio.sleep(0)
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)

    stored = (await store.counters())["messages"]
    assert stored in (0, len(posts))
    assert dict(await store.journal.checkpoints("fake")) == ({"sync": "s1"} if stored else {})
    again = await store.journal.ingest("fake", batch, NOW)
    assert len(again.fresh) == len(posts) - stored
    assert (await store.counters())["messages"] == len(posts)
