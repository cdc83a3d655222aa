import tomllib
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from bot.commandline.aliases import aliases_in
from bot.commandline.app import app
from bot.commandline.connections import connections
from bot.config import load_config
from bot.errors import ConfigError
from bot.loading.settings import section_models
from bot.platforms.discord.checkup.needed import invite_link
from bot.platforms.matrix.connection import discovery
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
        "",
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


def test_it_asks_six_questions_and_enter_takes_the_defaults(path):
    assert init(path, answers="\n" * 5).exit_code != 0
    assert init(path, answers="\n" * 6).exit_code == 0
    asked = path.read_text()
    init(path, "--yes", "--force")
    assert path.read_text() == asked


def test_hostile_answers_end_up_as_text_or_are_refused(path):
    result = init(path, answers='none\n"]\nx = 1\n\n\n\n"#{0.__class__}\x1b[31m\n\n\n\n\n\n\n')
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


# --- on Matrix ----------------------------------------------------------------------------------------------------


@pytest.fixture
def server_says(monkeypatch):
    """What a server answers that is asked for its homeserver."""
    asked = []

    def say(address):
        async def answer(server):
            asked.append(server)
            return address

        monkeypatch.setattr(discovery, "homeserver_of", answer)
        return asked

    return say


def test_an_account_makes_a_whole_section_and_rooms_by_their_addresses(path, server_says):
    asked = server_says("https://matrix.example.org")
    result = init(path, "--yes", "--matrix", "@folkmoot:example.org", "--own", "@ada:example.org")
    assert result.exit_code == 0
    assert asked == ["example.org"]
    assert "The homeserver of example.org is at https://matrix.example.org." in result.output
    assert "Set FOLKMOOT_MATRIX_PASSWORD to the password of @folkmoot:example.org" in result.output
    config = load_config(path, section_models)
    assert (config.matrix.homeserver, config.matrix.user) == ("https://matrix.example.org", "@folkmoot:example.org")
    (community,) = config.communities
    assert community.rooms == ("matrix:#square:example.org",)
    assert community.review_room == "matrix:#moderators:example.org"
    assert community.stewards[0].accounts == ("matrix:@ada:example.org",)
    (weekly,) = config.section("reading", ReadingSettings).weekly
    assert weekly.room == community.rooms[0]
    assert [connection.name for connection in connections(config)] == ["matrix"]
    assert set(aliases_in(config)) == {"#square:example.org", "#moderators:example.org"}


def test_the_same_by_answers(path, server_says):
    server_says(None)
    answers = [
        "@folkmoot",
        "@folkmoot:example.org, @folkmoot:example.org",
        "@folkmoot:example.org and @ada:example.org",
        "",
        "politics, #garden:other.example, !abc, console:square",
        "politics",
        "#desk",
        "",
        "never",
    ]
    result = init(path, answers="\n".join(answers) + "\n")
    assert result.exit_code == 0
    for words in ("must be written @name:server", "an account of its own", "everyone would see the flags"):
        assert words in result.output
    assert "https://example.org is taken; correct it in the file" in result.output
    config = load_config(path, section_models)
    assert config.matrix.homeserver == "https://example.org"
    (community,) = config.communities
    assert community.rooms == (
        "matrix:#politics:example.org",
        "matrix:#garden:other.example",
        "matrix:!abc",
        "console:square",
    )
    assert community.review_room == "matrix:#desk:example.org"
    assert [connection.name for connection in connections(config)] == ["matrix", "console"]


def test_with_the_account_in_the_command_five_questions_are_left(path, server_says):
    asked = server_says("https://never.example")
    options = ["--matrix", "@folkmoot:example.org", "--homeserver", "http://127.0.0.1:8008"]
    result = init(path, *options, answers="\n" * 5)
    assert result.exit_code == 0
    assert result.output.startswith("Five questions")
    assert asked == []
    assert "Nobody may invite it yet" in result.output
    config = load_config(path, section_models)
    assert config.matrix.homeserver == "http://127.0.0.1:8008"
    assert config.communities[0].stewards == ()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--matrix", "folkmoot"], "must be written @name:server"),
        (["--matrix", "@folkmoot:example.org", "--own", "ada"], "must be written @name:server"),
        (["--matrix", "@folkmoot:example.org", "--homeserver", "example.org"], "must be an address such as"),
        (["--own", "@ada:example.org"], "belong to --matrix"),
    ],
)
def test_options_that_make_no_sense(path, server_says, options, words):
    server_says(None)
    result = init(path, "--yes", *options)
    assert isinstance(result.exception, ConfigError)
    assert words in str(result.exception)
    assert not path.exists()


# --- on Discord ---------------------------------------------------------------------------------------------------

APPLICATION = "1098765432109876543"
LINK = "https://discord.com/channels/11/22"


def test_an_application_and_two_channels_make_a_bot_on_discord(path):
    result = init(path, "--discord", APPLICATION, answers=f"\n{LINK}, 23\n<#24>\n\nnever\n")
    assert result.exit_code == 0
    assert result.output.startswith("Five questions")
    assert "right-click a channel there, Copy Link" in result.output
    assert f"Add the bot to your server: {invite_link(int(APPLICATION))}\n" in result.output
    assert f"/{APPLICATION}/bot switch on Message Content Intent and Server Members Intent" in result.output
    assert "Set FOLKMOOT_DISCORD_TOKEN to it" in result.output
    config = load_config(path, section_models)
    (community,) = config.communities
    assert config.discord.application == int(APPLICATION)
    assert (community.rooms, community.review_room) == (("discord:22", "discord:23"), "discord:24")
    assert [connection.name for connection in connections(config)] == ["discord"]


def test_the_same_without_a_question(path):
    options = ["--yes", "--discord", APPLICATION, "--rooms", f"{LINK},23", "--review-room", "24"]
    assert init(path, *options).exit_code == 0
    (community,) = load_config(path, section_models).communities
    assert (community.rooms, community.review_room) == (("discord:22", "discord:23"), "discord:24")


def test_channels_are_asked_for_until_they_are_named(path):
    answers = ["", "", "general", "#general", "https://discord.gg/abc", "https://discord.com/channels/11", "22"]
    result = init(path, "--discord", APPLICATION, answers="\n".join([*answers, "22", "23", "", "never"]) + "\n")
    assert result.exit_code == 0
    for words in (
        "must be a number",
        "is an invitation to a server",
        "is a whole server",
        "everyone would see the flags",
    ):
        assert words in result.output
    assert load_config(path).communities[0].rooms == ("discord:22",)


def test_the_first_question_takes_matrix_and_discord_in_any_order(path, server_says):
    server_says("https://matrix.example.org")
    first = f"{APPLICATION} and @folkmoot:example.org, @ada:example.org"
    answers = [f"{APPLICATION} 1098765432109876544", "12", first, "", f"{LINK}, square", "desk", "", "never"]
    result = init(path, answers="\n".join(answers) + "\n")
    assert result.exit_code == 0, result.output
    assert "one application of Discord is enough" in result.output
    assert "'12' is no application's id" in result.output
    assert "Set FOLKMOOT_MATRIX_PASSWORD" in result.output
    assert "Add the bot to your server" in result.output
    config = load_config(path, section_models)
    (community,) = config.communities
    assert community.rooms == ("discord:22", "matrix:#square:example.org")
    assert community.review_room == "matrix:#desk:example.org"
    assert community.stewards[0].accounts == ("matrix:@ada:example.org",)
    assert [connection.name for connection in connections(config)] == ["matrix", "discord"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--discord", APPLICATION], "Nobody can guess channels of Discord"),
        (["--discord", APPLICATION, "--rooms", "22"], "Nobody can guess channels of Discord"),
        (
            ["--discord", "folkmoot", "--rooms", "1", "--review-room", "2"],
            "--discord: 'folkmoot' is no application's id",
        ),
        (["--discord", APPLICATION, "--rooms", "general"], "--rooms: 'discord:general' must be a number"),
        (["--discord", APPLICATION, "--rooms", "22", "--review-room", LINK], "--review-room: discord:22 is a room of"),
    ],
)
def test_options_of_discord_that_make_no_sense(path, options, words):
    result = init(path, "--yes", *options)
    assert isinstance(result.exception, ConfigError)
    assert words in str(result.exception)
    assert not path.exists()
