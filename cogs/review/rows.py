"""What review keeps: cases, members' reports, and which messages each posted card quotes; never a message's words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.api import CommunityId, ConversationId, CreateTable, Ground, MemberId, MessageId, Migration, table


class State(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class Action(StrEnum):
    NONE = "none"
    WARN = "warn"
    HIDE = "hide"
    TIMEOUT = "timeout"


@table("cases", key=("community", "number"), index=(("community", "state"), ("message",), ("author",), ("decided_by",)))
@dataclass(frozen=True, slots=True)
class Case:
    """One message before the moderators.

    Attributes:
        number: counted per community, from 1.
        revision: the newest form of the message that something is held against.
        author: None once the member was erased.
        grounds: what is held against it, at most one per rule; empty where only members reported it.
        reason: the deciding moderator's words.
        cleared: the later form of the message that would not be flagged any more, if there is one.
        trouble: which measure of the latest decision did not come about, and why.
        drawn: how often its cards were drawn. Each drawing counts up, so that two at the same time conflict and none
            leaves an older picture, or the words of a message deleted meanwhile.
    """

    community: CommunityId
    number: int
    message: MessageId
    revision: int
    author: MemberId | None
    conversation: ConversationId
    grounds: tuple[Ground, ...]
    opened_at: datetime
    state: State = State.OPEN
    action: Action = Action.NONE
    reason: str = ""
    decided_by: MemberId | None = None
    decided_at: datetime | None = None
    cleared: int | None = None
    trouble: str = ""
    drawn: int = 0


@table("reports", key=("community", "number", "reporter"), index=(("reporter",),))
@dataclass(frozen=True, slots=True)
class Report:
    """A member's report of the message of case `number`; `words` are the reporter's own."""

    community: CommunityId
    number: int
    reporter: MemberId
    words: str
    at: datetime


@table("shown", key=("community", "number", "label", "message"), index=(("message",), ("author",)))
@dataclass(frozen=True, slots=True)
class Shown:
    """The card posted under `label` quotes `message`: when that changes or goes, the card is drawn anew.

    `author` is the message's; None where the card shows no words of it (any more).
    """

    community: CommunityId
    number: int
    label: str
    message: MessageId
    author: MemberId | None


MIGRATIONS = (Migration(1, (CreateTable(Case), CreateTable(Report), CreateTable(Shown))),)
