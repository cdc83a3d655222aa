"""Notices from a thread of its own when the event loop stands still, and says whose code holds it."""

import asyncio
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import Self

from bot.log import logger
from bot.ownership import CORE, running_cog

LONGEST_TURN = 10.0
"""Seconds; a loop in order turns many times a second, also on a slow machine at work."""

_log = logger("watchdog")

Record = Callable[[str, str, int, BaseException], str]
Over = Callable[[str, str, float, str], None]


@dataclass(slots=True)
class _Standstill:
    cog: str
    handler: str
    incident: str
    since: float


class Watchdog:
    """Watches the loop of the thread that makes it. Ending a process that hangs is the service manager's business.

    Args:
        record: logs an incident (cog, handler, cause, error with the stack) from any thread; gives its id.
        over: called on the loop when it turns again: cog, handler, seconds, incident.
        longest: seconds after which it counts as standing still.
    """

    def __init__(self, record: Record, over: Over, *, longest: float = LONGEST_TURN) -> None:
        self._record = record
        self._over = over
        self._longest = longest
        self._every = longest / 10
        self._loop = asyncio.get_running_loop()
        self._watched = threading.get_ident()
        self._turned = time.monotonic()
        self._asked = False
        self._standstill: _Standstill | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="folkmoot watchdog", daemon=True)
        self.longest_standstill = 0.0
        """Seconds of the longest one since the start that has ended."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        looked = time.monotonic()
        while not self._ended.wait(self._every):
            now = time.monotonic()
            if now - looked > self._longest:  # this thread stood still too: the machine was asleep or busy elsewhere
                self._turned = now
            looked = now
            if not self._asked:
                self._asked = True
                try:
                    self._loop.call_soon_threadsafe(self._turn)
                except RuntimeError:  # the loop is closed
                    return
            if now - self._turned > self._longest and self._standstill is None:
                since = self._turned  # the loop may turn while this is put into words
                frame = sys._current_frames().get(self._watched)  # noqa: SLF001 - documented
                self._standstill = self._described(frame, since)

    def _described(self, frame: FrameType | None, since: float) -> _Standstill:
        cog, handler = running_cog(frame) or (CORE, "the event loop")
        error = TimeoutError().with_traceback(_stack(frame))
        _log.error("the event loop stands still: everything waits", cog=cog, handler=handler)
        return _Standstill(cog, handler, self._record(cog, handler, 0, error), since)

    def _turn(self) -> None:
        """The loop turns."""
        found = self._standstill
        self._turned, self._asked, self._standstill = time.monotonic(), False, None
        if found is not None:
            stood = self._turned - found.since
            self.longest_standstill = max(self.longest_standstill, stood)
            _log.warning("the event loop turns again", seconds=round(stood, 1), incident=found.incident)
            self._over(found.cog, found.handler, stood, found.incident)


def _stack(frame: FrameType | None) -> TracebackType | None:
    """A thread's stack in the form of a traceback, which the log shows without anybody's words."""
    trace: TracebackType | None = None
    while frame is not None:
        trace = TracebackType(trace, frame, frame.f_lasti, frame.f_lineno)
        frame = frame.f_back
    return trace
