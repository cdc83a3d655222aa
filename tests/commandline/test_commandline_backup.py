"""`folkmoot backup`, and `folkmoot restore` with its drill, as an admin meets them."""

import asyncio
import re
import shutil
import sqlite3
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from bot.commandline import backup
from bot.domain.effect import Record
from bot.ports.stores import Outcome
from bot.storage import held, open_store
from bot.storage.copies import snapshot as snapshots
from bot.storage.copies.snapshot import snapshot
from bot.testing import factories
from bot.testing.clock import START
from cogs.review.rows import MIGRATIONS

STORES = Path(__file__).parents[1] / "storage" / "stores"


@pytest.fixture
def config(tmp_path):
    """A configuration of few cogs, which are quickly built."""
    path = tmp_path / "config.toml"
    path.write_text('[cogs]\nenabled = ["review", "admin"]\n[models]\nenabled = false\n')
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A store with a few rows, and its backup, made once."""
    folder = tmp_path_factory.mktemp("made")
    asyncio.run(live(folder / "folkmoot.sqlite"))
    snapshot(folder / "folkmoot.sqlite", folder / "copy.sqlite", lambda *_: None, lambda _: None)
    return folder


@pytest.fixture
def store(config, made):
    """The store of the configuration; gives its path."""
    return Path(shutil.copy(made / "folkmoot.sqlite", config.parent))


async def live(path, count=3):
    opened = await open_store(path)
    said = [factories.posted(f"point {number}", author=f"person {number}") for number in range(count)]
    await opened.journal.ingest("fake", factories.batch(*said), START + timedelta(days=1))
    for community in ("assembly", "far"):
        records = [Record(community, "case.opened", f"case {number}") for number in range(3)]
        await opened.journal.commit(Outcome("review", START, records=tuple(records)))
    await opened.aclose()


@pytest.fixture
def backed_up(config, made):
    """A backup of the store; gives its path."""
    return Path(shutil.copy(made / "copy.sqlite", config.parent))


def changed(path, *statements):
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA foreign_keys = OFF")
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def listing(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


# --- backup -------------------------------------------------------------------------------------------------------


def test_it_names_the_file_after_the_time_and_says_in_two_lines_what_is_in_it(folkmoot, config, store):
    ended = folkmoot("backup", "--config", config)
    assert (ended.code, ended.err) == (0, "")
    folder = config.parent / "backups"
    (made,) = folder.iterdir()
    assert made.name.startswith("folkmoot-20")
    assert (stat.S_IMODE(folder.stat().st_mode), stat.S_IMODE(made.stat().st_mode)) == (0o700, 0o600)
    first, second = ended.out.splitlines()
    assert first.startswith(f"{made} holds 3 messages (newest of ")
    assert "by 3 people in 1 room; the trails of 2 communities with 6 lines" in first
    assert second.startswith("schema 0")
    assert second.endswith("KiB")


def test_it_works_while_the_bot_holds_the_store(folkmoot, config, store):
    with held(store):
        assert folkmoot("backup", "--config", config).code == 0


def test_a_file_that_is_there_is_overwritten_only_with_force(folkmoot, config, store, backed_up):
    before = backed_up.read_bytes()
    ended = folkmoot("backup", backed_up, "--config", config)
    assert ended.code == 78
    assert "--force" in ended.err
    assert backed_up.read_bytes() == before
    asyncio.run(live(store, 5))
    assert folkmoot("backup", backed_up, "--config", config, "--force").code == 0
    assert backed_up.read_bytes() != before


def test_keep_removes_older_ones_of_its_own_naming(folkmoot, config, store):
    folder = config.parent / "backups"
    folder.mkdir()
    names = [f"folkmoot-2025010{day}T000000Z.sqlite" for day in range(1, 6)]
    others = ["other-20250101T000000Z.sqlite", "folkmoot-before-the-vote.sqlite", "letter.txt"]
    for name in [*names, *others]:
        (folder / name).write_text("x")
    assert folkmoot("backup", "--config", config, "--keep", 3).code == 0
    left = sorted(path.name for path in folder.iterdir())
    (new,) = set(left) - {*names, *others}
    assert left == sorted([*names[-2:], *others, new])
    elsewhere = config.parent / "stick"
    elsewhere.mkdir()
    assert folkmoot("backup", elsewhere, "--config", config, "--keep", 1).code == 0
    assert len(list(elsewhere.iterdir())) == 1
    refused = folkmoot("backup", elsewhere / "x.sqlite", "--config", config, "--keep", 1)
    assert refused.code == 78
    assert "name a folder" in refused.err


def test_without_a_store_or_a_folder_it_says_so(folkmoot, config, made, tmp_path):
    ended = folkmoot("backup", "--config", config)
    assert ended.code == 75
    assert "there is no store" in ended.err
    assert not list(tmp_path.glob("**/backups"))
    shutil.copy(made / "folkmoot.sqlite", config.parent)
    ended = folkmoot("backup", tmp_path / "nowhere" / "x.sqlite", "--config", config)
    assert ended.code == 75
    assert "in a folder that is there" in ended.err


def test_a_broken_trail_is_said_and_the_backup_and_all_older_ones_are_kept(folkmoot, config, store):
    folder = config.parent / "backups"
    folder.mkdir()
    (folder / "folkmoot-20250101T000000Z.sqlite").touch()
    changed(store, "UPDATE audit SET action = 'other' WHERE community = 'far' AND number = 2")
    ended = folkmoot("backup", "--config", config, "--keep", 1)
    assert ended.code == 65
    assert "trail of far: line 2 was changed" in ended.out
    assert len(list(folder.iterdir())) == 2


def test_a_copy_that_is_not_sound_is_not_kept(folkmoot, config, store):
    changed(store, "UPDATE messages SET conversation = 'nowhere' WHERE text = 'point 1'")
    ended = folkmoot("backup", "--config", config)
    assert ended.code == 65
    assert "1 in messages" in ended.err
    assert list((config.parent / "backups").iterdir()) == []


def test_a_store_of_an_older_version_is_backed_up_as_it_is(folkmoot, config):
    path = config.parent / "folkmoot.sqlite"
    old_store(path)
    ended = folkmoot("backup", config.parent / "copy.sqlite", "--config", config)
    assert ended.code == 0
    assert "schema 0001" in ended.out
    assert "restore" not in ended.err
    assert query(config.parent / "copy.sqlite", "SELECT version_num FROM alembic_version") == "0001"


def test_a_restore_that_was_broken_off_is_finished_first(folkmoot, config, store):
    (config.parent / "folkmoot.sqlite.restored").touch()
    ended = folkmoot("backup", "--config", config)
    assert ended.code == 75
    assert "folkmoot run" in ended.err


def old_store(path):
    """The stored store of the first schema."""
    connection = sqlite3.connect(path)
    connection.executescript((STORES / "schema_0001.sql").read_text())
    connection.close()


def query(path, statement):
    connection = sqlite3.connect(path)
    try:
        return connection.execute(statement).fetchone()[0]
    finally:
        connection.close()


# --- the drill ----------------------------------------------------------------------------------------------------


def test_a_sound_backup_passes_the_drill_which_touches_nothing(
    folkmoot, config, store, backed_up, tmp_path, monkeypatch
):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(backup.tempfile, "tempdir", str(scratch))
    before = listing(config.parent)
    ended = folkmoot("restore", backed_up, "--verify", "--config", config)
    assert (ended.code, ended.err) == (0, "")
    for line in (
        "integrity",
        "references",
        "schema",
        "counts",
        "trail of assembly",
        "trail of far",
        "reading",
        "cog review",
    ):
        assert re.search(rf"^ok +{line} ", ended.out, re.MULTILINE), line
    assert "The backup is sound. It holds 3 messages" in ended.out
    assert listing(config.parent) == before
    assert list(scratch.iterdir()) == []


def truncated(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def corrupt(path):
    """Garbage on the page that holds the messages."""
    page = query(path, "PRAGMA page_size")
    root = query(path, "SELECT rootpage FROM sqlite_master WHERE name = 'messages'")
    with path.open("r+b") as file:
        file.seek((root - 1) * page)
        file.write(b"\xa5" * page)


def newer(path):
    changed(path, "UPDATE alembic_version SET version_num = '9999'")


DAMAGES = {
    "no file": (lambda path: path.unlink(), 65, "there is no file"),
    "a folder": (lambda path: (path.unlink(), path.mkdir()), 65, "is a folder"),
    "empty": (lambda path: path.write_bytes(b""), 65, "is empty"),
    "a letter": (lambda path: path.write_text("Dear all, " * 1000), 65, "no backup of a Folkmoot store"),
    "garbage behind the first words": (
        lambda path: path.write_bytes(b"SQLite format 3\0" + b"\xff" * 8000),
        65,
        "damaged",
    ),
    "truncated": (truncated, 65, "it is damaged"),
    "a corrupt page": (corrupt, 65, "it is damaged"),
    "an index that lacks rows": (
        lambda path: changed(
            path,
            "PRAGMA writable_schema = ON",
            "DELETE FROM sqlite_master WHERE name = 'ix_messages_conversation_sent_at_number'",
        ),
        65,
        "it is damaged",
    ),
    "another program's": (
        lambda path: (path.unlink(), changed(path, "CREATE TABLE letters (word)")),
        65,
        "another program",
    ),
    "a newer schema": (newer, 78, "written by a newer Folkmoot (schema 9999"),
    "a missing table": (lambda path: changed(path, "DROP TABLE prompts"), 65, "prompts is missing"),
    "a missing column": (lambda path: changed(path, "ALTER TABLE outbox DROP COLUMN reason"), 65, "outbox.reason"),
    "a changed line": (
        lambda path: changed(path, "UPDATE audit SET subject = 'case 9' WHERE number = 3"),
        65,
        "line 3 was changed",
    ),
    "a removed line": (
        lambda path: changed(path, "DELETE FROM audit WHERE community = 'far' AND number = 1"),
        65,
        "line 1 was changed, removed",
    ),
    "rows that refer to nothing": (
        lambda path: changed(path, "DELETE FROM members WHERE name = 'person 1'"),
        65,
        "1 in messages",
    ),
    "an event of no known kind": (
        lambda path: changed(path, "UPDATE journal SET kind = 'Sneezed' WHERE number = 2"),
        65,
        "an event cannot be read: KeyError",
    ),
    "a cog's missing table": (
        lambda path: changed(path, f"INSERT INTO cog_schemas VALUES ('review', {MIGRATIONS[-1].version})"),
        65,
        "no such table",
    ),
    "a cog's newer tables": (
        lambda path: changed(path, "INSERT INTO cog_schemas VALUES ('review', 99)"),
        78,
        "newer version of it",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_damage_is_found_and_nothing_is_changed(folkmoot, config, store, backed_up, damage):
    do, code, words = DAMAGES[damage]
    do(backed_up)
    before = listing(config.parent)
    ended = folkmoot("restore", backed_up, "--verify", "--config", config)
    assert ended.code == code
    assert words in " ".join(ended.out.split())
    assert "not to be relied on" in ended.out
    assert listing(config.parent) == before


def test_a_restore_of_a_damaged_backup_changes_nothing(folkmoot, config, store, backed_up):
    corrupt(backed_up)
    before = listing(config.parent)
    ended = folkmoot("restore", backed_up, "--yes", "--config", config)
    assert ended.code == 65
    assert "Nothing was changed" in ended.out
    after = listing(config.parent)
    assert after.pop("folkmoot.sqlite.lock")
    assert after == before


# --- restore ------------------------------------------------------------------------------------------------------


def test_a_restore_brings_the_backup_back_and_keeps_the_old_store(folkmoot, config, store, backed_up):
    asyncio.run(live(store, 4))
    ended = folkmoot("restore", backed_up, "--yes", "--config", config)
    assert (ended.code, ended.err) == (0, "")
    assert "is restored" in ended.out
    assert query(store, "SELECT count(*) FROM messages") == 3
    (aside,) = config.parent.glob("folkmoot.sqlite.before-restore-*")
    assert str(aside) in ended.out
    assert query(aside, "SELECT count(*) FROM messages") == 7
    assert {stat.S_IMODE(path.stat().st_mode) for path in (store, aside)} == {0o600}
    assert query(backed_up, "SELECT count(*) FROM messages") == 3
    assert folkmoot("verify-audit", "--config", config).code == 0


@pytest.mark.parametrize(("typed", "code"), [("n\n", 0), ("", 78)])
def test_without_a_yes_nothing_changes(folkmoot, config, store, backed_up, typed, code, monkeypatch, tmp_path):
    answer = tmp_path / "typed"
    answer.write_text(typed)
    before = store.read_bytes()
    with answer.open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        ended = folkmoot("restore", backed_up, "--config", config)
    assert ended.code == code
    assert "Nothing was changed" in ended.out + ended.err
    assert store.read_bytes() == before
    assert not list(config.parent.glob("*.restor*"))


def test_it_is_refused_while_a_bot_runs_and_the_drill_is_not(folkmoot, config, store, backed_up):
    with held(store):
        ended = folkmoot("restore", backed_up, "--yes", "--config", config)
        assert ended.code == 75
        assert "another Folkmoot runs on it" in ended.err
        assert folkmoot("restore", backed_up, "--verify", "--config", config).code == 0


def test_it_is_refused_while_somebody_reads_the_store(folkmoot, config, store, backed_up, monkeypatch):
    monkeypatch.setattr(snapshots, "PATIENCE", 0.05)
    reader = sqlite3.connect(store)
    reader.execute("SELECT * FROM messages").fetchone()
    ended = folkmoot("restore", backed_up, "--yes", "--config", config)
    reader.close()
    assert ended.code == 75
    assert "wait for its end; nothing was changed" in ended.err
    assert not list(config.parent.glob("*.restor*"))
    assert not list(config.parent.glob("*.before-*"))
    assert folkmoot("restore", backed_up, "--yes", "--config", config).code == 0


def test_the_store_itself_is_no_backup(folkmoot, config, store):
    ended = folkmoot("restore", store, "--yes", "--config", config)
    assert ended.code == 65
    assert "is the store itself" in ended.err


def test_a_backup_of_an_older_version_is_brought_up_to_date(folkmoot, config, store):
    old = config.parent / "old.sqlite"
    old_store(old)
    before = old.read_bytes()
    ended = folkmoot("restore", old, "--yes", "--config", config)
    assert ended.code == 0, ended.out
    assert "0001, brought up to 0" in ended.out
    assert old.read_bytes() == before
    assert query(store, "SELECT version_num FROM alembic_version") != "0001"


def test_after_a_downgrade_deletions_are_carried_over_from_the_newer_store(folkmoot, config, store, backed_up):
    changed(
        store,
        "UPDATE messages SET author = NULL, text = NULL, sent_at = NULL, deleted_at = 1 WHERE text = 'point 1'",
        "UPDATE alembic_version SET version_num = '9999'",
        "CREATE TABLE of_the_future (word)",
    )
    ended = folkmoot("restore", backed_up, "--yes", "--config", config)
    assert ended.code == 0
    assert "1 message that was deleted" in ended.out
    assert "Not known" not in ended.out
    assert query(store, "SELECT count(text) FROM messages") == 2


def test_onto_a_new_machine_it_restores_without_a_store(folkmoot, config, store, backed_up):
    store.unlink()
    shutil.rmtree(config.parent / "backups", ignore_errors=True)
    ended = folkmoot("restore", backed_up, "--yes", "--config", config)
    assert ended.code == 0
    assert "there is no store in its place" in ended.out
    assert query(store, "SELECT count(*) FROM messages") == 3
