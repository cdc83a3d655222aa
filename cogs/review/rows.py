"""What review keeps: cases, reports, appeals, what was done by hand, and which messages each posted card quotes.

Never a message's words.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.api import (
    AddColumn,
    CommunityId,
    ConversationId,
    CreateTable,
    Ground,
    MemberId,
    MessageId,
    Migration,
    table,
)


class State(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class Action(StrEnum):
    NONE = "none"
    WARN = "warn"
    HIDE = "hide"
    TIMEOUT = "timeout"
    KICK = "kick"
    BAN = "ban"


class AppealState(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    GRANTED = "granted"


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
        trouble: what of the latest decision did not come about, and why, in words.
        failed: the effects that did not come about, by name.
        decision: how often the case was decided; letters, and appeals against them, speak of one of these decisions.
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
    failed: tuple[str, ...] = ()
    decision: int = 0


@table("reports", key=("community", "number", "reporter"), index=(("reporter",),))
@dataclass(frozen=True, slots=True)
class Report:
    """A report of the message of case `number`; `words` are the reporter's own.

    `automatic`: by a filter of the platform, or another bot; it is no member's.
    """

    community: CommunityId
    number: int
    reporter: MemberId
    words: str
    at: datetime
    automatic: bool = False


@table("appeals", key=("community", "number", "decision"), index=(("community", "state"), ("member",), ("settled_by",)))
@dataclass(frozen=True, slots=True)
class Appeal:
    """The member's word against decision `decision` of case `number`; there is one at most.

    Attributes:
        words: the member's own.
        answer: the words of the moderator who kept the decision.
    """

    community: CommunityId
    number: int
    decision: int
    member: MemberId
    words: str
    at: datetime
    state: AppealState = AppealState.OPEN
    answer: str = ""
    settled_by: MemberId | None = None
    settled_at: datetime | None = None


@table("by_hand", key=("community", "number", "place"), index=(("by",),))
@dataclass(frozen=True, slots=True)
class ByHand:
    """What a moderator did outside the bot to the author or the message of case `number`, which is on its card.

    Attributes:
        place: counted per case, from 1.
        effect: named after the bot's own effect of the same kind.
        by: None where the platform does not say, and once the moderator was erased.
        words: the moderator's reason.
    """

    community: CommunityId
    number: int
    place: int
    effect: str
    at: datetime
    by: MemberId | None
    words: str


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


MIGRATIONS = (
    Migration(1, (CreateTable(Case), CreateTable(Report), CreateTable(Shown))),
    Migration(
        2,
        (
            AddColumn(Case, "failed", ()),
            AddColumn(Case, "decision", 0),
            AddColumn(Report, "automatic", default=False),
            CreateTable(Appeal),
            CreateTable(ByHand),
        ),
    ),
)
