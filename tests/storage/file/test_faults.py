"""What an operator reads when the file or the disk fails, and that nothing is half-stored then."""

import resource
import sqlite3

import pytest

from bot.domain.effect import Put, Upsert
from bot.errors import StorageError
from bot.fault_points import FaultPoint
from bot.ports.stores import Outcome
from bot.ports.tables import CreateTable, DropTable, Migration
from bot.storage import open_store
from bot.storage.file import database
from bot.testing import factories
from bot.testing.contracts.store_opened import NOW
from bot.testing.contracts.store_rows import Case

_CANARY = "never to be seen in a log"
_CASES = Migration(1, (CreateTable(Case),))


async def _write(store, text=_CANARY):
    return await store.journal.ingest("fake", factories.batch(factories.posted(text)), NOW)


async def _run(transaction, *statement):
    result = await transaction.exec_driver_sql(*statement)
    return result.scalar() if result.returns_rows else None


async def _pragma(store, setting):
    return await store._database.write(FaultPoint.COMMIT, _run, f"PRAGMA {setting}")


async def test_a_full_disk(store):
    await _write(store)
    pages = await _pragma(store, "page_count")
    await _pragma(store, f"max_page_count = {pages}")
    with pytest.raises(StorageError, match="disk is full: free some space") as caught:
        await _write(store, _CANARY * 20_000)
    assert _CANARY not in str(caught.value)
    assert (await store.counters())["messages"] == 1
    await _pragma(store, f"max_page_count = {pages + 1000}")
    await _write(store, _CANARY * 20_000)
    assert (await store.counters())["messages"] == 2


async def test_a_full_disk_is_no_cogs_fault(store):
    await store.migrate_cog("review", [_CASES])
    await _pragma(store, f"max_page_count = {await _pragma(store, 'page_count')}")
    for change in (Put, Upsert):
        with pytest.raises(StorageError, match="disk is full"):
            await store.journal.commit(Outcome("review", NOW, rows=(change(Case("a", 1, note=_CANARY * 20_000)),)))
    assert await store.tables("review").of(Case).find() == []


async def test_a_file_that_cannot_be_written(store):
    await store.migrate_cog("review", [_CASES])
    await _pragma(store, "query_only = ON")
    with pytest.raises(StorageError, match="cannot be written: let the bot's user write"):
        await _write(store)
    with pytest.raises(StorageError, match="cannot be written"):
        await store.journal.commit(Outcome("review", NOW, rows=(Put(Case("a", 1)),)))
    with pytest.raises(StorageError, match="cannot be written"):
        await store.migrate_cog("review", [_CASES, Migration(2, (DropTable("cases"),))])


async def test_a_file_that_another_process_holds(store, stores, monkeypatch):
    await _pragma(store, "busy_timeout = 0")
    other = sqlite3.connect(stores.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StorageError, match="locked by another process"):
            await _write(store)
        monkeypatch.setattr(database, "PATIENCE", 0)
        with pytest.raises(StorageError, match="locked by another process"):
            await open_store(stores.path)
        other.execute("ROLLBACK")
        await _write(store)
    finally:
        other.close()


async def test_a_damaged_file(stores):
    async with stores.open() as store:
        for _ in range(50):
            await _write(store, _CANARY * 50)
    content = bytearray(stores.path.read_bytes())
    half = len(content) // 2
    content[half:] = b"\xa5" * (len(content) - half)
    stores.path.write_bytes(content)
    with pytest.raises(StorageError, match="is damaged: keep a copy") as caught:
        async with stores.open() as store:
            await store.history.recent(factories.room().id, limit=99)
    assert _CANARY not in str(caught.value)


async def test_a_damaged_file_that_is_mended_goes_on(stores):
    async with stores.open() as store:
        await _write(store)
    whole = stores.path.read_bytes()
    stores.path.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))
    with pytest.raises(StorageError, match="is damaged: keep a copy"):
        await open_store(stores.path)
    stores.path.write_bytes(whole)
    async with stores.open() as store:
        assert (await store.counters())["messages"] == 1


@pytest.mark.parametrize("file", ["", "-wal"])
async def test_files_that_are_taken_away_end_the_writing_and_lose_nothing_that_was_stored(stores, file):
    taken = stores.path.with_name(stores.path.name + file)
    async with stores.open() as store:
        await _write(store)
        aside = taken.rename(taken.with_name("aside"))
        for _ in range(2):
            with pytest.raises(StorageError, match="while the bot ran"):
                await _write(store)
            with pytest.raises(StorageError, match="while the bot ran"):
                await store.counters()
        assert not taken.exists()
    if not file:
        aside.rename(stores.path)
    async with stores.open() as store:
        assert (await store.counters())["messages"] == 1
        await _write(store)
        assert (await store.counters())["messages"] == 2


async def test_a_file_that_was_replaced_while_it_was_open(stores):
    async with stores.open() as store:
        await _write(store)
        other = stores.path.with_name("other.db")
        await (await open_store(other)).aclose()
        other.replace(stores.path)
        with pytest.raises(StorageError, match="removed, moved or replaced while the bot ran: put it back there"):
            await _write(store)


async def test_a_file_that_may_not_grow(store):
    await _write(store)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, before[1]))
    try:
        with pytest.raises(StorageError, match="free some space"):
            await _write(store, _CANARY * 40_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    await _write(store, _CANARY * 40_000)
    assert (await store.counters())["messages"] == 2


async def test_something_that_is_no_database(stores):
    stores.path.write_text("Dear diary, " * 500)
    with pytest.raises(StorageError, match="not a Folkmoot store: name another file"):
        await open_store(stores.path)
    assert stores.path.read_text().startswith("Dear diary")


async def test_another_programs_database(stores):
    with sqlite3.connect(stores.path) as other:
        other.execute("CREATE TABLE olm_sessions (id)")
    other.close()
    with pytest.raises(StorageError, match="belongs to another program"):
        await open_store(stores.path)


async def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(StorageError, match="make the folder"):
        await open_store(tmp_path / "nowhere" / "folkmoot.db")


async def test_a_folder_in_the_files_place(tmp_path):
    with pytest.raises(StorageError, match=str(tmp_path)):
        await open_store(tmp_path)


async def test_an_error_in_a_statement_names_no_values(store):
    with pytest.raises(StorageError) as caught:
        await store._database.write(
            FaultPoint.COMMIT, _run, "INSERT INTO members VALUES (?, ?, NULL)", (_CANARY, _CANARY)
        )
    assert _CANARY not in str(caught.value)
    assert _CANARY not in str(caught.value.__cause__)


async def test_reading_does_not_wait_for_a_writer(store):
    await _write(store)

    async def read_meanwhile(transaction):
        await transaction.exec_driver_sql("UPDATE messages SET text = 'half-written'")
        return await store.history.recent(factories.room().id, limit=9)

    (message,) = await store._database.write(FaultPoint.COMMIT, read_meanwhile)
    assert message.text == _CANARY
