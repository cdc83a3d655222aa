"""The HTTP endpoint: GET /health and GET /metrics, for this machine alone."""

import asyncio
import errno
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from importlib import metadata

from aiohttp import hdrs, web
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from bot.config import MonitoringSection
from bot.errors import ConfigError
from bot.monitoring.exposition import exposition
from bot.monitoring.loop import LoopWatch
from bot.monitoring.verdict import verdict_on
from bot.ports.monitoring import Monitored

_OWN_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
_CLOSE_WITHIN = 1.0

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def endpoint(section: MonitoringSection, bot: Monitored) -> AsyncIterator[None]:
    """Answer until the block ends; requests are not logged.

    Raises:
        ConfigError: it cannot listen there.
    """
    watch = LoopWatch()
    watching = asyncio.create_task(watch.run(), name="watching the event loop")
    application = web.Application(middlewares=[_for_this_machine])
    application.add_routes(_routes(_Answers(section, bot, watch)))
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=_CLOSE_WITHIN)
    try:
        await runner.setup()
        await _listen(runner, section)
        yield
    finally:
        await runner.cleanup()
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


async def _listen(runner: web.AppRunner, section: MonitoringSection) -> None:
    try:
        await web.TCPSite(runner, section.address, section.port).start()
    except OSError as error:
        why = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be listened at: {error.strerror}"
        raise ConfigError(
            f"{section.address} port {section.port} {why}. "
            "Stop what listens there, or set another port under [monitoring] port."
        ) from error


class _Answers:
    def __init__(self, section: MonitoringSection, bot: Monitored, watch: LoopWatch) -> None:
        self._lag_limit = section.lag_limit
        self._bot = bot
        self._watch = watch
        self._version = metadata.version("folkmoot")

    async def health(self, _: web.Request) -> web.Response:
        verdict = await verdict_on(self._bot, self._watch, lag_limit=self._lag_limit)
        told = verdict.as_json() | {"version": self._version}
        return web.json_response(told, status=503 if verdict.reasons else 200)

    async def metrics(self, _: web.Request) -> web.Response:
        verdict = await verdict_on(self._bot, self._watch, lag_limit=self._lag_limit)
        body = exposition(verdict.measures, self._watch, self._version, well=not verdict.reasons)
        return web.Response(body=body, headers={hdrs.CONTENT_TYPE: CONTENT_TYPE_PLAIN_0_0_4})


def _routes(answers: _Answers) -> list[web.RouteDef]:
    return [
        web.get("/health", answers.health, allow_head=False),
        web.get("/metrics", answers.metrics, allow_head=False),
    ]


@web.middleware
async def _for_this_machine(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Refuse what a web page in somebody's browser had sent here under a name of its own (DNS rebinding)."""
    name = request.headers.get(hdrs.HOST, "")
    host, colon, port = name.rpartition(":")
    if (host if colon and port.isdigit() else name).lower() not in _OWN_NAMES:
        raise web.HTTPMisdirectedRequest(text="This endpoint answers this machine only, under its own address.\n")
    return await handler(request)
