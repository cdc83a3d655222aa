import asyncio
import os
import socket
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from bot.commandline import doctor, machine, upkeep
from bot.commandline.app import app
from bot.commandline.finding import Verdict
from bot.domain.effect import Record
from bot.ports.stores import Outcome
from bot.storage import held, open_store
from bot.storage.copies.replacing import Places
from bot.testing import factories
from bot.testing.clock import START
from models.runtime import write_manifest


@pytest.fixture
def weights(tmp_path, monkeypatch):
    """Model folders with sound manifests, in place of the shipped ones."""
    for folder in ("attacks", "encoder"):
        place = tmp_path / "models" / folder / "weights"
        place.mkdir(parents=True)
        (place / "model.onnx").write_bytes(b"weights")
        write_manifest(place, folder, "1", {}, ["model.onnx"])
    monkeypatch.setattr(doctor.models, "__path__", [str(tmp_path / "models")])
    return tmp_path / "models"


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "config.toml"
    CliRunner().invoke(app, ["init", "--config", str(path), "--yes"])
    return path


def examine(path):
    result = CliRunner(env={"COLUMNS": "300"}).invoke(app, ["doctor", "--config", str(path)])
    lines = [line.split(maxsplit=1) for line in result.stdout.splitlines() if " " in line]
    return result.exit_code, [rest for verdict, rest in lines if verdict == "mend"], result.stdout


def test_all_is_well_after_init(path, weights):
    code, to_mend, shown = examine(path)
    assert (code, to_mend) == (0, [])
    assert "cog civility" in shown
    assert "is made at the first start" in shown


def test_a_store_that_was_opened_is_well(path, weights):
    async def make():
        await (await open_store(path.parent / "folkmoot.sqlite")).aclose()

    asyncio.run(make())
    code, to_mend, shown = examine(path)
    assert (code, to_mend) == (0, [])
    assert "is made at the first start" not in shown


def test_a_missing_configuration_is_what_there_is_to_mend(tmp_path):
    code, to_mend, _ = examine(tmp_path / "none.toml")
    assert code == 78
    assert len(to_mend) == 1
    assert "folkmoot init" in to_mend[0]


def test_every_fault_of_the_configuration_is_shown(path, weights):
    path.write_text(path.read_text() + "[civilty]\nx = 1\n[models]\nthreads = 0\n")
    code, _, shown = examine(path)
    assert code == 78
    assert "did you mean 'civility'" in shown
    assert "threads: 0 must be at least 1" in shown


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "nothing is watched"),
        ('[[community]]\nid = "a"\nreview_room = "console:b"', "it has no rooms"),
        ('[[community]]\nid = "a"\nrooms = ["console:square"]', "nobody would hear of flags"),
        ('[cogs]\nenabled = ["nobody"]', "there is no cog 'nobody'"),
    ],
)
def test_what_keeps_the_bot_from_its_work_is_named(path, weights, text, words):
    path.write_text(text)
    code, to_mend, _ = examine(path)
    assert code == 78
    assert any(words in line for line in to_mend)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[reading.weekly]]\ncommunity = "nowhere"\nroom = "console:square"', "there is no community 'nowhere'"),
        ('[[reading.weekly]]\ncommunity = "a"\nroom = "console:cellar"', "'console:cellar' is not a room of 'a'"),
        ('[[reading.weekly]]\ncommunity = "a"\nroom = "console:square"\nrule = "someday"', "of 'a'"),
        ('[reading]\ndeck = "/nowhere/deck.toml"', "deck /nowhere/deck.toml cannot be read"),
    ],
)
def test_a_cog_that_cannot_be_built_is_named(path, weights, text, words):
    community = '[[community]]\nid = "a"\nrooms = ["console:square"]\nreview_room = "console:moderators"\n'
    path.write_text(community + text)
    code, to_mend, _ = examine(path)
    assert code == 78
    [line] = to_mend
    assert line.startswith("cog reading")
    assert words in line


def test_a_rule_that_a_community_does_not_have_is_noted(path, weights):
    community = '[[community]]\nid = "a"\nrooms = ["console:square"]\nreview_room = "console:moderators"\n'
    rule = '[[community.rules]]\nid = "respect"\ntext = "Be kind."\n'
    path.write_text(community + rule)
    code, _, shown = examine(path)
    assert code == 0
    assert "community a has no rule 'no-personal-attacks'" in shown
    path.write_text(community + rule + '[civility]\nrule = "respect"\n')
    assert "has no rule" not in examine(path)[2]


def test_a_room_that_nothing_connects_to_is_noted(path, weights):
    path.write_text('[[community]]\nid = "a"\nrooms = ["carrier-pigeon:1", "pigeon:1"]\nreview_room = "console:b"')
    assert examine(path)[0] == 78  # a platform's name is one word
    path.write_text('[[community]]\nid = "a"\nrooms = ["pigeon:1"]\nreview_room = "console:b"')
    code, _, shown = examine(path)
    assert code == 0
    assert "nothing here connects to pigeon" in shown
    assert "console:square, where typed lines go, is a room of no community" in shown


def test_damaged_weights_are_named(path, weights):
    (weights / "attacks" / "weights" / "model.onnx").write_bytes(b"other")
    code, to_mend, _ = examine(path)
    assert code == 75
    assert any("attack classifier" in line and "damaged" in line for line in to_mend)


def test_models_that_are_switched_off_are_not_looked_for(path, weights):
    path.write_text(path.read_text() + "[models]\nenabled = false\n")
    (weights / "attacks" / "weights" / "manifest.json").unlink()
    code, _, shown = examine(path)
    assert code == 0
    assert "switched off" in shown


def test_a_store_that_others_can_read_is_to_be_closed(path, weights):
    store = path.parent / "folkmoot.sqlite"
    store.touch()
    store.chmod(0o644)
    code, to_mend, _ = examine(path)
    assert code == 75
    assert any("chmod 600" in line for line in to_mend)


def test_a_store_that_is_none_is_refused(path, weights):
    store = path.parent / "folkmoot.sqlite"
    store.write_text("Dear all, " * 1000)
    store.chmod(0o600)
    code, to_mend, _ = examine(path)
    assert code == 75
    assert any("not a Folkmoot store" in line for line in to_mend)


def test_the_folder_of_the_store_must_be_there(tmp_path):
    (finding,) = machine.store_file(tmp_path / "none" / "x.sqlite")
    assert finding.verdict is Verdict.MEND
    assert "make the folder" in finding.words


def test_a_clock_behind_its_own_files_is_noticed(tmp_path):
    now = datetime(2026, 3, 1, tzinfo=UTC)
    file = tmp_path / "x"
    file.touch()
    os.utime(file, (now.timestamp(), now.timestamp()))
    assert machine.clock(now, [file, tmp_path / "none"]).verdict is Verdict.OK
    assert machine.clock(now - timedelta(days=1), [file]).verdict is Verdict.MEND


def test_it_ends_with_what_to_do_next(path, weights):
    assert examine(path)[2].endswith(f"All is well: `folkmoot run --config {path}` starts the bot.\n")
    path.write_text("[cogs]\nenabled = ['civilty']\n")
    assert "2 things are to be set right" in examine(path)[2]


# --- the store in use -----------------------------------------------------------------------------------------------


@pytest.fixture
def kept(path, weights):
    """A store with a little in it; gives its path."""
    store = path.parent / "folkmoot.sqlite"

    async def make():
        opened = await open_store(store)
        room = factories.room("square", platform="console")
        await opened.journal.ingest("console", factories.batch(factories.posted(conversation=room)), START)
        await opened.journal.commit(Outcome("review", START, records=(Record("assembly", "case.opened", "case 1"),)))
        await opened.aclose()

    asyncio.run(make())
    return store


def look(store):
    """(what is to mend, every line), as `examine` gives them, of the store alone."""
    now = datetime.now(UTC)
    found = [*upkeep.around(store, now), *asyncio.run(upkeep.inside(store, now))]
    to_mend = [f"{one.subject}  {one.words}" for one in found if one.verdict is Verdict.MEND]
    return to_mend, "\n".join(f"{one.verdict}  {one.subject}  {one.words}" for one in found)


def changed(store, *statements):
    connection = sqlite3.connect(store)
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_a_store_in_use_is_described(path, kept):
    code, to_mend, shown = examine(path)
    assert (code, to_mend) == (0, [])
    assert "no bot runs on the store now" in shown
    assert "trail of assembly" in shown
    assert "1 event and 0 posts wait, the oldest event came" in shown
    assert "`folkmoot backup` makes one" in shown
    with held(kept):
        assert f"a bot runs on the store now: process {os.getpid()}" in look(kept)[1]


def test_backups_are_counted_and_old_ones_noted(path, kept, folkmoot):
    assert folkmoot("backup", "--config", path).code == 0
    assert "1 backup in" in look(kept)[1]
    assert "note  backups" not in look(kept)[1]
    (file,) = (path.parent / "backups").iterdir()
    long_ago = datetime.now(UTC).timestamp() - 9 * 86_400
    os.utime(file, (long_ago, long_ago))
    assert "the newest 9 days ago: make one with `folkmoot backup`" in look(kept)[1]
    file.chmod(0o640)
    assert "chmod 600" in look(kept)[0][0]
    file.chmod(0o600)
    file.parent.chmod(0o755)
    assert "chmod 700" in look(kept)[0][0]
    file.parent.chmod(0o700)
    left = file.parent / ".folkmoot-20260101T000000Z.sqlite.abc.part"
    left.touch()
    assert "a backup that was killed" not in look(kept)[1]  # it may be at work
    os.utime(left, (long_ago, long_ago))
    assert "a backup that was killed" in look(kept)[1]


def test_a_changed_line_of_a_trail_is_found(path, kept):
    changed(kept, "UPDATE audit SET action = 'case.closed'")
    code, to_mend, _ = examine(path)
    assert code == 65
    assert "line 1 was changed" in to_mend[0]


def test_what_a_broken_off_restore_left_is_named(path, kept):
    places = Places.of(kept)
    places.prepared.touch()
    assert "broken off and changed nothing" in look(kept)[1]
    places.prepared.rename(places.decided)
    assert "finishes it" in look(kept)[1]
    places.decided.rename(places.aside(START))
    assert "is an old store" in look(kept)[1]


def test_posts_that_were_given_up_and_schedules_that_are_late_are_noted(path, kept):
    lately = int(datetime.now(UTC).timestamp() * 1_000_000)
    post = "(key, cog, cause, platform, conversation, priority, kind, state, attempt, settled_at)"
    row = "('k', 'review', 1, 'console', 'console:square', 0, 'Say', 'failed', 1, {})"
    plan = "(cog, name, job, rule, zone, missed, data, next_due)"
    changed(
        kept,
        f"INSERT INTO outbox {post} VALUES {row.format(lately)}",
        f"INSERT INTO schedules {plan} VALUES ('reading', 'weekly', 'post', 'mon 18:00', 'UTC', 'x', '{{}}', {lately})",
        "UPDATE schedules SET missed = 'skip them, say so', next_due = next_due - 3600000000",
    )
    shown = look(kept)[1]
    assert "1 post was given up in the last 24 hours" in shown
    assert "next weekly of reading" in shown
    assert "made up for once the bot runs" in shown
    with held(kept):
        assert "it is overdue" in look(kept)[1]
    changed(kept, "UPDATE outbox SET settled_at = settled_at - 90000000000", "DELETE FROM schedules")
    shown = look(kept)[1]
    assert "given up" not in shown
    assert "0 schedules" in shown


def test_a_disk_that_cannot_hold_a_backup_is_noted(path, kept, monkeypatch):
    usage = SimpleNamespace(free=kept.stat().st_size)
    monkeypatch.setattr(upkeep.shutil, "disk_usage", lambda _: usage)
    assert "a backup and a restore need as much again" in look(kept)[1]


def test_secrets_are_looked_at_without_being_shown(tmp_path):
    file = tmp_path / "token"
    file.write_text("s3cret\n")
    file.chmod(0o600)
    given = {
        "FOLKMOOT_DISCORD_TOKEN_FILE": str(file),
        "FOLKMOOT_MATRIX_TOKEN": "two words",
        "HOME": "/",
        "FOLKMOOT_X": "",
    }
    good, bad = upkeep.secrets(given)
    assert good.verdict is Verdict.OK
    assert (bad.verdict, bad.exit_code) == (Verdict.MEND, 78)
    assert not any("s3cret" in finding.words or "two words" in finding.words for finding in (good, bad))
    file.chmod(0o644)
    assert "chmod 600" in next(upkeep.secrets(given)).words


def test_a_port_that_something_else_has_is_told_before_the_bot_fails_on_it(path, weights):
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        taken = other.getsockname()[1]
        path.write_text(f"{path.read_text()}\n[monitoring]\nenabled = true\nport = {taken}\n")
        code, to_mend, _ = examine(path)
        assert (code, len(to_mend)) == (78, 1)
        assert f"127.0.0.1 port {taken}" in to_mend[0]
    assert examine(path)[:2] == (0, [])


def test_another_classifier_that_cannot_be_loaded_is_named(path, weights, tmp_path):
    path.write_text(
        path.read_text() + f'[models]\nclassifier = "{tmp_path / "nothing"}"\nclassifier_labels = ["insult"]\n'
    )
    code, to_mend, shown = examine(path)
    assert code == 75
    assert any("attack classifier" in line and ("pip install" in line or "hf download" in line) for line in to_mend)
    assert "every file as its manifest says" in shown  # the encoder's
