"""Waiting for something to become true, woken whenever anything has happened."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

PATIENCE = 20.0
"""Seconds after which what does not happen has failed."""


class Bell:
    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Something happened."""
        rung, self._rung = self._rung, asyncio.Event()
        rung.set()

    async def until(self, true: Callable[[], Found], what: str = "", patience: float = PATIENCE) -> Found:
        """The first true thing that is found; looked for after each ring."""
        try:
            async with asyncio.timeout(patience):
                while not (found := true()):
                    await self._rung.wait()
                return found
        except TimeoutError:
            raise AssertionError(f"never came about: {what or true}") from None
