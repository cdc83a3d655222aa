"""What happened on a fake server, room by room, and how a client reads it: by sync, with gaps, and by paging."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.conversation import Conversation
from bot.domain.event import Incoming, MessagePosted
from bot.domain.ids import ConversationId, MessageId
from bot.domain.member import Member, Standing


@dataclass(frozen=True, slots=True)
class Press:
    """A choice made on a prompt, confirmed, its form filled in; the client knows what the prompt was for."""

    id: MessageId
    prompt: MessageId
    choice: str
    member: Member
    standing: Standing
    conversation: Conversation
    at: datetime
    fields: Mapping[str, str]


Native = Incoming | Press


@dataclass(frozen=True, slots=True)
class Happening:
    """`what` is None where a history has nothing left to show of it."""

    position: int
    room: ConversationId
    what: Native | None


@dataclass(frozen=True, slots=True)
class News:
    """What is new in a room, oldest first; `limited` says that older news were left out and must be paged."""

    room: ConversationId
    happenings: list[Happening]
    limited: bool


@dataclass(eq=False, slots=True)
class Timeline:
    """Every room's happenings under one running position. `told` is called after something was added."""

    told: Callable[[], None]
    _rooms: dict[ConversationId, list[Happening]] = field(default_factory=dict)
    _opened: dict[ConversationId, int] = field(default_factory=dict)
    _held: list[tuple[ConversationId, Native]] | None = None
    position: int = 0

    def open(self, room: ConversationId) -> None:
        self._rooms[room] = []
        self._opened[room] = self.position

    def opened(self, room: ConversationId) -> int:
        """The position at which the room came to be."""
        return self._opened[room]

    def rooms(self) -> list[ConversationId]:
        return list(self._rooms)

    def add(self, room: ConversationId, what: Native) -> None:
        if self._held is not None:
            self._held.append((room, what))
            return
        self.position += 1
        self._rooms[room].append(Happening(self.position, room, what))
        self.told()

    @contextmanager
    def reversed(self) -> Iterator[None]:
        """What happens inside reaches clients newest first; new messages keep their order, behind all the rest."""
        self._held = []
        try:
            yield
        finally:
            held, self._held = self._held, None
            for room, what in reversed([each for each in held if not isinstance(each[1], MessagePosted)]):
                self.add(room, what)
            for room, what in (each for each in held if isinstance(each[1], MessagePosted)):
                self.add(room, what)

    def since(self, room: ConversationId, position: int, limit: int) -> News | None:
        fresh = [each for each in self._rooms[room] if each.position > position]
        return News(room, fresh[-limit:], limited=len(fresh) > limit) if fresh else None

    def page(self, room: ConversationId, *, after: int, before: int, limit: int) -> list[Happening]:
        """Up to `limit` happenings right before a position, oldest first."""
        return [each for each in self._rooms[room] if after < each.position < before][-limit:]
