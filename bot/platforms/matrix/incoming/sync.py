"""The reading loop: what the homeserver tells, page by page and live, as batches with the token that holds after them.

Sync answers and the pages of gaps are read beside each other and handed over one batch at a time. Whoever takes a batch
stores it before asking for the next; only then does its reader go on, and its errands begin.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.platforms.matrix.connection.homeserver import Homeserver
from bot.platforms.matrix.crypto.machine import Machine
from bot.platforms.matrix.errands import Errands
from bot.platforms.matrix.incoming.gaps import Gaps
from bot.platforms.matrix.incoming.invites import Invites
from bot.platforms.matrix.incoming.live import Live, beside
from bot.platforms.matrix.incoming.notices import Notices
from bot.platforms.matrix.incoming.timeline import Lists, Presses, Read, Timeline
from bot.platforms.matrix.options import Options
from bot.platforms.matrix.rooms.rooms import Rooms
from bot.ports.clock import Clock
from bot.ports.platform import Batch, Notes

SCOPE = "sync"
"""The checkpoint of the reading loop: the token of the last sync answer."""

LARGEST = 500
"""Events in one batch."""

HandOverBatch = Callable[[Batch], Awaitable[None]]

Source = Callable[[Mapping[str, str], HandOverBatch], Awaitable[None]]
"""Something else that is read: given the checkpoints to resume by, and what hands a batch over and returns once it is
stored. It runs until it is cancelled; what it raises ends the reading."""


@dataclass(frozen=True, slots=True)
class _Handed:
    """A batch on its way to the core; `stored` is set once it is there."""

    batch: Batch
    stored: "asyncio.Future[None]"


class Reading:
    """`sources` are read beside the rooms, such as reports that are polled.

    Attributes:
        gaps: which rooms have one, and how many were given up.
    """

    def __init__(
        self,
        options: Options,
        homeserver: Homeserver,
        machine: Machine | None,
        rooms: Rooms,
        presses: Presses,
        errands: Errands,
        notes: Notes,
        clock: Clock,
        sources: Sequence[Source] = (),
        lists: Lists | None = None,
    ) -> None:
        """`machine` is None where encryption is switched off."""
        notices = Notices(options, notes, errands)
        self._timeline = Timeline(options, rooms, machine, presses, notices, notes, clock, lists)
        self.gaps = Gaps(homeserver, rooms, self._timeline, notes, clock)
        self._invites = Invites(options, rooms, errands, notes, clock)
        self._live = Live(homeserver, rooms, machine, self._timeline, self.gaps, self._invites, notes, clock)
        self._machine = machine
        self._errands = errands
        self._clock = clock
        self._sources = sources
        self._closed = asyncio.Event()
        self._changed = asyncio.Event()
        self._waiting: deque[_Handed] = deque()
        self._answered = asyncio.Event()
        self.knows_rooms = asyncio.Event()
        """Set once the homeserver has told in this run which rooms there are."""

    async def batches(self, resume: Mapping[str, str]) -> AsyncIterator[Batch]:
        """Until closed. Raises Revoked, and nothing that passes."""
        self._waiting.clear()
        tasks: list[asyncio.Task[None]] = []
        tasks.append(asyncio.create_task(self._read(resume, tasks), name="matrix reading"))
        tasks += [
            asyncio.create_task(_run(source, resume, self._hand_over), name="matrix source") for source in self._sources
        ]
        if (machine := self._machine) is not None:
            upkeep = beside(self._answered, machine.upkeep, self._clock, "the upkeep of encryption keys")
            tasks.append(asyncio.create_task(upkeep, name="matrix keys"))
        for task in tasks:
            task.add_done_callback(lambda _: self._changed.set())
        try:
            while not self._closed.is_set():
                for task in tasks:
                    if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                        raise error
                if not self._waiting:
                    self._changed.clear()
                    await self._changed.wait()
                    continue
                handed = self._waiting.popleft()
                yield handed.batch
                self._errands.noted(handed.batch.notes)
                if not handed.stored.done():
                    handed.stored.set_result(None)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def aclose(self) -> None:
        """What was not handed over yet is read again by the next run."""
        self._closed.set()
        self._changed.set()

    async def _read(self, resume: Mapping[str, str], tasks: list[asyncio.Task[None]]) -> None:
        """Both readers; the second joins the tasks that are looked after."""
        for part in (self._timeline.begin, self._invites.load, self.gaps.load):
            await self._live.patiently(part)
        beside_it = asyncio.create_task(self.gaps.run(self._of_a_gap), name="matrix gaps")
        beside_it.add_done_callback(lambda _: self._changed.set())
        tasks.append(beside_it)
        await self._live.run(resume.get(SCOPE), self._of_an_answer, self._has_answered)

    def _has_answered(self) -> None:
        self.knows_rooms.set()
        self._answered.set()

    async def _of_a_gap(self, read: Read) -> None:
        for batch in _parted(read, {}):
            await self._hand_over(batch)

    async def _of_an_answer(self, read: Read, token: str | None) -> None:
        for batch in _parted(read, {SCOPE: token} if token is not None else {}):
            await self._hand_over(batch)

    async def _hand_over(self, batch: Batch) -> None:
        """Returns once it is stored."""
        handed = _Handed(batch, asyncio.get_running_loop().create_future())
        self._waiting.append(handed)
        self._changed.set()
        await handed.stored


async def _run(source: Source, resume: Mapping[str, str], hand_over: HandOverBatch) -> None:
    await source(resume, hand_over)


def _parted(read: Read, checkpoints: Mapping[str, str]) -> Iterator[Batch]:
    """No batch too large. What holds once all is stored goes with the last one: a crash before it begins anew."""
    events = tuple(read.events)
    while len(events) > LARGEST:
        yield Batch(events[:LARGEST], {})
        events = events[LARGEST:]
    yield Batch(events, checkpoints, tuple(read.notes))
