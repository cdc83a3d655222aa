"""Somebody who waits goes before a backlog: background work pauses between its pieces meanwhile."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

LONGEST_PAUSE = 10.0
"""Seconds after which background work goes on all the same, so that a stream of requests cannot stop it."""


class Precedence:
    """Shared by the models of one process."""

    def __init__(self) -> None:
        self._asking = 0
        self._free = asyncio.Event()
        self._free.set()

    @contextmanager
    def asked_for(self) -> Iterator[None]:
        """While the block lasts, somebody waits for its result."""
        self._asking += 1
        self._free.clear()
        try:
            yield
        finally:
            self._asking -= 1
            if self._asking == 0:
                self._free.set()

    async def give_way(self) -> None:
        """Wait until nobody waits for a model."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_PAUSE):
                await self._free.wait()
