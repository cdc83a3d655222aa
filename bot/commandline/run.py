"""`folkmoot run`: the bot as a long-lived process."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any, TypeVar

from rich.console import Console

from bot.app import App, PlatformFactory, running, settle_memory
from bot.config import Config
from bot.domain.ids import native_of, platform_of
from bot.domain.member import Standing
from bot.log import logger
from bot.monitoring.systemd import Notifier
from bot.platforms.console import ConsolePlatform, typed_lines
from bot.ports.core import CoreOf
from bot.scheduling import SystemClock

STOP_WITHIN = 4.0
"""Seconds that stopping may take before what is left is dropped; it is stored and taken up at the next start."""

LATE = 75
"""Exit code where stopping took longer."""

Prepare = Callable[[], Coroutine[Any, Any, tuple[Config, Sequence[PlatformFactory]]]]
"""What must be known before the bot is built, which may have to be asked for; gives what it is built of."""

_IN_SAFE_MODE = (
    "safe mode: no models, and only the cog that can load others; what concerns the others waits in the store; "
    "to leave it, stop the bot and start it without --safe"
)

_log = logger("run")

Result = TypeVar("Result")


def console_platform(config: Config) -> PlatformFactory:
    """The console with the rooms that the configuration names; it reads what is typed, also from a pipe."""
    section = config.console
    rooms = [section.room, *_here(room for community in config.communities for room in community.rooms)]
    private = [section.review_room, *_here(community.review_room for community in config.communities)]
    console = Console(highlight=False)

    def connect(core_of: CoreOf) -> ConsolePlatform:
        return ConsolePlatform(
            console,
            SystemClock(),
            core_of(ConsolePlatform.name).prompts,
            lines=typed_lines(),
            rooms=tuple(dict.fromkeys(rooms)),
            review_rooms=tuple(room for room in dict.fromkeys(private) if room not in rooms),
            person=section.person,
            standing=Standing[section.standing.upper()],
            prefix=config.commands.prefix,
            greets=console.is_terminal and sys.stdin.isatty(),
            files=config.beside(config.store.path).parent / "files",
        )

    return connect


def _here(rooms: Iterable[str | None]) -> list[str]:
    """The names of those that are on the console."""
    return [native_of(room) for room in rooms if room is not None and platform_of(room) == "console"]


async def serve(prepare: Prepare) -> None:
    """Run until every platform has ended or the process is told to stop (SIGTERM, SIGINT).

    Raises:
        FolkmootError: the bot cannot start, or cannot go on.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    bot = asyncio.create_task(_until_stopped(prepare, stop), name="bot")
    asked = asyncio.create_task(stop.wait(), name="stop")
    await asyncio.wait({bot, asked}, return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    if stop.is_set():
        _log.info("stopping")
        await asyncio.wait({bot}, timeout=STOP_WITHIN)
        if not bot.done():
            _log.warning("not stopped in time: dropped what it was at, which is stored and done at the next start")
            os._exit(LATE)  # anything milder waits for what hangs
        bot.result()
        _log.info("stopped")
    else:
        await bot


async def _until_stopped(prepare: Prepare, stop: asyncio.Event) -> None:
    notifier = Notifier.from_environment(os.environ)
    prepared = await _unless_stopped(prepare(), stop)
    if prepared is None:
        return
    config, platforms = prepared
    async with running(config, platforms) as app, notifier.ready(_status(app)):
        settle_memory()
        if config.left_out is not None:
            _log.warning(_IN_SAFE_MODE, left_out=list(config.left_out))
        _log.info("running", cogs=sorted(app.loader.registry.cogs), communities=len(config.communities))
        await _unless_stopped(app.wait(), stop)


async def _unless_stopped(work: Coroutine[Any, Any, Result], stop: asyncio.Event) -> Result | None:
    """What comes of it; None where it was told to stop first."""
    working = asyncio.create_task(work, name="work")
    asked = asyncio.create_task(stop.wait(), name="asked to stop")
    await asyncio.wait({working, asked}, return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    if working.done():
        return working.result()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    return None


def _status(app: App) -> str:
    """What `systemctl status` shows."""
    loaded, missing = len(app.loader.registry.cogs), len(app.failures)
    return f"running with {loaded} cogs" + (f"; {missing} could not be loaded, see the log" if missing else "")
