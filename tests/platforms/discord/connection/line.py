"""A connection to the stand-in as tests need it: its events noted, its clock in a hurry, its end looked at."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import discord
from pydantic import SecretStr

from bot.domain.ids import ConversationId
from bot.platforms.discord import names
from bot.platforms.discord.connection.connection import Connection
from bot.platforms.discord.options import Options
from bot.platforms.discord.servers.servers import Servers
from bot.scheduling.clock import SystemClock
from tests.platforms.discord.standin.channels import Channel
from tests.platforms.discord.standin.standin import Standin

PATIENCE = 20.0
_HEARD = (
    "message",
    "ready",
    "shard_ready",
    "shard_resumed",
    "guild_available",
    "guild_unavailable",
    "unreadable_event",
)


class HastyClock(SystemClock):
    """Pauses take a hundredth; `slept` are those that were asked for."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(seconds / 100)


@dataclass
class Line:
    connection: Connection
    servers: Servers
    clock: HastyClock
    clients: list[discord.AutoShardedClient] = field(default_factory=list)
    heard: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    running: "asyncio.Task[None] | None" = None
    came: asyncio.Event = field(default_factory=asyncio.Event)

    def prepare(self, client: discord.AutoShardedClient) -> None:
        self.clients.append(client)
        for event in _HEARD:
            client.event(_noting(event, self))

    def run(self) -> "asyncio.Task[None]":
        self.running = asyncio.create_task(self.connection.run())
        return self.running

    async def ready(self) -> discord.AutoShardedClient:
        """As soon as it is; what ends the run ends the wait."""
        running = self.running or self.run()
        waiting = asyncio.ensure_future(self.connection.ready(PATIENCE))
        await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            waiting.cancel()
            running.result()
        return await waiting

    async def hears(self, event: str, true: Callable[..., bool] = lambda *_: True, count: int = 1) -> Any:
        """The first argument of the `count`th such event, also one from before."""
        async with asyncio.timeout(PATIENCE):
            while True:
                found = [given for name, given in self.heard if name == event and true(*given)]
                if len(found) >= count:
                    return found[count - 1][0] if found[count - 1] else None
                self.came.clear()
                await self.came.wait()

    @property
    def said(self) -> list[str]:
        return [given[0].content for name, given in self.heard if name == "message"]


def _noting(event: str, line: Line) -> Any:
    async def note(*given: Any) -> None:
        line.heard.append((event, given))
        line.came.set()

    note.__name__ = f"on_{event}"
    return note


async def until(true: Callable[[], object]) -> None:
    """For what nothing tells of."""
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.01)


def of(channel: Channel) -> ConversationId:
    return names.conversation_id(channel.id)


@asynccontextmanager
async def opened(standin: Standin, **options: Any) -> AsyncIterator[Line]:
    """Not running yet; closed at the end, whatever became of it."""
    given = {"token": SecretStr(standin.token), "api_base": standin.api_base, "gateway": standin.gateway_address}
    clock = HastyClock()
    line: Line
    chosen = Options(**(given | options))

    def prepare(client: discord.AutoShardedClient) -> None:
        line.prepare(client)

    connection = Connection(chosen, clock, prepare)
    line = Line(connection, Servers(connection, chosen), clock)
    try:
        yield line
    finally:
        await connection.aclose()
        if line.running is not None:
            await asyncio.wait({line.running})
