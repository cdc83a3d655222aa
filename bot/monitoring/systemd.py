"""Telling systemd how far the bot is, after sd_notify(3): a datagram on a Unix socket, a few words long."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager, suppress

from bot.log import logger

_MICROSECONDS = 1_000_000

_log = logger("systemd")


class Notifier:
    """Speaks to the socket at `address`; without one, where systemd did not start this process, it says nothing.

    Args:
        address: a path, or a name that begins with "@".
        within: seconds after which systemd takes a silent process for hung; None where it does not watch.
    """

    def __init__(self, address: str | None, within: float | None) -> None:
        self._address = address
        self._within = within

    @classmethod
    def from_environment(cls, environment: MutableMapping[str, str]) -> "Notifier":
        """What systemd left in the environment, taken out of it: programs started from here must not speak for us."""
        address = environment.pop("NOTIFY_SOCKET", None)
        usec, pid = environment.pop("WATCHDOG_USEC", ""), environment.pop("WATCHDOG_PID", "")
        ours = usec.isdigit() and int(usec) > 0 and pid in {"", str(os.getpid())}
        return cls(address, int(usec) / _MICROSECONDS if ours else None)

    def tell(self, *lines: str) -> None:
        """Send lines such as READY=1; that nobody takes them is logged and changes nothing else."""
        if self._address is None:
            return
        place = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.settimeout(0)
                sender.sendto("\n".join(lines).encode(), place)
        except OSError as error:
            _log.warning("systemd could not be told", lines=lines, error=type(error).__name__)

    @asynccontextmanager
    async def ready(self, status: str) -> AsyncIterator[None]:
        """Started; until the block ends a sign of life comes as long as the event loop turns, then it is stopping."""
        self.tell("READY=1", f"STATUS={status}")
        living = asyncio.create_task(self._live(), name="signs of life for systemd")
        try:
            yield
        finally:
            living.cancel()
            with suppress(asyncio.CancelledError):
                await living
            self.stopping()

    def stopping(self) -> None:
        self.tell("STOPPING=1", "STATUS=stopping")

    async def _live(self) -> None:
        while self._within is not None:
            self.tell("WATCHDOG=1")
            await asyncio.sleep(self._within / 3)
