"""Who speaks, and what they may do."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from bot.domain.ids import MemberId


class Standing(IntEnum):
    """What somebody may do in one conversation, mapped by the adapter from roles or power levels."""

    MEMBER = 0
    TRUSTED = 1
    MODERATOR = 2
    ADMIN = 3


class MemberKind(StrEnum):
    PERSON = "person"
    BOT = "bot"


@dataclass(frozen=True, slots=True)
class Member:
    """An account. Webhooks and bridge puppets that carry people are persons; the adapter decides."""

    id: MemberId
    name: str
    kind: MemberKind = MemberKind.PERSON
