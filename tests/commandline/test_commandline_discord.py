"""What the configuration and the environment make of the Discord platform, before anything is connected."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.commandline.connections import connections, hosts_of, prepared
from bot.commandline.discord import discord_hosts, is_on, options_of, token_of
from bot.config import load_config
from bot.errors import ConfigError

ROOT = Path(__file__).parents[2]
COMMUNITIES = """
[[community]]
id = "one"
rooms = ["discord:7", "discord:8", "matrix:!garden:example.org"]
review_room = "discord:9"
[[community.stewards]]
name = "Ada"
accounts = ["discord:1", "matrix:@ada:example.org"]
[[community]]
id = "two"
rooms = ["discord:17"]
review_room = "matrix:!desk:example.org"
[[community.stewards]]
name = "Noor"
accounts = ["discord:2"]
"""
MATRIX = '[matrix]\nhomeserver = "https://matrix.example.org"\nuser = "@folkmoot:example.org"\n'
TOKEN = {"FOLKMOOT_DISCORD_TOKEN": "abc.def"}


@pytest.fixture
def config(tmp_path):
    def made(text):
        path = tmp_path / "config.toml"
        path.write_text(text, encoding="utf-8")
        return load_config(path)

    return made


def names(config):
    return [connection.name for connection in connections(config)]


# --- which platforms ----------------------------------------------------------------------------------------------


def test_a_room_there_is_what_switches_it_on(config):
    assert names(config(COMMUNITIES)) == ["discord"]
    assert is_on(config('[[community]]\nid = "a"\nreview_room = "discord:9"\n'))
    assert names(config("[discord]\napplication = 1\n")) == ["console"]


def test_several_platforms_together(config):
    assert names(config(MATRIX + COMMUNITIES)) == ["matrix", "discord"]
    found = config(MATRIX + COMMUNITIES.replace("discord:8", "console:square"))
    assert names(found) == ["matrix", "discord", "console"]
    hosts = [host.name for host in hosts_of(connections(found))]
    assert hosts == ["matrix.example.org", "discord.com", ".discord.gg"]


# --- hosts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("discord.com", True),
        ("gateway.discord.gg", True),
        ("gateway-us-east1-b.discord.gg", True),
        ("GATEWAY-EU.discord.gg.", True),
        ("discord.com.evil.net", False),
        ("notdiscord.com", False),
        ("discord.gg.evil.net", False),
        ("evildiscord.gg", False),
        ("cdn.discordapp.com", False),
        ("status.discord.com", False),
        ("example.org", False),
    ],
)
def test_discords_hosts_and_no_others(config, name, allowed):
    assert any(host.covers(name) for host in discord_hosts(config(COMMUNITIES))) is allowed


@pytest.mark.parametrize(
    ("api_base", "gateway", "hosts"),
    [
        ("http://127.0.0.1:8080/api/v10", "ws://127.0.0.1:8080/", []),
        ("https://chat.example.org/api/v10", "wss://chat.example.org/", ["chat.example.org"]),
        (
            "https://chat.example.org/api",
            "wss://events.münchen.example",
            ["chat.example.org", "events.xn--mnchen-3ya.example"],
        ),
        ("http://localhost:1/api", "ws://[2001:db8::7]:1", ["2001:db8::7"]),
    ],
)
def test_another_server_is_talked_to_instead_of_discord(config, api_base, gateway, hosts):
    found = config(f'[discord]\napi_base = "{api_base}"\ngateway = "{gateway}"\n{COMMUNITIES}')
    assert [host.name for host in discord_hosts(found)] == hosts


# --- what it is told ----------------------------------------------------------------------------------------------


def test_options_hold_what_concerns_discord_and_nothing_else(config):
    options = options_of(config(COMMUNITIES), TOKEN)
    assert options.token.get_secret_value() == "abc.def"
    assert options.communities == ({"discord:7", "discord:8"}, {"discord:17"})
    assert options.review_rooms == {"discord:9"}
    assert options.stewards == {1, 2}
    assert options.bridges == ()
    assert (options.api_base, options.gateway, options.shard_count, options.shard_ids) == (None, None, None, None)
    assert options.automod


def test_settings_are_handed_on(config):
    section = (
        "[discord]\nautomod = false\ncommand_servers = [5]\nshard_count = 4\nshard_ids = [1, 3]\n"
        'api_base = "http://127.0.0.1:8080/api/v10"\ngateway = "ws://127.0.0.1:8080/"\n'
        "[[discord.bridge]]\nwebhook = 466378653216014359\npaired = [7]\n"
    )
    options = options_of(config(section + COMMUNITIES), TOKEN)
    assert not options.automod
    assert options.command_servers == (5,)
    assert (options.shard_count, options.shard_ids) == (4, (1, 3))
    assert (options.api_base, options.gateway) == ("http://127.0.0.1:8080/api/v10", "ws://127.0.0.1:8080/")
    assert [(one.webhook, one.paired) for one in options.bridges] == [(466378653216014359, {"discord:7"})]


# --- the token ----------------------------------------------------------------------------------------------------


def test_the_token_from_variable_or_file(tmp_path):
    file = tmp_path / "token"
    file.write_text("Bot abc.def\n")
    file.chmod(0o600)
    assert token_of({"FOLKMOOT_DISCORD_TOKEN_FILE": str(file)}).get_secret_value() == "abc.def"
    assert token_of(TOKEN).get_secret_value() == "abc.def"


def test_without_one_it_is_said_what_to_set_and_where_it_is_to_be_had():
    with pytest.raises(ConfigError) as refused:
        token_of({"FOLKMOOT_MATRIX_TOKEN": "syt_abc"})
    for words in ("set FOLKMOOT_DISCORD_TOKEN, or FOLKMOOT_DISCORD_TOKEN_FILE", "Bot, Reset Token"):
        assert words in str(refused.value)
    with pytest.raises(ConfigError, match="Both FOLKMOOT_DISCORD_TOKEN and"):
        token_of({"FOLKMOOT_DISCORD_TOKEN_FILE": "/nowhere", **TOKEN})


async def test_secrets_of_all_platforms_are_looked_for_before_anything_is_asked(config, monkeypatch):
    monkeypatch.delenv("FOLKMOOT_DISCORD_TOKEN", raising=False)
    monkeypatch.setenv("FOLKMOOT_MATRIX_TOKEN", "syt_abc")
    with pytest.raises(ConfigError, match="The bot cannot log in on Discord"):
        await prepared(config(MATRIX + COMMUNITIES.replace("!garden", "#garden")))  # would be looked up


def test_run_without_a_token_says_what_to_set(folkmoot, config, tmp_path, monkeypatch):
    monkeypatch.delenv("FOLKMOOT_DISCORD_TOKEN", raising=False)
    config(COMMUNITIES)
    ended = folkmoot("run", "--config", tmp_path / "config.toml")
    assert ended.code == 78
    assert ended.err.startswith("folkmoot: The bot cannot log in on Discord: set FOLKMOOT_DISCORD_TOKEN")


def test_egress_lists_discord_and_why(folkmoot, config, tmp_path):
    config(COMMUNITIES)
    shown = folkmoot("doctor", "--egress", "--config", tmp_path / "config.toml").out
    assert "talks to discord.com: Discord's interface" in " ".join(shown.split())
    assert "talks to every host below discord.gg" in " ".join(shown.split())


# --- what is not loaded -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["init", "--example"], ["cogs"], ["demo"]])
def test_nobody_waits_for_discords_libraries_who_does_not_use_them(tmp_path, arguments):
    """`demo` runs the whole bot: it stands for `run` without a room on Discord."""
    code = (
        "import sys, atexit\n"
        "slow = {'discord', 'aiohttp', 'yarl'}\n"
        "atexit.register(lambda: print('loaded:', sorted(slow & set(sys.modules))))\n"
        "import bot.__main__ as program\n"
        "program._leave = lambda code: None\n"
        f"sys.argv = ['folkmoot', *{arguments!r}]\n"
        "program.main()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert ended.stdout.endswith("loaded: []\n")
