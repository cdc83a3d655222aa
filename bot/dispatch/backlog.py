"""Events that wait in the store because enough of them wait in memory: read again, oldest first, as room appears."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.ports.stores import Envelope, Journal, Unfinished

_PAGE = 500


class Backlog:
    """Which events memory does not hold. Once one of a lane is left in the store, those behind it in that lane are too.

    Args:
        journal: where the events are read again.
        again: takes an event whose turn has come.
        room: waits until there is room for some more.
    """

    def __init__(
        self, journal: Journal, again: Callable[[Envelope], None], room: Callable[[], Awaitable[None]]
    ) -> None:
        self._journal = journal
        self._again = again
        self._room = room
        self._left: dict[str, int] = {}  # lane to the newest of its events that is not left
        self._earlier = 0  # up to this number an earlier run left everything, in every lane
        self._reached = 0  # up to this number all that was left has been read
        self._until = 0  # the newest event that is left
        self._newest = 0  # the newest event that was published
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    async def recover(self) -> Unfinished:
        """Take over what an earlier run left unfinished."""
        found = await self._journal.waiting()
        self._earlier = self._until = self._newest = found.newest
        self._tell()
        return found

    @property
    def recovering(self) -> bool:
        """Whether events of an earlier run, which go before the new ones, are still to be read."""
        return self._reached < self._earlier

    def leaves(self, lane: str, number: int, *, full: bool) -> bool:
        """Whether a new event stays in the store for now; `full` says that memory holds enough.

        Events are published in the order of their numbers.
        """
        self._newest = number
        if lane not in self._left:
            if not full:
                return False
            if not self._is_behind:
                self._reached = number - 1
            self._left[lane] = number - 1
        self._until = number
        self._tell()
        return True

    def left(self, lane: str, number: int) -> bool:
        """Whether an event that was read again is in the store only."""
        return number <= self._earlier or number > self._left.get(lane, number)

    async def idle(self) -> None:
        """Wait until everything that was left has been read."""
        await self._idle.wait()

    async def run(self) -> None:
        while True:
            await self._wake.wait()
            await self._room()
            await self._read()

    @property
    def _is_behind(self) -> bool:
        return self._reached < self._until

    def _tell(self) -> None:
        if self._is_behind:
            self._idle.clear()
            self._wake.set()

    async def _read(self) -> None:
        """Read a page. What is stored already but not published yet comes by itself."""
        newest = self._newest
        page = [one for one in await self._journal.unfinished(self._reached, _PAGE) if one.number <= newest]
        for envelope in page:
            self._again(envelope)
        self._reached = page[-1].number if len(page) == _PAGE else newest
        if not self._is_behind:
            self._left.clear()
            self._wake.clear()
            self._idle.set()
