"""Everything that holds members' words can be opened by the bot's own user only, whatever the umask."""

import asyncio
import io
import os
import stat

import pytest
from rich.console import Console

from bot.commandline.backup import back_up
from bot.testing.harness import harness


@pytest.fixture
def open_umask():
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder):
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in files}


async def test_the_store_its_lock_and_its_backups_are_private(tmp_path, open_umask):
    bot = harness(tmp_path)
    async with bot.started():
        await bot.say("Ann", "you idiot")
        running = modes(tmp_path)
        assert {"folkmoot.sqlite", "folkmoot.sqlite-wal"} <= running.keys()
        console = Console(file=io.StringIO())
        assert await asyncio.to_thread(back_up, bot.config, console, None, keep=None, force=False) == 0
        running |= modes(tmp_path)
    assert len(running) >= 4  # the store, its log, its lock, its backup
    assert {name: oct(mode) for name, mode in running.items() if mode & 0o077} == {}
