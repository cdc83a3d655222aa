import tomllib
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from bot.commandline.app import app
from bot.config import load_config
from bot.errors import ConfigError
from bot.loading.settings import section_models
from cogs.civility.settings import CivilitySettings
from cogs.reading.settings import ReadingSettings


@pytest.fixture
def path(tmp_path):
    return tmp_path / "config.toml"


def init(path, *options, answers=""):
    return CliRunner().invoke(app, ["init", "--config", str(path), *options], input=answers)


def test_the_defaults_can_be_loaded_and_work_on_the_console(path):
    result = init(path, "--yes")
    assert result.exit_code == 0
    config = load_config(path, section_models)
    (community,) = config.communities
    assert f"console:{config.console.room}" in community.rooms
    assert community.review_room == f"console:{config.console.review_room}"
    assert ZoneInfo(community.zone)
    assert CivilitySettings().rule in {rule.id for rule in community.rules}
    (weekly,) = config.section("reading", ReadingSettings).weekly
    assert (weekly.community, weekly.room) == (community.id, community.rooms[0])


def test_it_says_the_next_command(path):
    assert f"folkmoot doctor --config {path}" in init(path, "--yes").stdout


def test_answers_are_checked_when_they_are_given(path):
    answers = [
        "Rat der Städte",
        "square, a b",
        "lobby, discord:12",
        "lobby",
        "desk",
        "Europe/Berln",
        "Europe/Berlin",
        "someday",
        "never",
    ]
    result = init(path, answers="\n".join(answers) + "\n")
    assert result.exit_code == 0
    for words in ("platform:id", "everyone would see the flags", "'Europe/Berlin'", "daily 09:00"):
        assert words in result.output
    config = load_config(path, section_models)
    (community,) = config.communities
    assert community.id == "rat-der-stadte"
    assert community.rooms == ("console:lobby", "discord:12")
    assert community.review_room == "console:desk"
    assert community.zone == "Europe/Berlin"
    assert "reading" not in config.cog_tables


def test_it_asks_five_questions_and_enter_takes_the_defaults(path):
    assert init(path, answers="\n" * 5).exit_code == 0
    asked = path.read_text()
    init(path, "--yes", "--force")
    assert path.read_text() == asked


def test_hostile_answers_end_up_as_text_or_are_refused(path):
    result = init(path, answers='"]\nx = 1\n\n\n\n"#{0.__class__}\x1b[31m\n\n\n\n\n\n\n')
    assert result.exit_code == 0
    assert "x" not in tomllib.loads(path.read_text())


def test_a_file_that_is_there_stays(path):
    path.write_text("# mine")
    result = init(path, "--yes")
    assert isinstance(result.exception, ConfigError)
    assert "--force" in str(result.exception)
    assert path.read_text() == "# mine"
    init(path, "--yes", "--force")
    assert load_config(path).communities


def test_without_answers_nothing_is_written(path):
    result = init(path)
    assert isinstance(result.exception, ConfigError)
    assert "--yes" in str(result.exception)
    assert list(path.parent.iterdir()) == []


def test_a_folder_that_is_not_there_is_said_in_words(tmp_path):
    result = init(tmp_path / "none" / "config.toml", "--yes")
    assert isinstance(result.exception, ConfigError)
    assert "cannot be written" in str(result.exception)
