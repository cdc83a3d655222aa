"""What civility keeps: one score per message, never its words; which rooms were told; when no model answered."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.api import CommunityId, ConversationId, CreateTable, MemberId, MessageId, Migration, table


class Outcome(StrEnum):
    CLEAR = "clear"
    FLAGGED = "flagged"
    ABSTAINED = "abstained"


@table("assessments", key=("message",), index=(("author",), ("community", "outcome")))
@dataclass(frozen=True, slots=True)
class Assessment:
    """The belief about one revision of a message, apart from what was decided on it.

    Attributes:
        threshold: the score that was needed, for this target, when it was judged.
        abstained: why there is no judgement; empty where there is one.
    """

    message: MessageId
    revision: int
    author: MemberId
    community: CommunityId
    score: float
    target: str
    model: str
    threshold: float
    outcome: Outcome
    judged_at: datetime
    abstained: str = ""


@table("notices", key=("room",))
@dataclass(frozen=True, slots=True)
class Notice:
    room: ConversationId
    told_at: datetime


@table("outages", key=("community",))
@dataclass(frozen=True, slots=True)
class Outage:
    """No model answers; `messages` went unjudged since."""

    community: CommunityId
    since: datetime
    messages: int


MIGRATIONS = (Migration(1, (CreateTable(Assessment), CreateTable(Notice), CreateTable(Outage))),)
