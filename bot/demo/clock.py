"""A clock that runs, but whose hands the demonstration can set."""

import asyncio
import time
from datetime import UTC, datetime, timedelta


class StageClock:
    """Implements the port `Clock`: real time, moved to where the story is."""

    def __init__(self) -> None:
        self._shift = timedelta(0)
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._shift

    def monotonic(self) -> float:
        return time.monotonic() + self._shift.total_seconds()

    def set(self, time: datetime) -> None:
        """Move on to an aware time; sleepers look again whether theirs has come."""
        self._shift = time - datetime.now(UTC)
        self._moved.set()
        self._moved = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        until = self.now() + timedelta(seconds=seconds)
        while (left := (until - self.now()).total_seconds()) > 0:
            try:
                await asyncio.wait_for(self._moved.wait(), left)
            except TimeoutError:
                return
