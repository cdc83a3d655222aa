"""Marks events finished, many in one transaction."""

import asyncio
from collections.abc import Callable

from bot.ports.stores import Journal

_AT_ONCE = 500
_MOST = 20 * _AT_ONCE


class Completions:
    """Collects finished journal numbers; while one group is being stored, the next gathers."""

    def __init__(self, journal: Journal, told: Callable[[int], None] = lambda _: None) -> None:
        """`told` hears of each number."""
        self._journal = journal
        self._told = told
        self._numbers: list[int] = []
        self._wake = asyncio.Event()
        self._stored = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def add(self, number: int) -> None:
        self._told(number)
        self._numbers.append(number)
        self._idle.clear()
        self._wake.set()

    async def room(self) -> None:
        """Wait while very many have gathered."""
        while len(self._numbers) >= _MOST:
            self._stored.clear()
            await self._stored.wait()

    async def idle(self) -> None:
        await self._idle.wait()

    async def run(self) -> None:
        while True:
            await self._wake.wait()
            await self.flush()

    async def flush(self) -> None:
        """Store what has gathered; called once more at shutdown."""
        self._wake.clear()
        while self._numbers:
            numbers, self._numbers = self._numbers[:_AT_ONCE], self._numbers[_AT_ONCE:]
            await self._journal.finish(numbers)
            self._stored.set()
        self._idle.set()
