"""Marks events finished, many in one transaction."""

import asyncio

from bot.ports.stores import Journal


class Completions:
    """Collects finished journal numbers; while one group is being stored, the next gathers."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._numbers: list[int] = []
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def add(self, number: int) -> None:
        self._numbers.append(number)
        self._idle.clear()
        self._wake.set()

    async def idle(self) -> None:
        await self._idle.wait()

    async def run(self) -> None:
        while True:
            await self._wake.wait()
            await self.flush()

    async def flush(self) -> None:
        """Store what has gathered; called once more at shutdown."""
        self._wake.clear()
        numbers, self._numbers = self._numbers, []
        if numbers:
            await self._journal.finish(numbers)
        if not self._numbers:
            self._idle.set()
