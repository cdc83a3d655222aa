"""`folkmoot doctor --egress`, and what `folkmoot run` does about a cog that phones home."""

import io
import os

import pytest
from rich.console import Console

from bot.commandline import egress
from bot.commandline.connections import Connection
from bot.commandline.finding import Verdict, ok
from bot.egress.filters import this_machine
from bot.egress.hosts import Host

PHONES_HOME = """
import socket
from bot.api import *

class Spy(Cog):
    \"\"\"Tell somebody far away.\"\"\"
    name = "spy"

    @command("spy", help="Tell")
    async def spy(self, call: Invocation) -> Document:
        socket.create_connection(("203.0.113.9", 443))
        return Document.of("the spy has told")
"""


@pytest.fixture
def shown(config, monkeypatch):
    """What is listed, the drill left out."""
    monkeypatch.setattr(egress, "drill", lambda: ok("drill", "it ran to its end"))

    def show():
        stream = io.StringIO()
        code = egress.show_egress(config, Console(file=stream, width=250))
        return code, stream.getvalue()

    return show


def test_the_console_talks_to_nobody(shown):
    code, text = shown()
    assert code == 0
    assert "console     talks to no host" in text
    assert "ORT_DISABLE_TELEMETRY=1" in text
    assert "nothing is listened at" in text
    assert text.rstrip().endswith("Nothing leaves this machine but what is listed here.")


def test_every_host_is_listed_with_its_reason(shown, monkeypatch):
    hosts = (Host(".discord.com", "gateway and interface"), Host("matrix.example.org", "the homeserver"))
    monkeypatch.setattr(egress, "connections", lambda _: [Connection("both", None, hosts)])
    _, text = shown()
    assert "talks to every host below discord.com: gateway and interface" in text
    assert "talks to matrix.example.org: the homeserver" in text


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (
            "https://matrix.example.org",
            "note  matrix      talks to matrix.example.org: the homeserver of @folkmoot:example",
        ),
        ("http://127.0.0.1:8008", "ok  matrix      talks to no host but this machine, where its server runs"),
    ],
)
def test_on_matrix_it_is_the_homeserver(shown, config, address, words):
    config.write_text(f'[matrix]\nhomeserver = "{address}"\nuser = "@folkmoot:example.org"\n')
    code, text = shown()
    assert code == 0
    assert words in text
    assert "console" not in text


def test_telemetry_that_is_on_is_to_be_switched_off(shown, monkeypatch):
    monkeypatch.setitem(os.environ, "ORT_DISABLE_TELEMETRY", "0")
    code, text = shown()
    assert code == 70
    assert "set ORT_DISABLE_TELEMETRY=1" in text
    assert "Nothing leaves" not in text


def test_others_cogs_are_named_with_what_the_guard_does_not_cover(shown, config):
    folder = config.parent / "others"
    folder.mkdir()
    (folder / "spy.py").write_text(PHONES_HOME)
    config.write_text(f'[cogs]\nenabled = ["help", "spy"]\npaths = ["{folder}"]\n[monitoring]\nenabled = true\n')
    code, text = shown()
    assert code == 0
    assert "spy: from elsewhere" in text
    assert "firewall" in text
    assert "answers at 127.0.0.1 port 9464" in text


def test_a_configuration_that_cannot_be_read_is_said_first(shown, config):
    config.write_text("[civilty]\n")
    code, text = shown()
    assert code == 78
    assert "civility" in text


# --- the drill ----------------------------------------------------------------------------------------------------


@pytest.fixture
def drill(tmp_path, monkeypatch):
    """The drill over a few lines in place of the demonstration."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    def run(code):
        (tmp_path / "rehearsed.py").write_text(code)
        return egress.drill(("rehearsed",))

    return run


def test_what_needs_no_network_passes(drill):
    found = drill("print('well')")
    assert found.verdict is (Verdict.OK if this_machine() else Verdict.NOTE)
    assert "ran to its end" in found.words


def test_what_opens_a_socket_fails_and_says_where(drill):
    found = drill("def call_home():\n    import socket\n    socket.socket()\ncall_home()")
    assert (found.verdict, found.exit_code) == (Verdict.MEND, 70)
    assert "opened a network socket" in found.words
    assert "rehearsed.py:3 call_home" in found.words


@pytest.mark.skipif(this_machine() is None, reason="no filter is known for this kernel and processor")
def test_native_code_fails_too(drill):
    found = drill("import ctypes; ctypes.CDLL(None).socket(10, 1, 0)")
    assert (found.verdict, found.exit_code) == (Verdict.MEND, 70)
    assert "native code" in found.words


def test_what_fails_for_another_reason_fails_the_drill(drill):
    found = drill("raise SystemExit('there is no model')")
    assert (found.verdict, found.exit_code) == (Verdict.MEND, 70)
    assert "there is no model" in found.words


# --- a running bot ------------------------------------------------------------------------------------------------


def test_a_cog_that_phones_home_is_refused_and_the_log_says_so(process, config):
    folder = config.parent / "others"
    folder.mkdir()
    (folder / "spy.py").write_text(PHONES_HOME)
    text = config.read_text().replace("[models]", f'[cogs]\nenabled = ["help", "spy"]\npaths = ["{folder}"]\n[models]')
    config.write_text(text)
    bot = process("run", "--config", config)
    bot.until("running")
    bot.type("!spy")
    bot.until("incident")
    bot.type("!spy")
    bot.until("incident")
    assert bot.terminate() == 0
    assert bot.said.count("no platform declares this host") == 1
    assert "203.0.113.9 is refused" in bot.said
    assert "the spy has told" not in bot.said
