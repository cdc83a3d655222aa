"""A restored file takes the store's place: whenever the process dies, the old or the new one is there, whole."""

import sqlite3
import stat

import pytest

from bot.errors import StorageError
from bot.fault_points import FaultPoint, Phase, watched
from bot.storage.copies import replacing
from bot.storage.copies.replacing import Places, Recovered, put_in_place, recover, settle_restore
from bot.testing.contracts.store_opened import NOW

POINTS = (FaultPoint.KEEP_ASIDE, FaultPoint.DECIDE, FaultPoint.DROP_LOG, FaultPoint.PUT_IN_PLACE)


class Died(BaseException):
    """The process ends here."""


def written(path, word, *, log=False):
    """A database that says which one it is; with `log`, the newest word lies in the write-ahead log only."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE words (word)")
    connection.execute("INSERT INTO words VALUES (?)", (word,))
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = {}
    if log:
        connection.execute("UPDATE words SET word = word || ', and its log'")
        connection.commit()
        kept = {side: side.read_bytes() for side in replacing.side_files(path)}
    connection.close()
    if log:  # as a killed process leaves it
        connection = sqlite3.connect(path)
        connection.execute("UPDATE words SET word = ?", (word,))
        connection.commit()
        connection.close()
        for side, content in kept.items():
            if side.name.endswith("-wal"):
                side.write_bytes(content)
    path.chmod(0o600)


def read(path):
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return connection.execute("SELECT word FROM words").fetchone()[0]
    finally:
        connection.close()


@pytest.fixture
def places(tmp_path):
    places = Places.of(tmp_path / "folkmoot.sqlite")
    written(places.store, "old", log=True)
    written(places.prepared, "new")
    return places


async def test_the_old_store_is_kept_with_its_log_and_the_new_one_has_none(places):
    log = places.store.with_name(places.store.name + "-wal").read_bytes()
    aside = await put_in_place(places, NOW)
    assert aside == places.store.with_name(f"folkmoot.sqlite.before-restore-{NOW:%Y%m%dT%H%M%SZ}")
    assert aside.with_name(aside.name + "-wal").read_bytes() == log
    assert read(places.store) == "new"
    assert read(aside) in ("old", "old, and its log")
    assert stat.S_IMODE(places.store.stat().st_mode) == stat.S_IMODE(aside.stat().st_mode) == 0o600
    assert not places.prepared.exists()
    assert not places.decided.exists()
    assert await recover(places) is Recovered.NOTHING


async def test_where_there_is_no_store_none_is_kept(places):
    for file in (places.store, *replacing.side_files(places.store)):
        file.unlink()
    assert await put_in_place(places, NOW) is None
    assert read(places.store) == "new"
    assert places.kept() == []


async def test_a_second_restore_in_the_same_second_keeps_both(places):
    first = await put_in_place(places, NOW)
    written(places.prepared, "newer")
    second = await put_in_place(places, NOW)
    assert read(places.store) == "newer"
    assert read(second) == "new"
    assert places.kept() == [first, second]


@pytest.mark.parametrize("phase", [Phase.BEFORE, Phase.AFTER])
@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("links", [True, False])
async def test_a_process_that_dies_at_any_step_leaves_the_old_or_the_new_store(
    places, point, phase, links, monkeypatch
):
    if not links:
        monkeypatch.setattr(replacing.os, "link", lambda *_: (_ for _ in ()).throw(PermissionError(1, "not permitted")))

    async def die(reached, when):
        if (reached, when) == (point, phase):
            raise Died

    with watched(die), pytest.raises(Died):
        await put_in_place(places, NOW)
    decided = POINTS.index(point) > 1 or (point, phase) == (FaultPoint.DECIDE, Phase.AFTER)
    done = (point, phase) == (FaultPoint.PUT_IN_PLACE, Phase.AFTER)
    told = await settle_restore(places.store)
    assert ("finished" in told, "again" in told) == (decided and not done, not decided)
    assert read(places.store) == ("new" if decided else "old, and its log")
    assert not places.prepared.exists()
    assert not places.decided.exists()
    assert all(not kept.samefile(places.store) for kept in places.kept())
    assert await settle_restore(places.store) == ""


async def test_dying_twice_changes_nothing_about_that(places):
    async def die_at(point):
        async def die(reached, when):
            if (reached, when) == (point, Phase.AFTER):
                raise Died

        with watched(die), pytest.raises(Died):
            await (put_in_place(places, NOW) if point is FaultPoint.DECIDE else recover(places))

    await die_at(FaultPoint.DECIDE)
    await die_at(FaultPoint.DROP_LOG)
    assert await recover(places) is Recovered.FINISHED
    assert read(places.store) == "new"


async def test_what_a_killed_restore_prepared_goes_and_the_store_stays(places):
    side = places.prepared.with_name(places.prepared.name + "-wal")
    side.touch()
    assert await recover(places) is Recovered.DROPPED
    assert not side.exists()
    assert read(places.store) == "old, and its log"


async def test_a_file_that_cannot_be_renamed_is_told_with_what_holds(places, monkeypatch):
    def refuse(self, target):
        raise PermissionError(1, "Operation not permitted", str(self))

    monkeypatch.setattr(type(places.store), "replace", refuse)
    with pytest.raises(StorageError, match="takes its place at the next start"):
        await put_in_place(places, NOW)
    monkeypatch.undo()
    assert await recover(places) is Recovered.FINISHED
    written(places.prepared, "newer")
    monkeypatch.setattr(type(places.store), "rename", refuse)
    with pytest.raises(StorageError, match="the store is as it was"):
        await put_in_place(places, NOW)
    assert read(places.store) == "new"


def test_where_the_store_is_a_link_what_it_leads_to_is_replaced(tmp_path):
    (tmp_path / "disk").mkdir()
    link = tmp_path / "folkmoot.sqlite"
    link.symlink_to(tmp_path / "disk" / "store.sqlite")
    places = Places.of(link)
    assert places.store == tmp_path / "disk" / "store.sqlite"
    assert places.hold(link)
    assert not places.hold(tmp_path / "backup.sqlite")
