"""How many refusals Discord has seen of late: who collects too many of them is shut out with their whole address."""

from collections import deque
from collections.abc import Mapping

from bot.errors import RateLimited
from bot.log import logger
from bot.ports.clock import Clock

WINDOW = 600.0
"""Seconds in which Discord counts."""

MOST = 500
"""Of the 10,000 that Discord allows to one address within the window: others may share it, and none should come."""

_SHORTEST_PAUSE, _LONGEST_PAUSE = 30.0, 1800.0
_COUNTED = frozenset({401, 403, 429})
_TOO_MANY = 429
_GOOD = range(200, 300)

_log = logger("discord.budget")


class Budget:
    """Every answer is noted; `check` refuses further requests where they would do harm."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._refused: deque[float] = deque()
        self._shut_until = 0.0
        self._shuts = 0
        self._full = False

    def check(self) -> None:
        """Raises RateLimited while nothing may be asked: until there is room again."""
        now = self._clock.monotonic()
        if now < self._shut_until:
            raise RateLimited(self._shut_until - now)
        self._forget(now)
        if len(self._refused) < MOST:
            self._full = False
            return
        wait = self._refused[-MOST] + WINDOW - now
        if not self._full:
            self._full = True
            _log.error("Discord refused too much lately: nothing is asked for a while", refused=MOST, seconds=wait)
        raise RateLimited(max(wait, 1.0))

    def note(self, status: int, headers: Mapping[str, str]) -> None:
        """An answer of Discord's, or of what stands before it; `headers` are found whatever their case."""
        now = self._clock.monotonic()
        if status in _GOOD and now >= self._shut_until:
            self._shuts = 0
        if status not in _COUNTED or headers.get("X-RateLimit-Scope") == "shared":
            return
        self._refused.append(now)
        self._forget(now)
        if status == _TOO_MANY and not headers.get("Via"):
            self._shut(now, headers.get("Retry-After"))

    def _shut(self, now: float, header: str | None) -> None:
        """Cloudflare answers in Discord's place: each request only makes it longer."""
        if now < self._shut_until:
            return  # the answer to a request that was under way already
        told = float(header[:9]) if header and header.isascii() and header.isdigit() else 0.0
        pause = min(_LONGEST_PAUSE, max(_SHORTEST_PAUSE * 2.0 ** min(self._shuts, 16), told))
        self._shuts += 1
        self._shut_until = now + pause
        _log.error("this address is shut out of Discord for a while: nothing is asked", seconds=pause)

    def _forget(self, now: float) -> None:
        while self._refused and self._refused[0] <= now - WINDOW:
            self._refused.popleft()
