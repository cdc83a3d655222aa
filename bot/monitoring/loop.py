"""How late the event loop comes back to what is due: what holds it holds everything."""

import asyncio
from collections import deque

_EVERY = 0.5
_REMEMBERED = 120
"""Looks, which is a minute."""


class LoopWatch:
    """Looks twice a second, while `run` runs."""

    def __init__(self) -> None:
        self._lags: deque[float] = deque([0.0], maxlen=_REMEMBERED)

    @property
    def last(self) -> float:
        """Seconds."""
        return self._lags[-1]

    @property
    def worst(self) -> float:
        """Seconds, within the last minute."""
        return max(self._lags)

    def note(self, lag: float) -> None:
        self._lags.append(max(0.0, lag))

    async def run(self) -> None:
        """Go on until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _EVERY
            await asyncio.sleep(_EVERY)
            self.note(loop.time() - due)
