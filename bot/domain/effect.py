"""What a cog wants done: handlers return these, the core applies them.

Three kinds. *Outgoing* effects leave through the outbox to a platform. *Sanctions* do too, but the community's
mode and an origin bind them. *Inner* effects (rows, schedules, settings, records, announcements, flags) are
applied in the handler's own transaction, together with everything else that it returned, or not at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from bot.domain.document import Document
from bot.domain.ids import CommunityId, ConversationId, MemberId, MessageId
from bot.domain.member import Member, Standing
from bot.domain.moderation import Ground, Origin


class Audience(StrEnum):
    """Who sees a post.

    ROOM, THREAD: all who read the conversation; THREAD belongs to what it replies to, in a thread where there is one.
    ASKER: one person alone: in place where the platform can show that, else wherever it can write to them privately.
    ASIDE: of no concern to others and no secret (a hint, a refusal): seen by the asker alone where a platform can show
    that in place, else a reply there. MODERATORS: the conversation is their room.
    """

    ROOM = "room"
    THREAD = "thread"
    ASKER = "asker"
    ASIDE = "aside"
    MODERATORS = "moderators"


class Priority(IntEnum):
    """The order in which posts leave when a platform limits the rate."""

    CARD = 0
    ANSWER = 1
    NOTICE = 2
    DIGEST = 3


class Guarantee(StrEnum):
    """What a platform promises of an effect when the process dies between sending and recording."""

    EXACTLY_ONCE = "exactly once"
    AT_LEAST_ONCE = "at least once"
    UNKNOWN_IS_TOLD = "once, or unknown and said so"


# --- outgoing -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Say:
    """Post a document. `label` names the post within the cog, so that `Edit` can find it."""

    conversation: ConversationId
    body: Document
    label: str | None = None
    audience: Audience = Audience.ROOM
    asker: MemberId | None = None
    reply_to: MessageId | None = None
    priority: Priority = Priority.ANSWER
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One line or box of a form."""

    id: str
    text: str
    long: bool = False
    required: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a prompt.

    Attributes:
        emoji: the reaction that stands for it where a platform has no buttons; unique within the prompt.
        confirm: a question that must be answered with yes before the choice counts; a platform that can shows it on the
            form, which is sent or not.
        form: what else is asked; the adapter opens the form by itself.
    """

    id: str
    text: str
    emoji: str
    danger: bool = False
    confirm: str | None = None
    form: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """Post a prompt; each answer comes back as `PromptAnswered` with this `label`, also after a restart.

    The core lets through only choices that are still open, before `expires_at`, by people of at least `standing` in the
    community and, for the audience ASKER, by the asker.
    """

    conversation: ConversationId
    body: Document
    label: str
    choices: tuple[Choice, ...]
    audience: Audience = Audience.ROOM
    asker: MemberId | None = None
    reply_to: MessageId | None = None
    priority: Priority = Priority.CARD
    expires_at: datetime | None = None
    standing: Standing = Standing.MODERATOR


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace what the cog posted under `label`; `choices` are those that remain."""

    conversation: ConversationId
    label: str
    body: Document
    choices: tuple[Choice, ...] = ()
    priority: Priority = Priority.CARD


@dataclass(frozen=True, slots=True)
class React:
    conversation: ConversationId
    message: MessageId
    emoji: str


@dataclass(frozen=True, slots=True)
class Attach:
    """Post a file with a line of text; `reply_to` and `audience` as with `Say`."""

    conversation: ConversationId
    name: str
    content: bytes
    body: Document
    audience: Audience = Audience.ROOM
    asker: MemberId | None = None
    reply_to: MessageId | None = None


@dataclass(frozen=True, slots=True)
class DirectMessage:
    """Write to a member privately; `conversation` says on whose behalf and where it began.

    With `choices` it is a prompt put to that member alone, which needs a `label`; answers come back as `PromptAnswered`
    of `conversation`. `expires_at`: until when the choices count; the words leave also later.
    """

    conversation: ConversationId
    member: MemberId
    body: Document
    label: str | None = None
    choices: tuple[Choice, ...] = ()
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenThread:
    conversation: ConversationId
    name: str
    label: str
    body: Document


Outgoing = Say | Ask | Edit | React | Attach | DirectMessage | OpenThread


# --- sanctions ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Sanction:
    """What every measure carries: where, why, who asked, which case.

    `by` is the moderator for origin `human`; `case` is shown in the platform's own audit log.
    """

    conversation: ConversationId
    ground: Ground
    origin: Origin
    by: MemberId | None = None
    case: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hide(Sanction):
    message: MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore(Sanction):
    """Undo `Hide`; a platform that cannot re-posts the text as a quote."""

    message: MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class Warn(Sanction):
    """Tell a member privately what they did; `label`, `choices` and `expires_at` as with `DirectMessage`."""

    member: MemberId
    body: Document
    label: str | None = None
    choices: tuple[Choice, ...] = ()
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeout(Sanction):
    """`seconds` from the moment it is applied; a platform that allows less refuses more, and says so in words."""

    member: MemberId
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftTimeout(Sanction):
    member: MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class Kick(Sanction):
    member: MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class Ban(Sanction):
    member: MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class Unban(Sanction):
    member: MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowMode(Sanction):
    """`seconds` between two messages of one member; 0 switches it off."""

    seconds: int


AnySanction = Hide | Restore | Warn | Timeout | LiftTimeout | Kick | Ban | Unban | SlowMode
Deliverable = Outgoing | AnySanction
"""What a platform may be asked to apply."""


def prompt_in(effect: Deliverable) -> Ask | None:
    """What an effect asks, if it asks anything: private words with choices are a prompt put to that member alone."""
    if isinstance(effect, Ask):
        return effect
    if not isinstance(effect, DirectMessage | Warn) or effect.label is None or not effect.choices:
        return None
    return Ask(
        effect.conversation,
        effect.body,
        effect.label,
        effect.choices,
        Audience.ASKER,
        effect.member,
        priority=Priority.ANSWER,
        expires_at=effect.expires_at,
        standing=Standing.MEMBER,
    )


# --- inner --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Flag:
    """Hold something against a message. The mode decides whether moderators hear of it."""

    message: MessageId
    revision: int
    author: Member
    conversation: ConversationId
    ground: Ground


@dataclass(frozen=True, slots=True)
class Announce:
    topic: str
    conversation: ConversationId | None = None
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """A line of the community's audit trail; `details` never holds a message's words."""

    community: CommunityId
    action: str
    subject: str
    actor: MemberId | None = None
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Put:
    """Store a new row of the cog's own; if its key is taken, the handler runs again."""

    row: Any


@dataclass(frozen=True, slots=True)
class Swap:
    """Replace `old` by `new`; if the stored row is no longer `old`, the handler runs again."""

    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Upsert:
    """Store the row whatever stands under its key."""

    row: Any


@dataclass(frozen=True, slots=True)
class Remove:
    """Delete the row with this row's key, if it is there."""

    row: Any


class Missed(StrEnum):
    """What happens to occurrences that downtime swallowed."""

    POST_LAST = "post the last, say which were missed"
    SKIP = "skip them, say so"


@dataclass(frozen=True, slots=True)
class Schedule:
    """Create or replace the schedule `name` of the cog: at each occurrence `job` runs.

    `rule` is written as in `bot.scheduling` ("mon 18:00", "daily 09:00", or five cron fields) and read as wall-clock
    time in the IANA `zone`.
    """

    name: str
    job: str
    rule: str
    zone: str
    community: CommunityId | None = None
    missed: Missed = Missed.POST_LAST
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unschedule:
    name: str


@dataclass(frozen=True, slots=True)
class Configure:
    """Set a chat setting of a community, or with `value` None go back to the configuration."""

    community: CommunityId
    section: str
    name: str
    value: str | None


@dataclass(frozen=True, slots=True)
class OffTheRecord:
    """Whether all that a member writes from now on is off the record."""

    member: MemberId
    wanted: bool


@dataclass(frozen=True, slots=True)
class Erase:
    """Erase a member: messages, name, what every cog keeps of them, what the core remembers.

    It is done right after the handler's transaction, also over a crash; they are told privately in `conversation`.
    """

    member: MemberId
    conversation: ConversationId


Inner = (
    Flag | Announce | Record | Put | Swap | Upsert | Remove | Schedule | Unschedule | Configure | OffTheRecord | Erase
)
Effect = Deliverable | Inner
Reply = Document | Effect | tuple[Effect, ...] | list[Effect] | None
"""What a handler may return."""
