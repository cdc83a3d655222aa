"""Time as a port, so that tests and the demo can turn the hands."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The present, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since some moment; they go on evenly when somebody sets the machine's clock."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait for so many seconds of `monotonic`."""
        ...
