"""What the command line says about itself, and that the README says the same."""

import re
from importlib import metadata
from pathlib import Path

import pytest
import typer

import bot.__main__ as program
from bot.commandline.app import app

ROOT = Path(__file__).parents[2]
SUBCOMMANDS = sorted(typer.main.get_command(app).commands)


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    """A terminal in which no line is folded."""
    monkeypatch.setenv("COLUMNS", "200")


def flat(text):
    """Without the boxes and line ends of a help page."""
    return " ".join(re.sub(r"[│╭╮╰╯─*]", " ", text).split())


def test_the_version(folkmoot):
    ended = folkmoot("--version")
    assert (ended.code, ended.out) == (0, f"folkmoot {metadata.version('folkmoot')}\n")


def test_the_help_lists_every_subcommand_with_its_sentence(folkmoot):
    ended = folkmoot("--help")
    assert ended.code == 0
    for command in app.registered_commands:
        sentence = " ".join(command.callback.__doc__.split())
        assert sentence.endswith(".")
        assert f"{command.callback.__name__.replace('_', '-')} {sentence}" in flat(ended.out)


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_every_subcommand_explains_itself_and_its_options(name, folkmoot):
    ended = folkmoot(name, "--help")
    assert (ended.code, ended.err) == (0, "")
    command = typer.main.get_command(app).commands[name]
    for parameter in command.params:
        assert getattr(parameter, "help", "").endswith("."), parameter.name
        assert " ".join(parameter.help.split()) in flat(ended.out)


def test_the_readme_has_a_line_for_every_subcommand_and_for_none_that_is_not_there():
    rows = re.findall(r"^\| `folkmoot ([a-z-]+)[^`]*` \| (.+) \|$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert sorted(name for name, _ in rows) == SUBCOMMANDS


def test_options_that_the_readme_names_are_there():
    commands = typer.main.get_command(app).commands.values()
    known = {option for command in commands for parameter in command.params for option in parameter.opts}
    named = set(re.findall(r"`(?:folkmoot [a-z]+ )?(--[a-z-]+)", (ROOT / "README.md").read_text()))
    assert named <= known | {"--version", "--help"}


@pytest.mark.parametrize("arguments", [("--nope",), ("nope",), ("run", "--nope"), ("cogs", "one"), ()])
def test_wrong_usage_is_answered_in_words(arguments, folkmoot):
    ended = folkmoot(*arguments)
    assert ended.code == 2
    assert "Usage: folkmoot" in ended.out + ended.err
    assert "Traceback" not in ended.err


def test_a_crash_shows_no_members_words(folkmoot, monkeypatch):
    async def crash(*_, **__):
        words = "you are an idiot"
        raise RuntimeError(words)

    monkeypatch.setattr(program, "play", crash)
    ended = folkmoot("demo")
    assert ended.code == 70
    assert "crashed" in ended.err
    assert "RuntimeError" in ended.err
    assert "idiot" not in ended.err
