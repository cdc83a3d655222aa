"""A clock whose hands a test turns."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
"""When every fake clock starts, unless told otherwise: a Monday evening."""


@dataclass(eq=False, slots=True)
class _Sleeper:
    until: float
    awake: asyncio.Future[None]


@dataclass(eq=False, slots=True)
class FakeClock:
    """Time stands still until `advance` or `set`; sleepers whose time has come then wake, earliest first.

    `jump` is what a hand or NTP does to a machine's clock: the date changes, and no time passes.
    """

    time: datetime = START
    _elapsed: float = 0.0
    _sleepers: list[_Sleeper] = field(default_factory=list)
    _watchers: list[tuple[int, asyncio.Future[None]]] = field(default_factory=list)

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        sleeper = _Sleeper(self._elapsed + seconds, asyncio.get_running_loop().create_future())
        self._sleepers.append(sleeper)
        self._tell_watchers()
        try:
            await sleeper.awake
        finally:
            if sleeper in self._sleepers:
                self._sleepers.remove(sleeper)

    def advance(self, step: float | timedelta) -> None:
        """Move on by seconds or a timedelta."""
        self.set(self.time + (step if isinstance(step, timedelta) else timedelta(seconds=step)))

    def set(self, time: datetime) -> None:
        """Let time pass until an aware time; back to one is a `jump`, which wakes nobody."""
        if time.tzinfo is None:
            raise ValueError("a clock is set to an aware time")
        passed, self.time = time - self.time, time.astimezone(UTC)
        self._elapsed += max(0.0, passed.total_seconds())
        due = sorted((s for s in self._sleepers if s.until <= self._elapsed), key=lambda sleeper: sleeper.until)
        for sleeper in due:
            self._sleepers.remove(sleeper)
            if not sleeper.awake.done():
                sleeper.awake.set_result(None)

    def jump(self, step: timedelta) -> None:
        """Set the hands forward or back while no time passes."""
        self.time += step

    @property
    def sleeping(self) -> int:
        return len(self._sleepers)

    @property
    def next_wake(self) -> datetime | None:
        """When the first sleeper wants to wake."""
        first = min((sleeper.until for sleeper in self._sleepers), default=None)
        return None if first is None else self.time + timedelta(seconds=first - self._elapsed)

    async def until_sleeping(self, count: int = 1) -> None:
        """Wait until at least `count` tasks sleep: the moment at which turning the hands has an effect."""
        if self.sleeping >= count:
            return
        reached: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._watchers.append((count, reached))
        await reached

    def _tell_watchers(self) -> None:
        for count, reached in self._watchers:
            if self.sleeping >= count and not reached.done():
                reached.set_result(None)
        self._watchers = [watcher for watcher in self._watchers if not watcher[1].done()]
