"""Faults of the REST side: 429s, errors, slowness, cut connections, before or after a request took effect."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.platforms.discord.standin.asked import Asked

HTML = "<!DOCTYPE html><html><head><title>discord.com | 5xx</title></head><body>Cloudflare</body></html>"


@dataclass(eq=False)
class Fault:
    """Something goes wrong with requests whose "METHOD /path" the expression finds.

    Attributes:
        status: of the answer; None: the request goes its way (after `seconds` or `held`).
        reset: the connection is cut: "before" or "after" the request took effect.
        effective: the request takes effect although `status` says that it failed.
        retry_after, scope, via: of a 429; scope is user, global or shared.
        html: a page instead of JSON, as gateways before Discord answer.
        seconds: how long the answer takes more. held: nothing is answered until `let_go`.
        met: how often it has happened.
    """

    expression: str
    times: int = 1
    status: int | None = None
    code: int = 0
    reset: str | None = None
    effective: bool = False
    retry_after: float = 0.3
    scope: str = "user"
    via: bool = True
    html: bool = False
    seconds: float = 0.0
    held: bool = False
    where: "Callable[[Asked], bool]" = lambda _: True
    met: int = 0
    _gone: asyncio.Event = field(default_factory=asyncio.Event)

    def fits(self, asked: "Asked") -> bool:
        return self.met < self.times and bool(re.search(self.expression, asked.line)) and self.where(asked)

    def let_go(self) -> None:
        """What is held goes on, and nothing more is held."""
        self.times = self.met
        self._gone.set()

    async def waits(self) -> None:
        if self.held:
            await self._gone.wait()
        if self.seconds:
            await asyncio.sleep(self.seconds)
