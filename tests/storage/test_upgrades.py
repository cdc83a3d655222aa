"""Stores of earlier schemas come up to date with all that they hold, or stay as they were."""

import json
import re
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import event
from sqlalchemy.engine import Engine

from bot.errors import StorageError
from bot.fault_points import FaultPoint, Phase, watched
from bot.ports.knowledge import ERASED
from bot.storage import examine_store, migrations, open_store
from bot.testing.clock import START
from bot.testing.harness import harness

STORES = Path(__file__).parent / "stores"
OLD = sorted(path.stem.removeprefix("schema_") for path in STORES.glob("schema_*.sql"))
_HEAD_OF_0001 = "c03f788e59c43d34a0be5096a9da99e431f153e7870689129289c35e705c8523"
_HERE = "tarnwick"


def _load(version, path):
    """Make the stored store of this schema, and keep its files to their owner as the bot does."""
    with sqlite3.connect(path) as connection:
        connection.executescript((STORES / f"schema_{version}.sql").read_text(encoding="utf-8"))
    connection.close()
    return path


def _ask(path, question):
    with sqlite3.connect(path) as connection:
        found = connection.execute(question).fetchall()
    connection.close()
    return found


def _change(path, statement):
    with sqlite3.connect(path) as connection:
        connection.execute(statement)
    connection.close()


def _dump(path):
    with sqlite3.connect(path) as connection:
        lines = list(connection.iterdump())
    connection.close()
    return lines


def _core_tables(path):
    """Everything that the core's steps make, as SQL."""
    return {sql for table, sql in _ask(path, "SELECT tbl_name, sql FROM sqlite_master") if "__" not in table}


@pytest.fixture(params=OLD)
def old(request, tmp_path):
    return _load(request.param, tmp_path / "folkmoot.sqlite")


@pytest.fixture
def first(tmp_path):
    return _load("0001", tmp_path / "folkmoot.sqlite")


def test_every_earlier_schema_has_a_stored_store():
    scripts = ScriptDirectory.from_config(migrations._config())
    earlier = {script.revision for script in scripts.walk_revisions()} - {scripts.get_current_head()}
    assert earlier <= set(OLD), "run `python -m tests.storage.stores.make` before the schema changes"


async def test_an_upgraded_store_has_the_tables_of_a_fresh_one(old, tmp_path):
    assert await examine_store(old) is False
    for path in (old, tmp_path / "fresh.sqlite"):
        await (await open_store(path)).aclose()
    assert _core_tables(old) == _core_tables(tmp_path / "fresh.sqlite")
    assert await examine_store(old) is True
    assert _ask(old, "PRAGMA integrity_check") == [("ok",)]
    assert _ask(old, "PRAGMA foreign_key_check") == []


async def test_everything_is_still_there(old):
    tables = [name for (name,) in _ask(old, "SELECT name FROM sqlite_master WHERE type = 'table'")]
    before = {name: _ask(old, f'SELECT count(*) FROM "{name}"')[0][0] for name in tables}
    texts = _ask(old, "SELECT id, author, text, sent_at FROM messages ORDER BY id")
    store = await open_store(old)
    try:
        room = await store.history.recent("fake:square", limit=99)
        assert [message.text for message in room][-1] == "See you next week."
        assert not any(message.off_record for message in room)
        assert await store.audit.verify(_HERE) is None
        assert await store.records.off_record() == frozenset()
    finally:
        await store.aclose()
    after = {name: _ask(old, f'SELECT count(*) FROM "{name}"')[0][0] for name in tables}
    rewritten = {"audit": before["audit"] + 1} if "pseudonyms" not in tables else {}
    assert after == before | rewritten
    assert _ask(old, "SELECT id, author, text, sent_at FROM messages ORDER BY id") == texts


# --- from schema 0001 -------------------------------------------------------------------------------------------


async def test_the_trail_is_chained_anew_under_pseudonyms(first):
    was = _ask(first, "SELECT number, at, action, subject, actor, details FROM audit ORDER BY number")
    store = await open_store(first)
    try:
        lines = (await store.audit.recent(_HERE, limit=99))[::-1]
        assert await store.audit.verify(_HERE) is None
        about = await store.audit.recent(_HERE, limit=99, subject="fake:otto")
    finally:
        await store.aclose()
    assert [(line.number, line.action, line.subject, line.actor, dict(line.details)) for line in lines[:-1]] == [
        (number, action, subject, actor, json.loads(details)) for number, _, action, subject, actor, details in was
    ]
    assert lines[-1].action == "trail.rewritten"
    assert dict(lines[-1].details) == {"entries": str(len(was)), "digest": _HEAD_OF_0001}
    assert [line.action for line in about] == ["sanction.applied"]
    members = [member for (member,) in _ask(first, "SELECT id FROM members")]
    assert len(_ask(first, "SELECT * FROM pseudonyms")) == len(members) - 1  # of Ines no line speaks
    stored = str(_ask(first, "SELECT subject, actor, details FROM audit"))
    assert not [member for member in members if member in stored]


@pytest.mark.parametrize(
    ("tampering", "broken"),
    [
        ("UPDATE audit SET action = 'case.dismissed' WHERE number = 6", 6),
        ("UPDATE audit SET actor = 'fake:otto' WHERE number = 1", 1),
        ("UPDATE audit SET digest = 'x' WHERE number = 11", 11),
        ("DELETE FROM audit WHERE number = 4", 4),
    ],
)
async def test_a_broken_trail_stays_broken_where_it_was(first, tampering, broken):
    _change(first, tampering)
    last = _ask(first, "SELECT digest FROM audit ORDER BY number")[-1][0]
    store = await open_store(first)
    try:
        assert await store.audit.verify(_HERE) == broken
        (line, *_) = await store.audit.recent(_HERE, limit=1)
        assert (line.action, dict(line.details)) == (
            "trail.broken",
            {"entries": "11", "first": str(broken), "digest": last},
        )
        await store.records.erase("fake:otto", START)
        assert await store.audit.verify(_HERE) == broken
        assert {line.subject for line in await store.audit.recent(_HERE, limit=99) if line.number == 7} == {ERASED}
    finally:
        await store.aclose()
    assert "fake:otto" not in str(_ask(first, "SELECT * FROM audit"))


async def test_prompts_no_longer_hold_what_they_said(first):
    assert "Upheld" in str(_ask(first, "SELECT ask FROM prompts"))
    store = await open_store(first)
    try:
        prompt = await store.prompts.at("fake:b15")
        assert (prompt.ask.label, prompt.ask.body.blocks) == ("case:2", ())
        assert prompt.ask.choices
    finally:
        await store.aclose()
    assert "Upheld" not in str(_ask(first, "SELECT ask FROM prompts"))


async def test_two_stores_have_salts_of_their_own(tmp_path):
    salts = set()
    for name in ("one", "two"):
        path = _load("0001", tmp_path / name)
        await (await open_store(path)).aclose()
        salts |= set(_ask(path, "SELECT value FROM salts"))
    assert len(salts) == 2
    assert all(re.fullmatch("[0-9a-f]{64}", salt) for (salt,) in salts)


# --- whole or not at all ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "statements"),
    [*(("0001", number) for number in (1, 5, 12, 20, 28)), *(("0002", number) for number in (1, 3, 5)), ("0003", 0)],
    indirect=["old"],
)
async def test_an_upgrade_that_is_broken_off_leaves_the_old_store(old, statements):
    before, seen = _dump(old), 0

    def fail(connection, cursor, statement, parameters, context, many):
        nonlocal seen
        seen += not statement.startswith(("PRAGMA", "SELECT"))
        if seen > statements:
            raise OSError("the power went")

    event.listen(Engine, "before_cursor_execute", fail)
    try:
        with pytest.raises(StorageError):
            await open_store(old)
    finally:
        event.remove(Engine, "before_cursor_execute", fail)
    assert seen > statements
    assert _dump(old) == before
    await (await open_store(old)).aclose()
    assert await examine_store(old) is True


async def test_an_upgrade_that_dies_before_it_is_committed_leaves_the_old_store(old):
    async def die(point, phase):
        if (point, phase) == (FaultPoint.CORE_UPGRADE, Phase.WRITTEN):
            raise OSError("the power went")

    before = _dump(old)
    with watched(die), pytest.raises(StorageError):
        await open_store(old)
    assert _dump(old) == before


# --- alive ------------------------------------------------------------------------------------------------------


async def test_a_bot_with_all_cogs_runs_on_an_old_store(old, tmp_path):
    bot = harness(tmp_path)
    assert bot.config.beside(bot.config.store.path) == old
    bot.clock.set(START + timedelta(days=9))
    bot.person("Otto")
    for n in range(60):  # the stored messages' ids are taken: what is said from now on has others
        bot.server.post(bot.person("Dario"), bot.square, f"before the start, number {n}")
    _change(old, "UPDATE checkpoints SET token = '60'")
    async with bot.started():
        assert dict(bot.app.failures) == {}
        fresh = await bot.say("Dario", "The bus lane is a fine idea.")
        assert await bot.app.store.history.message(fresh.id) == fresh
        assert "Case 2" in await bot.command("Mira", "!queue", where=bot.desk)
        trail = await bot.command("Mira", "!audit", where=bot.desk)
        assert "Case 1 upheld" in trail
        assert "by Mira" in trail
        assert "upheld" in (await bot.command("Noor", "!history otto", where=bot.desk)).lower()
        assert await bot.command("Mira", "!dismiss 2 banter", where=bot.desk)
        assert "number 2" in await bot.command("Ines", "!summarize 9d")
        await bot.advance(timedelta(days=7))
        assert await bot.app.store.audit.verify(_HERE) is None
