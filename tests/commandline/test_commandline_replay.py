"""`folkmoot replay`: every format, what the report holds, and files that cannot be read."""

import asyncio
import importlib.util
import json
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.commandline import replay as replaying
from bot.commandline.progress import steps
from bot.commandline.replay import replay
from bot.commandline.report import as_json
from bot.testing.models import scripted_models

_SPEC = importlib.util.spec_from_file_location("exports", Path(__file__).with_name("exports.py"))
exports = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(exports)


@pytest.fixture(params=exports.FORMATS)
def export(request, tmp_path):
    path = tmp_path / request.param
    path.write_text(exports.FORMATS[request.param]())
    return path


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """Where temporary folders go."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def replayed(path, **options):
    with steps() as shown:
        return as_json(asyncio.run(replay(path, shown, **options)))


# --- with models that say what the test wants -----------------------------------------------------------------------


def test_each_format_is_replayed_and_reported(export, scratch):
    found = replayed(export, models=scripted_models())
    assert found["counts"] | {"people": 0} == {"messages": 10, "people": 0, "rooms": 1, "flags": 1, "abstained": {}}
    assert found["counts"]["people"] == (10 if export.suffix == ".txt" else 7)
    (flag,) = found["flags"]
    assert flag["message"]["text"] == exports.ATTACK
    assert flag["message"]["author"] == ("comment 3" if export.suffix == ".txt" else "Cem")
    assert (flag["score"], flag["target"], flag["words"]) == (0.97, "participant", ["idiot"])
    assert "personal attack" in flag["reason"]
    assert [one["text"] for one in flag["before"]] == exports.TEXTS[:2]
    assert [one["text"] for one in flag["after"]] == exports.TEXTS[3:5]
    assert [one["text"] for one in flag["answers"]] == ([] if export.suffix == ".txt" else [exports.TEXTS[1]])
    assert set(found["seconds"]) == {"reading", "classifying", "summing up"}
    assert all(seconds >= 0 for seconds in found["seconds"].values())
    assert list(scratch.iterdir()) == []


def test_quotes_of_a_summary_are_words_of_the_messages_they_name(export):
    found = replayed(export, models=scripted_models())
    (summary,) = found["summaries"]
    texts = {_id(export, number): text for number, text in enumerate(exports.TEXTS)}
    assert summary["lines"]
    for line in summary["lines"]:
        assert line["quote"] in texts[line["message"]]
    assert set(summary["messages"]) == {line["message"] for line in summary["lines"]}


def _id(export, number):
    match export.name:
        case "export.jsonl":
            return f"mill-road/m{number}"
        case "export.txt":
            return f"export/{number + 1}"
        case "discord.json":
            return str(1200 + number)
        case _:
            return f"$event{number}"


def test_a_threshold_of_ones_own(tmp_path):
    path = tmp_path / "export.jsonl"
    path.write_text(exports.jsonl())
    assert replayed(path, models=scripted_models(), threshold=0.98)["flags"] == []
    lower = replayed(path, models=scripted_models(), threshold=0.01)
    assert lower["threshold"] == 0.01
    assert len(lower["flags"]) == 1  # the rest are aimed at no person, which takes more


def test_without_a_model_nothing_is_flagged(tmp_path):
    path = tmp_path / "export.jsonl"
    path.write_text(exports.jsonl())
    models = scripted_models()
    models.classifier.model = None
    found = replayed(path, models=models)
    assert (found["model"], found["flags"], found["counts"]["messages"]) == (None, [], 10)


def test_what_members_once_said_to_a_bot_is_not_said_to_this_one(tmp_path):
    path = tmp_path / "export.jsonl"
    path.write_text(
        exports.jsonl() + exports.jsonl().splitlines()[0].replace("The bus", "!help the bus").replace("m0", "m10")
    )
    found = replayed(path, models=scripted_models(), most_summaries=0)
    assert (found["counts"]["messages"], found["summaries"]) == (11, [])


def test_nothing_of_a_fresh_export_goes_on_the_way_though_it_was_said_off_the_record(tmp_path, monkeypatch):
    """A long replay meets the hourly round that deletes old words."""
    path, now = tmp_path / "fresh.jsonl", datetime.now(UTC)
    said = [(40, "[off] You idiot, my friend."), (0, "The bus lane is open.")]
    lines = [
        {"id": f"{days}", "room": "r", "author": "Ann", "at": (now - timedelta(days=days)).isoformat(), "text": text}
        for days, text in said
    ]
    path.write_text("\n".join(map(json.dumps, lines)))
    classified = replaying._classified

    async def an_hour_later(app, shown):
        await classified(app, shown)
        await app._housekeeping.clean_up()

    monkeypatch.setattr(replaying, "_classified", an_hour_later)
    found = replayed(path, models=scripted_models())
    assert [flag["message"]["text"] for flag in found["flags"]] == ["[off] You idiot, my friend."]


# --- as the command, with the shipped models ------------------------------------------------------------------------


def test_the_command_shows_cards_a_summary_and_counts_and_writes_the_report(tmp_path, folkmoot, scratch):
    path, report = tmp_path / "discord.json", tmp_path / "report.json"
    path.write_text(exports.discord_chat_exporter())
    ended = folkmoot("replay", path, "--report", report)
    assert ended.code == 0
    found = json.loads(report.read_text())
    assert report.stat().st_mode & 0o077 == 0, "it holds people's words"
    assert (found["file"], found["counts"]["messages"]) == ("discord.json", 10)
    assert exports.ATTACK in [flag["message"]["text"] for flag in found["flags"]]
    (summary,) = found["summaries"]
    texts = {str(1200 + number): text for number, text in enumerate(exports.TEXTS)}
    assert summary["lines"]
    assert all(line["quote"] in texts[line["message"]] for line in summary["lines"])
    for words in ("You absolute idiot", "Summary of mill-road", "classifying", found["model"]):
        assert words in ended.out
    assert list(scratch.iterdir()) == []


def test_replayed_texts_do_nothing_to_the_terminal(tmp_path, folkmoot):
    path = tmp_path / "export.jsonl"
    hostile = "\u001b[31mYou idiot\u001b[0m [red]@everyone[/red] \u202eturned"
    path.write_text(
        json.dumps(
            {"id": "1", "room": "r\u001b[2J", "author": "x\u001b[1m", "at": "2026-03-02T18:00:00Z", "text": hostile}
        )
    )
    ended = folkmoot("replay", path, "--threshold", "0.01")
    assert ended.code == 0
    assert not {"\u001b", "\u202e"} & set(ended.out)


# --- what cannot be read --------------------------------------------------------------------------------------------

BROKEN = {
    "cut-off.jsonl": (exports.jsonl() + '{"id": "m11", "room": ', "line 11"),
    "no-time.jsonl": (
        exports.jsonl() + '{"id": "m11", "room": "r", "author": "a", "at": "now", "text": "x"}',
        "line 11",
    ),
    "cut-off.json": (exports.discord_chat_exporter()[:3000], "line "),
    "cut-off-element.json": (exports.element()[:4000], "line "),
    "list.json": ("[1, 2]", "line 1"),
    "unknown.json": ('{"a": 1,\n "b": 2}', "line 1"),
    "page.html": ("<!DOCTYPE html><html></html>", "line 1"),
    "empty.txt": ("", "empty"),
    "blank.jsonl": ("\n\n", "empty"),
    "binary.bin": ("\0\1\2", "not a text file"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_cannot_be_read_is_refused_whole(name, tmp_path, folkmoot, scratch):
    content, words = BROKEN[name]
    path, report = tmp_path / name, tmp_path / "report.json"
    path.write_text(content)
    ended = folkmoot("replay", path, "--report", report)
    assert (ended.code, ended.out) == (65, "")
    assert ended.err.startswith(f"folkmoot: {path}: ")
    assert words in ended.err
    assert "Traceback" not in ended.err
    assert not report.exists()
    assert list(scratch.iterdir()) == []


def test_a_file_or_a_folder_that_is_not_there(tmp_path, folkmoot):
    path = tmp_path / "export.jsonl"
    assert folkmoot("replay", path).code == 65
    assert folkmoot("replay", tmp_path).code == 65
    path.write_text(exports.jsonl())
    ended = folkmoot("replay", path, "--report", tmp_path / "none" / "report.json")
    assert ended.code == 65
    assert "report.json" in ended.err
    assert ended.out == ""  # it is said before the work, not after it


def test_a_threshold_of_nothing_is_wrong_usage(tmp_path, folkmoot):
    path = tmp_path / "export.jsonl"
    path.write_text(exports.jsonl())
    assert folkmoot("replay", path, "--threshold", "0").code == 2
    assert folkmoot("replay", path, "--threshold", "1.5").code == 2
    assert folkmoot("replay").code == 2
