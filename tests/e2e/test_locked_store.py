"""Another program that holds the store's write lock for too long ends the bot; what came meanwhile comes again."""

import asyncio
import sqlite3

import pytest

from bot.errors import StorageError
from bot.storage.file import database
from bot.testing.harness import harness


async def test_a_store_that_is_locked_for_longer_than_patience_lasts(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    bot = harness(tmp_path, cogs=("civility", "review"))
    path = bot.config.beside(bot.config.store.path)
    async with bot.started():
        await bot.say("Ben", "Good evening.")
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        bot.server.post(bot.person("Ben"), bot.square, "You are an idiot.")
        async with asyncio.timeout(20):
            with pytest.raises(StorageError, match="locked by another process: is a second Folkmoot") as caught:
                await bot.app.wait()
        assert caught.value.exit_code == 75
    other.execute("ROLLBACK")
    other.close()
    async with bot.started():
        assert (await bot.app.store.counters())["messages"] == 2
        assert len([post for post in bot.posts(bot.desk) if post.ask]) == 1


async def test_a_short_lock_is_waited_for(tmp_path):
    bot = harness(tmp_path, cogs=("help",))
    async with bot.started():
        other = sqlite3.connect(bot.config.beside(bot.config.store.path), isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        bot.server.post(bot.person("Ben"), bot.square, "!help")
        for _ in range(100):
            await asyncio.sleep(0)
        other.execute("ROLLBACK")
        other.close()
        await bot.settle()
        assert len(bot.posts()) == 1
