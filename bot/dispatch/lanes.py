"""Ordered within a conversation, fair between conversations, and bounded: what is too much waits in the store."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from bot.ports.stores import Envelope

_LARGEST_PART = 10
"""A lane that holds a tenth of what may wait floods the others."""

Handle = Callable[[Envelope], Awaitable[None]]


class Lanes:
    """Runs envelopes through `handle`, one at a time per lane, lanes taking turns.

    Args:
        handle: never raises.
        runners: how many lanes may run at the same time.
        capacity: envelopes that may wait; twice as many where a flood in one lane would keep out the others.
    """

    def __init__(self, handle: Handle, *, runners: int, capacity: int) -> None:
        self._handle = handle
        self._capacity = capacity
        self._lanes: dict[str, deque[Envelope | asyncio.Event]] = {}
        self._ready: asyncio.Queue[str] = asyncio.Queue()
        self._waiting = 0
        self._room = asyncio.Event()
        self._room.set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._runners = runners
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._run(), name=f"lane runner {n}") for n in range(self._runners)]

    @property
    def waiting(self) -> int:
        return self._waiting

    async def room(self) -> None:
        """Wait until fewer than `capacity` envelopes wait."""
        while self._waiting >= self._capacity:
            self._room.clear()
            await self._room.wait()

    def full(self, lane: str) -> bool:
        """Whether one more would be too many. A lane with little in it is let in for longer."""
        own = len(self._lanes.get(lane, ()))
        return self._waiting >= (self._capacity if own * _LARGEST_PART >= self._capacity else 2 * self._capacity)

    def put(self, lane: str, envelope: Envelope) -> None:
        self._waiting += 1
        self._idle.clear()
        queue = self._lanes.get(lane)
        if queue is None:
            self._lanes[lane] = deque([envelope])
            self._ready.put_nowait(lane)
        else:
            queue.append(envelope)

    async def passed(self) -> None:
        """Wait until all that waits or runs at this moment is dealt with; what comes later is not waited for."""
        marks: list[asyncio.Event] = []
        for queue in self._lanes.values():
            marks.append(mark := asyncio.Event())
            queue.append(mark)
            self._waiting += 1
        for mark in marks:
            await mark.wait()

    async def idle(self) -> None:
        """Wait until nothing waits or runs."""
        await self._idle.wait()

    async def aclose(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            lane = await self._ready.get()
            first = self._lanes[lane].popleft()
            if isinstance(first, asyncio.Event):
                first.set()
            else:
                await self._handle(first)
            self._done(lane)

    def _done(self, lane: str) -> None:
        self._waiting -= 1
        self._room.set()
        if self._lanes[lane]:
            self._ready.put_nowait(lane)
        else:
            del self._lanes[lane]
        if self._waiting == 0:
            self._idle.set()
