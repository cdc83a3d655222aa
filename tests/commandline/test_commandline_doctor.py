import asyncio
import os
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from bot.commandline import doctor, machine
from bot.commandline.app import app
from bot.commandline.finding import Verdict
from bot.storage import open_store
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
