"""How the shards of one client fare: which are up, how often sessions begin, whether anything goes on at all."""

import math
from collections import defaultdict, deque
from typing import Any

from bot.errors import Unavailable
from bot.ports.clock import Clock

STUCK_AFTER = 180.0
"""Seconds without any progress while a shard is down, after which a new client is worth its price."""

STEADY_AFTER = 600.0
"""Seconds up after which earlier trouble is forgotten."""

_MOST_BEGINNINGS, _BEGINNINGS_IN = 5, 600.0
"""Of one shard: a thousand in a day, and Discord takes the token away."""

_MOST_BREAKS, _BREAKS_IN = 20, 120.0
"""Of one shard: the library takes a connection up again at once, however often it breaks."""

_APART = 5.0
"""Seconds between two beginnings, by Discord's rules."""


class Pace:
    """When a session began last, whichever client's it was: a new one waits for its turn, too."""

    def __init__(self) -> None:
        self.last = -math.inf


class Sessions:
    """Told of every event; `check` says whether it may go on."""

    def __init__(self, clock: Clock, pace: Pace) -> None:
        self._clock = clock
        self._pace = pace
        self._expected = 1
        self._up: set[int] = set()
        self._progress = clock.monotonic()
        self._all_up: float | None = None
        self._beginnings: defaultdict[int, deque[float]] = defaultdict(deque)
        self._breaks: defaultdict[int, deque[float]] = defaultdict(deque)

    def expect(self, shards: int) -> None:
        """So many belong to this client."""
        self._expected = shards
        self._progress = self._clock.monotonic()

    @property
    def are_up(self) -> bool:
        return len(self._up) >= self._expected

    @property
    def is_steady(self) -> bool:
        """Whether it has gone well for so long that earlier trouble is forgotten."""
        return self._all_up is not None and self._clock.monotonic() - self._all_up >= STEADY_AFTER

    def note(self, event: str, *args: Any) -> None:
        """The library's events of connections: "shard_connect" is READY, so a new session."""
        if event not in {"shard_connect", "shard_resumed", "shard_disconnect"} or not args:
            return
        now, shard = self._clock.monotonic(), int(args[0])
        if event == "shard_disconnect":
            if shard in self._up:
                self._progress = now
            self._up.discard(shard)
            self._all_up = None
            _count(self._breaks[shard], now, _BREAKS_IN)
            return
        self._progress = now
        self._up.add(shard)
        if self.are_up and self._all_up is None:
            self._all_up = now

    def beginning(self, shard: int) -> float:
        """A session is about to begin: seconds to wait first.

        Raises:
            Unavailable: too many began lately.
        """
        now = self._clock.monotonic()
        _count(self._beginnings[shard], now, _BEGINNINGS_IN)
        if len(self._beginnings[shard]) > _MOST_BEGINNINGS:
            raise Unavailable("Discord takes each session away again")
        return max(0.0, self._pace.last + _APART - now)

    def begun(self) -> None:
        self._pace.last = self._clock.monotonic()

    def check(self) -> None:
        """Raises Unavailable where a new client is wanted: nothing comes, or connections break all the time."""
        now = self._clock.monotonic()
        if not self.are_up and now - self._progress >= STUCK_AFTER:
            raise Unavailable("Discord lets no session begin")
        for breaks in self._breaks.values():
            if len(breaks) >= _MOST_BREAKS and now - breaks[-_MOST_BREAKS] <= _BREAKS_IN:
                raise Unavailable("the connection to Discord breaks again and again")


def _count(times: deque[float], now: float, within: float) -> None:
    times.append(now)
    while times and times[0] < now - within:
        times.popleft()
