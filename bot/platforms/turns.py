"""Who may post next, where several want to: the most urgent first, and among equals who came first."""

import asyncio
import heapq
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count

_AT_ONCE = 4


class Turns:
    """At most a few at once; while it is `tight` one, and nobody as long as somebody more urgent is about to post."""

    def __init__(self, tight: Callable[[], bool]) -> None:
        self._tight = tight
        self._running = 0
        self._begun: Counter[int] = Counter()
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._numbers = count()

    @contextmanager
    def begun(self, priority: int) -> Iterator[None]:
        """Around all that belongs to one delivery, from the moment that it is known to be wanted."""
        self._begun[priority] += 1
        try:
            yield
        finally:
            self._begun[priority] -= 1
            self._admit()

    @asynccontextmanager
    async def turn(self, priority: int) -> AsyncIterator[None]:
        """Around one request."""
        admitted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (priority, next(self._numbers), admitted))
        self._admit()
        try:
            await admitted
            yield
        finally:
            if admitted.done() and not admitted.cancelled():
                self._running -= 1
            self._admit()

    def _admit(self) -> None:
        while self._waiting:
            priority, _, admitted = self._waiting[0]
            if admitted.done():  # given up
                heapq.heappop(self._waiting)
                continue
            if not self._may_go(priority):
                return
            heapq.heappop(self._waiting)
            self._running += 1
            admitted.set_result(None)

    def _may_go(self, priority: int) -> bool:
        if not self._tight():
            return self._running < _AT_ONCE
        return self._running == 0 and not any(wanted for other, wanted in self._begun.items() if other < priority)
