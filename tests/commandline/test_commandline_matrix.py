"""What the configuration and the environment make of the Matrix platform, before anything is connected."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.commandline.connections import connections, hosts_of
from bot.commandline.matrix import admin_secret, login_secrets, matrix_hosts, options_of
from bot.config import load_config
from bot.errors import ConfigError

ROOT = Path(__file__).parents[2]
MATRIX = '[matrix]\nhomeserver = "https://matrix.example.org"\nuser = "@folkmoot:example.org"\n'
COMMUNITIES = """
[[community]]
id = "one"
rooms = ["matrix:!square:example.org", "matrix:!garden:example.org", "discord:7"]
review_room = "matrix:!desk:example.org"
retention_days = 7
[[community.stewards]]
name = "Ada"
accounts = ["discord:1", "matrix:@ada:example.org"]
[[community]]
id = "two"
rooms = ["matrix:!agora:example.org"]
review_room = "discord:9"
[[community.stewards]]
name = "Noor"
accounts = ["matrix:@noor:example.org"]
"""
PASSWORD = {"FOLKMOOT_MATRIX_PASSWORD": "correct-horse"}


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


def test_without_the_section_there_is_the_console_alone(config):
    assert names(config(COMMUNITIES.replace("discord:", "pigeon:"))) == ["console"]


def test_with_it_the_console_is_left_out_where_no_community_has_a_room_there(config):
    communities = COMMUNITIES.replace("discord:", "pigeon:")
    assert names(config(MATRIX + communities)) == ["matrix"]
    assert names(config(MATRIX + communities.replace("pigeon:7", "console:square"))) == ["matrix", "console"]
    assert names(config(MATRIX + communities.replace("pigeon:9", "console:desk"))) == ["matrix", "console"]


@pytest.mark.parametrize(
    ("address", "hosts"),
    [
        ("https://matrix.example.org", ["matrix.example.org"]),
        ("https://Matrix.Example.org:8448/base", ["matrix.example.org"]),
        ("https://münchen.example", ["xn--mnchen-3ya.example"]),
        ("http://192.0.2.7:8008", ["192.0.2.7"]),
        ("http://[2001:db8::7]:8008", ["2001:db8::7"]),
        ("http://127.0.0.1:8008", []),
        ("http://localhost:8008", []),
        ("http://[::1]:8008", []),
    ],
)
def test_the_homeserver_is_the_one_host_that_is_talked_to(config, address, hosts):
    found = config(MATRIX.replace("https://matrix.example.org", address))
    assert [host.name for host in matrix_hosts(found)] == hosts
    assert [host.name for host in hosts_of(connections(found))] == hosts
    assert all("@folkmoot:example.org" in host.why for host in matrix_hosts(found))


# --- what it is told ----------------------------------------------------------------------------------------------


def test_options_hold_what_concerns_matrix_and_nothing_else(config, tmp_path):
    options = options_of(config(MATRIX + 'inviters = ["friends.example"]\n' + COMMUNITIES), PASSWORD)
    assert (options.homeserver, options.user) == ("https://matrix.example.org", "@folkmoot:example.org")
    assert options.folder == tmp_path / "matrix"
    assert options.inviters == ("friends.example", "@ada:example.org", "@noor:example.org")
    assert options.stewards == {"@ada:example.org", "@noor:example.org"}
    assert options.communities == (
        {"matrix:!square:example.org", "matrix:!garden:example.org"},
        {"matrix:!agora:example.org"},
    )
    assert options.review_rooms == {"matrix:!desk:example.org"}
    assert options.off_record == ("[off]", "[otr]")
    assert options.retention_days == {
        "matrix:!square:example.org": 7,
        "matrix:!garden:example.org": 7,
        "matrix:!desk:example.org": 7,
        "matrix:!agora:example.org": 30,
    }


def test_bridges_are_handed_on(config):
    bridge = (
        '[[matrix.bridge]]\npuppets = "@_d_*:example.org"\nbot = "@d:example.org"\npaired = ["!square:example.org"]\n'
    )
    options = options_of(config(MATRIX + bridge), PASSWORD)
    assert options.heard_elsewhere("@_d_1:example.org", "matrix:!square:example.org")
    assert not options.heard_elsewhere("@_d_1:example.org", "matrix:!garden:example.org")
    assert options.is_bot("@d:example.org")
    assert not options.is_bot("@_d_1:example.org")


# --- secrets ------------------------------------------------------------------------------------------------------


def test_a_token_or_a_password_from_variable_or_file(tmp_path):
    (tmp_path / "token").write_text("syt_abc\n")
    (tmp_path / "token").chmod(0o600)
    token, password = login_secrets({"FOLKMOOT_MATRIX_TOKEN_FILE": str(tmp_path / "token")})
    assert (token.get_secret_value(), password) == ("syt_abc", None)
    token, password = login_secrets(PASSWORD)
    assert (token, password.get_secret_value()) == (None, "correct-horse")


def test_none_or_both_are_refused_with_what_to_set():
    with pytest.raises(ConfigError, match="set FOLKMOOT_MATRIX_PASSWORD, or FOLKMOOT_MATRIX_PASSWORD_FILE"):
        login_secrets({"FOLKMOOT_MATRIX_ADMIN_TOKEN": "syt_admin"})
    with pytest.raises(ConfigError, match="unset FOLKMOOT_MATRIX_TOKEN") as refused:
        login_secrets({"FOLKMOOT_MATRIX_TOKEN_FILE": "/nowhere", **PASSWORD})
    assert "correct-horse" not in str(refused.value)


def test_the_admin_token_need_not_be_given(tmp_path):
    assert admin_secret({}) is None
    assert admin_secret({"FOLKMOOT_MATRIX_ADMIN_TOKEN": "syt_admin"}).get_secret_value() == "syt_admin"
    with pytest.raises(ConfigError, match="cannot be read"):
        admin_secret({"FOLKMOOT_MATRIX_ADMIN_TOKEN_FILE": str(tmp_path / "none")})


def test_run_without_a_secret_says_what_to_set(folkmoot, config, tmp_path, monkeypatch):
    monkeypatch.delenv("FOLKMOOT_MATRIX_PASSWORD", raising=False)
    config(MATRIX + COMMUNITIES)
    ended = folkmoot("run", "--config", tmp_path / "config.toml")
    assert ended.code == 78
    assert ended.err.startswith("folkmoot: The bot cannot log in on Matrix: set FOLKMOOT_MATRIX_PASSWORD")


# --- what is not loaded -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["init", "--example"], ["cogs"], ["demo"]])
def test_nobody_waits_for_matrix_libraries_who_does_not_use_them(tmp_path, arguments):
    """`demo` runs the whole bot: it stands for `run` with Matrix switched off."""
    code = (
        "import sys, atexit\n"
        "slow = {'nio', 'vodozemac', 'peewee', 'aiohttp'}\n"
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
