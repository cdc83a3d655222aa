"""Who people are on a server, for messages that do not say it: asked for many at once."""

from collections import OrderedDict
from collections.abc import Collection

import discord

from bot.errors import Unavailable
from bot.log import logger
from bot.platforms.discord.connection.connection import Connection
from bot.platforms.discord.servers.servers import Servers
from bot.ports.clock import Clock

_KEPT = 600.0
"""Seconds for which an answer holds."""

_REMEMBERED = 5_000
_AT_ONCE = 100

_log = logger("discord")


def is_stranger(message: discord.Message) -> bool:
    """Whether a message does not say who its author is on the server: a person's, as history has it."""
    author = message.author
    return message.webhook_id is None and isinstance(author, discord.User) and not author.bot


class Authors:
    def __init__(self, connection: Connection, servers: Servers, clock: Clock) -> None:
        self._connection = connection
        self._servers = servers
        self._clock = clock
        self._known: OrderedDict[tuple[int, int], tuple[float, discord.Member | None]] = OrderedDict()
        self._by_gateway = True

    async def found(self, server: discord.Guild, users: Collection[int]) -> dict[int, discord.Member]:
        """Those of them who are on the server. Raises as `Connection.asking`."""
        now = self._clock.monotonic()
        wanted = sorted(user for user in users if not self._is_fresh((server.id, user), now))
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            answer = await self._asked(server, some)
            for user in some:
                self._keep((server.id, user), now, answer.get(user))
        known = {user: self._known[server.id, user][1] for user in users if (server.id, user) in self._known}
        return {user: member for user, member in known.items() if member is not None}

    async def _asked(self, server: discord.Guild, users: list[int]) -> dict[int, discord.Member]:
        if self._by_gateway and len(users) > 1:
            try:
                async with self._connection.asking("look members up", server.name, "View Channels"):
                    found = await server.query_members(user_ids=users, limit=_AT_ONCE, cache=False)
                return {member.id: member for member in found}
            except Unavailable as error:
                self._by_gateway = False
                _log.info("members are asked for one by one", error=str(error))
        members = [await self._servers.fetched(server, user) for user in users]
        return {member.id: member for member in members if member is not None}

    def _is_fresh(self, name: tuple[int, int], now: float) -> bool:
        return name in self._known and now - self._known[name][0] < _KEPT

    def _keep(self, name: tuple[int, int], now: float, member: discord.Member | None) -> None:
        self._known[name] = (now, member)
        self._known.move_to_end(name)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
