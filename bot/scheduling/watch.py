"""Notices when the machine's clock is set while the bot runs, and for how long its date is in doubt then."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.log import logger
from bot.ports.clock import Clock

LOOK_EVERY = timedelta(seconds=5)
SMALLEST_JUMP = timedelta(seconds=5)
"""Below this a clock is being kept right, not set."""

LARGE_JUMP = timedelta(hours=6)
DOUBT = timedelta(hours=24)
"""So long after a large jump forward nothing is deleted for its age: time to set a wrong clock right."""

_log = logger("clock")


class ClockWatch:
    """Compares the wall clock with the seconds that really went by.

    A machine that slept looks like one whose clock was set forward: either way what waits must look at the time again.

    Args:
        clock: whose time counts.
        jumped: called after a jump with its length, below zero for one back.
    """

    def __init__(self, clock: Clock, jumped: Callable[[timedelta], Awaitable[None]]) -> None:
        self._clock = clock
        self._jumped = jumped
        self._wall, self._count = clock.now(), clock.monotonic()
        self._sure_from = self._count
        self._unheard = timedelta(0)

    @property
    def in_doubt(self) -> bool:
        """Whether the date jumped far ahead a short time ago: ages may be wrong, and what is deleted is gone."""
        self._look()
        return self._count < self._sure_from

    async def run(self) -> None:
        """Go on until cancelled."""
        while True:
            await self._clock.sleep(LOOK_EVERY.total_seconds())
            self._look()
            if self._unheard:
                step, self._unheard = self._unheard, timedelta(0)
                await self._jumped(step)

    def _look(self) -> None:
        wall, count = self._clock.now(), self._clock.monotonic()
        step = wall - self._wall - timedelta(seconds=count - self._count)
        self._wall, self._count = wall, count
        if abs(step) < SMALLEST_JUMP:
            return
        self._unheard += step
        doubtful = step >= LARGE_JUMP
        if doubtful:
            self._sure_from = count + DOUBT.total_seconds()
        _log.warning(
            "the machine's clock was set, or the machine slept; if its date is wrong, set it right",
            by=str(abs(step)),
            direction="forward" if step > timedelta(0) else "back",
            now=wall.isoformat(timespec="seconds"),
            deletes_nothing_for_hours=DOUBT.total_seconds() / 3600 if doubtful else 0,
        )
