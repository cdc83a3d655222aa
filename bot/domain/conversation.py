"""Where people speak: a room, a thread in it, or a private conversation."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.ids import ConversationId


class ConversationKind(StrEnum):
    ROOM = "room"
    THREAD = "thread"
    DIRECT = "direct"


@dataclass(frozen=True, slots=True)
class Conversation:
    """`parent` is the room that a thread belongs to; settings and authority come from there."""

    id: ConversationId
    name: str
    kind: ConversationKind = ConversationKind.ROOM
    parent: ConversationId | None = None
    encrypted: bool = False

    @property
    def room(self) -> ConversationId:
        return self.parent or self.id
