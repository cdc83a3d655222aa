"""A copy of a store in use is a moment of it, whole or not there at all."""

import asyncio
import os
import sqlite3
import stat

import pytest

from bot.errors import ConfigError, DataError, StorageError
from bot.ports.platform import Batch
from bot.storage.copies import snapshot as module
from bot.storage.copies.inspection import inspecting
from bot.storage.copies.snapshot import copied, snapshot
from bot.testing import factories
from bot.testing.contracts.store_opened import NOW, ingest


def unseen(*_):
    """Neither shown nor checked."""


def query(path, statement):
    connection = sqlite3.connect(path)
    try:
        return connection.execute(statement).fetchone()[0]
    finally:
        connection.close()


async def test_every_copy_made_while_a_writer_writes_is_one_moment_of_the_store(stores, tmp_path):
    done = False

    async def hammer(store):
        stored = 0
        while not done:
            events = [factories.posted(f"point {stored + number}") for number in range(20)]
            stored += len(events)
            await store.journal.ingest("fake", Batch(tuple(events), {"sync": str(stored)}), NOW)
        return stored

    async with stores.open() as store:
        await ingest(store, factories.posted("the first"))
        writer = asyncio.create_task(hammer(store))
        found = []
        for number in range(12):
            copy = tmp_path / f"copy {number}.sqlite"
            await asyncio.to_thread(snapshot, stores.path, copy, unseen, unseen)
            async with inspecting(copy) as file:
                assert await file.faults() == []
                assert dict(await file.dangling()) == {}
                contents = await file.contents()
            token = query(copy, "SELECT max(CAST(token AS INTEGER)) FROM checkpoints") or 0
            assert contents.messages == contents.events_waiting == token + 1
            found.append(contents.messages)
        done = True
        assert await writer >= found[-1] - 1
    assert found == sorted(found)
    assert found[-1] > found[0]


async def test_only_the_owner_may_read_a_copy_and_nothing_else_is_left(stores, tmp_path):
    folder = tmp_path / "copies"
    folder.mkdir()
    async with stores.open() as store:
        await ingest(store, factories.posted())
        before = sorted(stores.path.parent.iterdir())
        await asyncio.to_thread(snapshot, stores.path, folder / "a.sqlite", unseen, unseen)
        assert sorted(stores.path.parent.iterdir()) == before
    (made,) = folder.iterdir()
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    snapshot(stores.path, folder / "b.sqlite", unseen, unseen)  # of a store that nobody has open
    assert sorted(path.name for path in folder.iterdir()) == ["a.sqlite", "b.sqlite"]
    assert not list(tmp_path.glob("*-wal"))


@pytest.mark.parametrize("links", [True, False])
async def test_a_file_that_is_there_is_replaced_only_when_asked(store, stores, tmp_path, links, monkeypatch):
    if not links:
        monkeypatch.setattr(module.os, "link", lambda *_: (_ for _ in ()).throw(PermissionError(1, "not permitted")))
    target = tmp_path / "copy.sqlite"
    target.write_text("precious")
    with pytest.raises(ConfigError, match="--force"):
        await asyncio.to_thread(snapshot, stores.path, target, unseen, unseen)
    assert target.read_text() == "precious"
    assert not list(tmp_path.glob(".*"))
    await asyncio.to_thread(snapshot, stores.path, target, unseen, unseen, replace=True)
    assert query(target, "SELECT count(*) FROM messages") == 0
    target.unlink()
    await asyncio.to_thread(snapshot, stores.path, target, unseen, unseen)
    assert target.is_file()


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_one_that_is_broken_off_leaves_nothing(stores, tmp_path, monkeypatch, error):
    asyncio.run(_made(stores))
    monkeypatch.setattr(module, "_STEPS_BETWEEN_LOOKS", 1)

    def stop(*_):
        raise error

    with pytest.raises(error):
        snapshot(stores.path, tmp_path / "copy.sqlite", stop, unseen)
    with pytest.raises(error):
        snapshot(stores.path, tmp_path / "copy.sqlite", unseen, stop)
    assert [path.name for path in tmp_path.iterdir()] == [stores.path.name]


async def _made(stores):
    async with stores.open() as store:
        await ingest(store, factories.posted())


async def test_it_says_how_far_it_is(stores, tmp_path, monkeypatch):
    await _made(stores)
    monkeypatch.setattr(module, "_STEPS_BETWEEN_LOOKS", 1)
    seen = []
    snapshot(stores.path, tmp_path / "copy.sqlite", lambda *step: seen.append(step), unseen)
    assert len(seen) > 10
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1] == (tmp_path / "copy.sqlite").stat().st_size


async def test_a_disk_without_room_is_noticed_before_anything_is_written(store, stores, tmp_path, monkeypatch):
    class Full:
        f_bavail, f_frsize = 10, 4096

    monkeypatch.setattr(os, "statvfs", lambda _: Full)
    with pytest.raises(StorageError, match="make room"):
        await asyncio.to_thread(snapshot, stores.path, tmp_path / "copy.sqlite", unseen, unseen)
    with pytest.raises(StorageError, match="make room"):
        copied(stores.path, tmp_path / "copy.sqlite", unseen)
    assert not list(tmp_path.glob("*copy*"))


async def test_what_was_deleted_is_not_in_a_copy(store, stores, tmp_path):
    post = factories.posted("the canary sings at dawn")
    await ingest(store, post, factories.posted("another"))
    await ingest(store, factories.deleted(post.message))
    copy = tmp_path / "copy.sqlite"
    await asyncio.to_thread(snapshot, stores.path, copy, unseen, unseen)
    assert b"canary" not in copy.read_bytes()


def test_trouble_is_told_with_its_place(stores, tmp_path):
    with pytest.raises(StorageError, match="there is no store"):
        snapshot(stores.path, tmp_path / "copy.sqlite", unseen, unseen)
    asyncio.run(_made(stores))
    with pytest.raises(StorageError, match="nowhere"):
        snapshot(stores.path, tmp_path / "nowhere" / "copy.sqlite", unseen, unseen)
    stores.path.write_bytes(b"Dear all, " * 1000)
    with pytest.raises(StorageError, match="not a Folkmoot store"):
        snapshot(stores.path, tmp_path / "copy.sqlite", unseen, unseen)
    with pytest.raises(DataError, match="cannot be read"):
        copied(stores.path / "below", tmp_path / "copy.sqlite", unseen)


async def test_a_file_is_copied_with_its_log(stores, tmp_path):
    """What a process that was killed leaves: the newest words lie in the log only."""
    dead = tmp_path / "dead" / "store.sqlite"
    dead.parent.mkdir()
    async with stores.open() as store:
        await ingest(store, factories.posted())
        for file in stores.path.parent.glob(stores.path.name + "*"):
            (dead.parent / (dead.name + file.name[len(stores.path.name) :])).write_bytes(file.read_bytes())
    copy = tmp_path / "copy.sqlite"
    copied(dead, copy, unseen)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert query(copy, "SELECT count(*) FROM messages") == 1
