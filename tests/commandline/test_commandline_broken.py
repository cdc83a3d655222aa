"""`folkmoot run` ends with the code of whatever broke it."""

import pytest

from bot.commandline import run
from bot.errors import Revoked, StorageError
from bot.platforms.console import ConsolePlatform
from bot.storage.journal import SqliteJournal
from bot.storage.outbox import SqliteOutbox
from bot.storage.schedules import SqliteSchedules


@pytest.mark.parametrize(
    ("where", "method", "error", "code"),
    [
        (SqliteJournal, "finish", StorageError("the disk is full: make room"), 75),
        (SqliteOutbox, "lease", StorageError("the disk is full: make room"), 75),
        (SqliteSchedules, "due", StorageError("the disk is full: make room"), 75),
        (ConsolePlatform, "apply", Revoked("the token works no longer: put a new one into the configuration"), 78),
        (SqliteOutbox, "waiting", ValueError("a fault of ours"), 70),
    ],
)
def test_what_breaks_the_bot_ends_the_process_with_its_code(folkmoot, config, monkeypatch, where, method, error, code):
    async def lines():
        yield "!help"

    async def broken(*_, **__):
        raise error

    monkeypatch.setattr(run, "typed_lines", lines)
    monkeypatch.setattr(where, method, broken)
    ended = folkmoot("run", "--config", config)
    assert ended.code == code
    if code != 70:
        assert ended.err.endswith(f"\nfolkmoot: {error}\n")
        assert "Traceback" not in ended.err
