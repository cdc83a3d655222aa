"""The command line in this process, as `main` runs it, and in one of its own."""

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

import bot.__main__ as program
from bot.commandline.app import app
from bot.log import configure_logging

ROOT = Path(__file__).parents[2]
PATIENCE = 20
"""Seconds after which a process that says nothing counts as hung."""


@pytest.fixture
def folkmoot(monkeypatch, capsys):
    """Run `folkmoot ARGUMENTS` to its end: gives its exit code, what it printed and what it complained of."""

    def leave(code):
        raise SystemExit(code)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["folkmoot", *map(str, arguments)])
        monkeypatch.setattr(program, "_leave", leave)
        with pytest.raises(SystemExit) as ended:
            program.main()
        shown = capsys.readouterr()
        return SimpleNamespace(code=ended.value.code, out=shown.out, err=shown.err)

    at_sigterm = signal.getsignal(signal.SIGTERM)
    yield run
    signal.signal(signal.SIGTERM, at_sigterm)
    configure_logging("error", "console", sys.__stderr__)


@pytest.fixture
def config(tmp_path):
    """A configuration as `init` writes it, with the models switched off."""
    path = tmp_path / "config.toml"
    CliRunner().invoke(app, ["init", "--config", str(path), "--yes"])
    path.write_text(path.read_text() + "\n[models]\nenabled = false\n")
    return path


class Process:
    """`folkmoot ARGUMENTS` as a process of its own; what it says on both outputs comes in one stream."""

    def __init__(self, *arguments, stdin=subprocess.PIPE, **environment):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot", *map(str, arguments)],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env=os.environ | {"COLUMNS": "200"} | environment,
        )
        self.said = ""
        self._heard = 0

    def type(self, *lines):
        self._process.stdin.write("".join(f"{line}\n" for line in lines).encode())
        self._process.stdin.flush()

    def stop_typing(self):
        self._process.stdin.close()

    def until(self, words):
        """Read until it has said these words after those of the last time; gives what was read."""
        start, end = self._heard, time.monotonic() + PATIENCE
        while words not in self.said[start:]:
            ready, _, _ = select.select([self._process.stdout], [], [], max(0, end - time.monotonic()))
            chunk = os.read(self._process.stdout.fileno(), 65536).decode() if ready else ""
            if not chunk:
                pytest.fail(f"{words!r} was never said:\n{self.said[start:]}")
            self.said += chunk
        self._heard = self.said.index(words, start) + len(words)
        return self.said[start:]

    def terminate(self):
        """Tell it to stop; gives the exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self):
        self.said += self._process.stdout.read().decode()
        return self._process.wait(PATIENCE)

    def close(self):
        if self._process.poll() is None:
            self._process.kill()
        if self._process.stdin:
            self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


@pytest.fixture
def process():
    """Start processes that are gone after the test."""
    started = []

    def start(*arguments, **options):
        started.append(Process(*arguments, **options))
        return started[-1]

    yield start
    for one in started:
        one.close()
