"""The connection: one client that logs in, stays connected and is closed for good; requests made through it.

discord.py's client is used once: after `close` a new one is made. `Route.BASE` and `DiscordWebSocket.DEFAULT_GATEWAY`,
the two addresses that it reads from its classes, are set from the options; nothing else of it is changed.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import discord

from bot.platforms.discord.options import Options
from bot.ports.clock import Clock

Prepare = Callable[["discord.AutoShardedClient"], None]
"""Puts listeners, dynamic items and command trees on a client before it connects."""


class Connection:
    """`prepare` is called with each new client, before it logs in."""

    def __init__(self, options: Options, clock: Clock, prepare: Prepare) -> None: ...

    @property
    def client(self) -> discord.AutoShardedClient:
        """The client of this moment. Raises Unavailable before the first login has succeeded."""
        raise NotImplementedError

    @property
    def own(self) -> int:
        """The bot's own account. Raises Unavailable likewise."""
        raise NotImplementedError

    @property
    def application(self) -> int:
        """The application's id, which interactions are answered through. Raises Unavailable likewise."""
        raise NotImplementedError

    async def run(self) -> None:
        """Log in and stay connected, through any passing trouble, until closed.

        Raises:
            Revoked: the token does not work (any more).
            ConfigError: what only the operator can mend: privileged intents that are switched off, with the clicks to
                switch them on; a shard count that Discord refuses.
        """
        raise NotImplementedError

    @asynccontextmanager
    async def asking(self, what: str, where: str, permission: str = "") -> AsyncIterator[discord.AutoShardedClient]:
        """Around every request: gives the client, counts what was refused, translates what the libraries raise.

        `what` ("time a member out"), `where` (a channel's or server's name) and `permission` ("Time out members") are for
        the words of `Forbidden`. The words of errors never quote a message.

        Raises:
            RateLimited: wait `retry_after` seconds; also while too many requests were refused lately, and where
                Cloudflare answers for Discord.
            Unavailable: passing trouble: 5xx, resets, timeouts, not connected yet.
            Forbidden, Gone, Unsupported: it will not work. Revoked: the token does not work.
        """
        if permission is not None:
            raise NotImplementedError
        yield self.client

    async def aclose(self) -> None:
        raise NotImplementedError
