"""What was heard and is not stored yet, in order: whatever brings events puts them here, `batches` takes them."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from bot.domain.event import Incoming
from bot.ports.platform import Batch, Note

LARGEST = 500
"""Events in one batch."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What one event of the gateway, or one page of history, came to.

    Attributes:
        marks: channel to the newest message up to which everything is heard once this is stored.
        notes: written with it.
    """

    events: tuple[Incoming, ...] = ()
    marks: Mapping[int, int] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


class Feed:
    """Unbounded; who puts much in looks at `waiting` and holds back."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Heard, asyncio.Future[None]]] = deque()
        self._changed = asyncio.Event()
        self._closed = False
        self._failure: BaseException | None = None

    @property
    def waiting(self) -> int:
        """Entries that are not taken yet."""
        return len(self._waiting)

    def put(self, heard: Heard) -> "asyncio.Future[None]":
        """At the end, at once; the future is done when it is stored."""
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((heard, stored))
        self._changed.set()
        return stored

    def close(self) -> None:
        """What is not taken yet is heard again after the next start."""
        self._closed = True
        self._changed.set()

    def fail(self, failure: BaseException) -> None:
        """Nothing can come any more: `batches` ends with this."""
        self._failure = failure
        self._changed.set()

    async def batches(self) -> AsyncIterator[Batch]:
        """All that has come, in batches of up to `LARGEST` events, until closed or failed."""
        while True:
            while not (self._waiting or self._closed or self._failure):
                self._changed.clear()
                await self._changed.wait()
            if self._failure is not None:
                raise self._failure
            if self._closed:
                return
            taken, futures = self._taken()
            yield _batch(taken)
            for stored in futures:  # whoever asks for the next batch has stored this one
                if not stored.done():
                    stored.set_result(None)

    def _taken(self) -> tuple[list[Heard], list["asyncio.Future[None]"]]:
        taken, futures, count = list[Heard](), list["asyncio.Future[None]"](), 0
        while self._waiting and (not taken or count + len(self._waiting[0][0].events) <= LARGEST):
            heard, stored = self._waiting.popleft()
            taken.append(heard)
            futures.append(stored)
            count += len(heard.events)
        return taken, futures


def _batch(taken: list[Heard]) -> Batch:
    """Marks only ever grow within a batch."""
    marks: dict[int, int] = {}
    for heard in taken:
        for channel, message in heard.marks.items():
            marks[channel] = max(message, marks.get(channel, 0))
    return Batch(
        tuple(event for heard in taken for event in heard.events),
        {str(channel): str(message) for channel, message in marks.items()},
        tuple(note for heard in taken for note in heard.notes),
    )
