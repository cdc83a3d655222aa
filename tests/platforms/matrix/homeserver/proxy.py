"""A reverse proxy between the bot and its homeserver that has all the faults that a test wants."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web
from yarl import URL

_PATIENCE = 60.0
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-encoding", "content-length", "host"}

Trouble = Callable[[web.Request], Awaitable[web.StreamResponse | None]]


@dataclass(frozen=True)
class Asked:
    """One request as it came to the proxy; `at` on a clock that only goes forward."""

    method: str
    path: str
    at: float


@dataclass
class Fault:
    """What befalls requests whose "METHOD /path" the pattern finds, `times` times or until it is `mended`."""

    pattern: str
    trouble: Trouble
    times: int | None = None
    met: list[Asked] = field(default_factory=list)
    _meets: asyncio.Event = field(default_factory=asyncio.Event)

    def mend(self) -> None:
        self.times = 0

    def takes(self, asked: Asked) -> bool:
        if self.times == 0 or not re.search(self.pattern, f"{asked.method} {asked.path}"):
            return False
        self.times = None if self.times is None else self.times - 1
        self.met.append(asked)
        self._meets.set()
        return True

    async def has_met(self, count: int) -> None:
        """Wait until so many requests have run into it."""
        async with asyncio.timeout(_PATIENCE):
            while len(self.met) < count:
                self._meets.clear()
                await self._meets.wait()


class FaultProxy:
    """Passes everything on to the homeserver but what a fault takes; remembers what was asked."""

    def __init__(self, upstream: str) -> None:
        self.asked: list[Asked] = []
        self._upstream = upstream
        self._faults: list[Fault] = []
        self._session = aiohttp.ClientSession(auto_decompress=False)
        app = web.Application(client_max_size=100_000_000)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        self.url = ""

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()
        await self._session.close()

    # --- faults -------------------------------------------------------------------------------------------------

    def error_page(self, pattern: str, status: int = 502, times: int | None = None) -> Fault:
        """As reverse proxies answer for a server that is away: HTML, no JSON."""
        page = f"<html><body><h1>{status}</h1></body></html>"

        async def trouble(_: web.Request) -> web.Response:
            return web.Response(status=status, text=page, content_type="text/html")

        return self._fault(pattern, trouble, times)

    def limit(self, pattern: str, retry_after_ms: int | None = 1_000, times: int | None = None) -> Fault:
        """Too many requests."""
        answer = {"errcode": "M_LIMIT_EXCEEDED", "error": "Too Many Requests"}
        answer |= {} if retry_after_ms is None else {"retry_after_ms": retry_after_ms}  # type: ignore[dict-item]

        async def trouble(_: web.Request) -> web.Response:
            return web.json_response(answer, status=429)

        return self._fault(pattern, trouble, times)

    def reset(self, pattern: str, times: int | None = None) -> Fault:
        """The line is cut before the homeserver hears of it."""

        async def trouble(request: web.Request) -> web.Response:
            return _cut(request)

        return self._fault(pattern, trouble, times)

    def lose_answer(self, pattern: str, times: int | None = None) -> Fault:
        """The homeserver does what it is asked; the line is cut before it can say so."""

        async def trouble(request: web.Request) -> web.Response:
            await self._passed_on(request)
            return _cut(request)

        return self._fault(pattern, trouble, times)

    def answer(self, pattern: str, body: str, status: int = 200, times: int | None = None) -> Fault:
        """Something else than what was asked for."""

        async def trouble(_: web.Request) -> web.Response:
            return web.Response(status=status, text=body, content_type="application/json")

        return self._fault(pattern, trouble, times)

    def hold(self, pattern: str, until: asyncio.Event, times: int | None = None) -> Fault:
        """Slow: nothing is passed on before the event."""

        async def trouble(_: web.Request) -> None:
            await until.wait()

        return self._fault(pattern, trouble, times)

    def _fault(self, pattern: str, trouble: Trouble, times: int | None) -> Fault:
        self._faults.append(Fault(pattern, trouble, times))
        return self._faults[-1]

    # --- passing on ---------------------------------------------------------------------------------------------

    def count(self, pattern: str) -> int:
        """How many requests were like this."""
        return sum(bool(re.search(pattern, f"{one.method} {one.path}")) for one in self.asked)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        asked = Asked(request.method, request.raw_path, time.monotonic())
        self.asked.append(asked)
        for fault in self._faults:
            if fault.takes(asked):
                await request.read()
                answer = await fault.trouble(request)
                if answer is not None:
                    return answer
        return await self._passed_on(request)

    async def _passed_on(self, request: web.Request) -> web.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP}
        address = URL(self._upstream + request.raw_path, encoded=True)
        body = await request.read()
        try:
            async with self._session.request(request.method, address, data=body or None, headers=headers) as answer:
                content = await answer.read()
                kept = {name: value for name, value in answer.headers.items() if name.lower() not in _HOP_BY_HOP}
                if "Content-Encoding" in answer.headers:
                    kept["Content-Encoding"] = answer.headers["Content-Encoding"]
                return web.Response(status=answer.status, body=content, headers=kept)
        except aiohttp.ClientError:
            return web.Response(status=502, text="<h1>502</h1>", content_type="text/html")


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
