"""The bot as far as it posts and acts: all behind `Outgoing` is real, its client is connected over sockets."""

import asyncio
from itertools import count
from typing import Any, Self

from pydantic import SecretStr

from bot.platforms.discord.connection.connection import Connection
from bot.platforms.discord.interactions.tokens import Tokens
from bot.platforms.discord.options import Options
from bot.platforms.discord.outgoing.outgoing import Outgoing
from bot.platforms.discord.servers.servers import Servers
from bot.ports.core import Core
from bot.ports.platform import Delivery, Receipt
from bot.scheduling import SystemClock
from bot.testing.contracts.platform_driver import Kept

_keys = count(1)


class Bot:
    """One run of the bot; what it remembers (`kept`) outlives it when given to the next run."""

    def __init__(self, standin: Any, *, kept: Kept | None = None, clock: Any = None, **options: Any) -> None:
        self.kept, self.clock = kept or Kept(), clock or SystemClock()
        self.options = Options(
            SecretStr(standin.token), api_base=standin.api_base, gateway=standin.gateway_address, **options
        )
        core: Core = self.kept.core
        self.connection = Connection(self.options, self.clock, lambda client: None)
        self.servers = Servers(self.connection, self.options)
        self.tokens = Tokens(core.notes, self.clock)
        self.outgoing = Outgoing(self.options, self.connection, self.servers, self.tokens, core, self.clock)
        self.core = core
        self._running: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._running = asyncio.create_task(self.connection.run())
        ready = asyncio.create_task(self.connection.ready(15))
        await asyncio.wait({self._running, ready}, return_when=asyncio.FIRST_COMPLETED)
        if self._running.done():
            self._running.result()
        await ready
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.connection.aclose()
        assert self._running is not None
        await self._running

    async def do(self, effect: Any, *, key: str | None = None, attempt: int = 1, target: Any = None) -> Receipt:
        return await self.outgoing.apply(Delivery(key or f"key {next(_keys)}", "cog", effect, attempt, target))
