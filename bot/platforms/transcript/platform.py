"""A file as a platform: its messages come in as events, and what would be posted is only written down."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from threading import Lock

from bot.domain.conversation import Conversation
from bot.domain.effect import Deliverable, Guarantee
from bot.domain.event import Incoming, MessagePosted
from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.domain.member import Member
from bot.domain.message import Message
from bot.errors import DataError
from bot.platforms.transcript.detect import detect
from bot.platforms.transcript.source import Reader, opened
from bot.ports.platform import Batch, Delivery, Receipt, Remark

OPERATOR = Member(MemberId("transcript:operator"), "operator")
"""Whoever replays a file may read all of it."""

_FINGERPRINT = 4096


@dataclass(frozen=True, slots=True)
class Progress:
    """How many events were handed over; `total` is None while the file is being checked."""

    read: int
    total: int | None = None


class TranscriptPlatform:
    """Replays one file, from its beginning or from where an earlier replay got to, and ends with it.

    Ids depend on the file alone, so that a second replay into the same store adds nothing. Everything is checked before
    the first batch: a broken file leaves nothing half-stored.

    Attributes:
        deliveries: what would have been posted or done, in order, each key once.
    """

    name = "transcript"

    def __init__(
        self,
        path: Path,
        *,
        reader: Reader | None = None,
        batch_size: int = 200,
        on_progress: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        """Find out the file's format.

        Raises:
            DataError: it cannot be read, or is in no known format.
        """
        self._path = path
        self._reader = reader or detect(path)
        self._batch_size = batch_size
        self._on_progress = on_progress
        self._total: int | None = None
        self._closed = False
        self._applied: dict[str, Delivery] = {}
        self._members: set[MemberId] = set()
        self._conversations: dict[ConversationId, Conversation] = {}

    @property
    def deliveries(self) -> list[Delivery]:
        return list(self._applied.values())

    @property
    def conversations(self) -> list[Conversation]:
        """Where people speak in the file, in the order of their first messages; known after `check`."""
        return list(self._conversations.values())

    async def check(self) -> int:
        """Read the whole file once; gives the number of its events.

        Raises:
            DataError: it is broken, or nobody says anything in it; the text names the line or message.
        """
        if self._total is None:
            total = 0
            async with aclosing(self._chunks(0)) as chunks:
                async for chunk in chunks:
                    total += len(chunk)
                    self._remember(chunk)
                    self._on_progress(Progress(total))
            if not total:
                raise DataError(f"{self._path}: holds no messages")
            self._total = total
        return self._total

    async def batches(self, resume: Mapping[str, str]) -> AsyncIterator[Batch]:
        total, scope = await self.check(), self._scope()
        read = int(resume.get(scope, 0))
        async with aclosing(self._chunks(read)) as chunks:
            async for chunk in chunks:
                if self._closed:
                    return
                read += len(chunk)
                yield Batch(chunk, {scope: str(read)})
                self._on_progress(Progress(read, total))

    async def _chunks(self, start: int) -> AsyncGenerator[tuple[Incoming, ...], None]:
        """The file's events from number `start` on, read beside the event loop."""
        reading, turn = self._reader(self._path), Lock()
        events = islice(reading, start, None)

        def read() -> tuple[Incoming, ...]:
            with turn:
                return tuple(islice(events, self._batch_size))

        try:
            while chunk := await asyncio.to_thread(read):
                yield chunk
        finally:
            with turn:
                reading.close()

    def _scope(self) -> str:
        """Names the file by how it begins: one that grew at its end goes on, another of the same name does not."""
        with opened(self._path) as file:
            return f"{self._path.name} {hashlib.sha256(file.read(_FINGERPRINT)).hexdigest()[:12]}"

    def _remember(self, events: tuple[Incoming, ...]) -> None:
        for event in events:
            if isinstance(event, MessagePosted):
                self._members.add(event.message.author.id)
                self._conversations[event.message.conversation.id] = event.message.conversation

    async def apply(self, delivery: Delivery) -> Receipt:
        self._applied.setdefault(delivery.key, delivery)
        return Receipt(MessageId(f"transcript:post {delivery.key}"), "written down, not posted")

    def linked(self, text: str) -> MessageId | None:
        """Nothing: in a file there is nothing to open."""
        return None

    def guarantee(self, effect: Deliverable) -> Guarantee:
        return Guarantee.EXACTLY_ONCE

    def address(self, message: MessageId) -> str | None:
        return None

    async def may_read(self, member: MemberId, conversation: ConversationId) -> bool:
        """Everybody who speaks in the file may read all of it, and so may the operator."""
        return (member in self._members or member == OPERATOR.id) and conversation in self._conversations

    async def history(self, conversation: ConversationId, *, before: MessageId | None, limit: int) -> list[Message]:
        """Nothing: what the file holds comes in batches."""
        return []

    async def remarks(self, member: MemberId) -> Sequence[Remark]:
        """Nothing: a file knows no lists."""
        return ()

    async def aclose(self) -> None:
        self._closed = True
