"""Threads that the bot joins as they appear, one after the other, when nothing more urgent is asked."""

import asyncio

import discord

from bot.errors import PlatformError, RateLimited, Revoked, Unavailable
from bot.log import logger
from bot.platforms.discord import names
from bot.platforms.discord.connection.connection import Connection
from bot.platforms.discord.servers.servers import Servers
from bot.platforms.patience import Patience
from bot.ports.clock import Clock

_MOST_WAITING = 5_000

_log = logger("discord")


class Joining:
    """A public thread that the bot sees it hears anyway; joined, it stays in the lists that Discord sends."""

    def __init__(self, connection: Connection, servers: Servers, clock: Clock) -> None:
        self._connection = connection
        self._servers = servers
        self._clock = clock
        self._waiting: asyncio.Queue[discord.Thread] = asyncio.Queue(_MOST_WAITING)
        self._refused: set[int] = set()

    def want(self, thread: discord.Thread) -> None:
        """Join it some time, where that can be done and is not done yet."""
        if thread.me is not None or thread.archived or thread.is_private() or thread.id in self._refused:
            return
        try:
            self._waiting.put_nowait(thread)
        except asyncio.QueueFull:
            _log.warning("too many threads wait to be joined; this one is heard all the same", thread=thread.id)

    async def run(self) -> None:
        """Until cancelled; raises Revoked."""
        patience = Patience()
        while True:
            thread = await self._waiting.get()
            while thread.me is None:
                try:
                    where = self._servers.where(names.conversation_id(thread.id))
                    async with self._connection.asking("join a thread", where, "View Channel"):
                        await thread.join()
                    patience.rewarded()
                    break
                except (RateLimited, Unavailable) as error:
                    await self._clock.sleep(patience.after(error))
                except Revoked:
                    raise
                except PlatformError as error:
                    self._refused.add(thread.id)
                    _log.info("a thread cannot be joined", thread=thread.id, error=str(error))
                    break
