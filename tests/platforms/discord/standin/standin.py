"""The stand-in itself: gateway, REST and files on one port of this machine, and the world that they show."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from tests.platforms.discord.standin.asked import Asked, Site
from tests.platforms.discord.standin.bell import PATIENCE, Found
from tests.platforms.discord.standin.channels import Channel
from tests.platforms.discord.standin.faults import Fault
from tests.platforms.discord.standin.gateway import Gateway
from tests.platforms.discord.standin.interactions import Interaction
from tests.platforms.discord.standin.people import Person
from tests.platforms.discord.standin.permissions import BOT, Can
from tests.platforms.discord.standin.portal import Portal
from tests.platforms.discord.standin.posts import Post
from tests.platforms.discord.standin.rest import PREFIX, Rest
from tests.platforms.discord.standin.servers import Server
from tests.platforms.discord.standin.snowflakes import Time
from tests.platforms.discord.standin.world import World


class Standin:
    """Discord for tests.

    Attributes:
        portal: token and privileged intents. world: people, servers, channels. gateway, rest: sockets and requests.
        api_base, gateway_address: where it is.
    """

    def __init__(self, heartbeat: float = 41.25) -> None:
        self.portal, self.world = Portal(), World()
        self.gateway = Gateway(self.world, self.portal, heartbeat)
        self.rest = Rest(Site(self.world, self.portal, lambda: self.gateway.address))
        self.api_base = ""

    @classmethod
    @asynccontextmanager
    async def started(cls, heartbeat: float = 41.25) -> "AsyncIterator[Standin]":
        """Up on a free port of the loopback address until the block ends."""
        standin = cls(heartbeat)
        application = web.Application(client_max_size=64 << 20)
        application.router.add_get("/", standin.gateway.serve)
        application.router.add_get("/attachments/{rest:.*}", standin.rest.file)
        application.router.add_route("*", PREFIX + "/{rest:.*}", standin.rest.serve)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            port = runner.addresses[0][1]
            standin.api_base = f"http://127.0.0.1:{port}{PREFIX}"
            standin.gateway.address = f"ws://127.0.0.1:{port}/"
            standin.world.files_at = f"http://127.0.0.1:{port}"
            yield standin
        finally:
            for fault in standin.rest.faults:
                fault.let_go()
            await standin.gateway.aclose()
            await runner.cleanup()

    # --- the world ----------------------------------------------------------------------------------------------

    @property
    def token(self) -> str:
        return self.portal.token

    @property
    def gateway_address(self) -> str:
        return self.gateway.address

    @property
    def bot(self) -> Person:
        return self.world.bot

    @property
    def time(self) -> Time:
        """`time.advance(seconds)` sets its clock ahead."""
        return self.world.time

    def person(self, name: str, *, bot: bool = False, shown: str | None = None) -> Person:
        return self.world.person(name, bot=bot, shown=shown)

    def server(
        self, name: str, owner: Person, *, bot_can: Can | None = BOT, shard: tuple[int, int] | None = None
    ) -> Server:
        return self.world.server(name, owner, bot_can=bot_can, shard=shard)

    def webhook(self, channel: Channel, name: str, *, application: int | None = None) -> dict[str, Any]:
        return self.world.webhook(channel, name, application=application)

    def webhook_says(
        self, webhook: Mapping[str, Any], text: str, *, name: str = "", channel: Channel | None = None, **more: Any
    ) -> Post:
        """A bridge, a proxy or a feed speaks; `name`: for whom. `more`: embeds, components."""
        return self.world.webhook_says(webhook, {"content": text, "username": name, **more}, channel=channel)

    @property
    def interactions(self) -> list[Interaction]:
        return list(self.world.interactions.values())

    # --- trouble ------------------------------------------------------------------------------------------------

    def fault(self, expression: str, times: int = 1, **more: Any) -> Fault:
        """With requests whose "METHOD /path" the expression finds; see `Fault` for the rest."""
        fault = Fault(expression, times, **more)
        self.rest.faults.append(fault)
        return fault

    def lose(self, event: str, times: int = 1, where: Callable[[Mapping[str, Any]], bool] = lambda _: True) -> None:
        """The next events of this kind never arrive."""
        self.gateway.lose(event, times, where)

    async def drop(self, how: str = "abort", *, code: int = 4000, resumable: bool = True) -> None:
        """All sockets: abort, close, reconnect (op 7), invalid (op 9), zombie."""
        await self.gateway.drop(how, code=code, resumable=resumable)

    # --- looking ------------------------------------------------------------------------------------------------

    async def until(self, true: Callable[[], Found], what: str = "", patience: float = PATIENCE) -> Found:
        """Wait until something about the stand-in is true; looked at after each request and event."""
        return await self.world.bell.until(true, what, patience)

    async def connected(self, count: int = 1) -> None:
        """Until so many clients (shards) are connected."""
        await self.until(lambda: len(self.gateway.open) >= count, f"{count} connected clients")

    def requests(self, expression: str = "") -> list[Asked]:
        return self.rest.requests(expression)

    def complaints(self) -> list[str]:
        """What no test may leave behind: requests and keys that are not known."""
        return [
            *(f"no route for {line}" for line in self.rest.unknown),
            *(f"unknown keys: {one}" for one in self.rest.odd),
        ]
