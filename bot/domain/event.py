"""What happened: adapters yield these, cogs receive them.

Every event knows when (`at`) and, where one applies, in which conversation it happened. `event_key` names the
occurrence itself, so that an event that a platform delivers twice is stored once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.conversation import Conversation, ConversationKind
from bot.domain.ids import ConversationId, MemberId, MessageId, platform_of
from bot.domain.member import Member, Standing
from bot.domain.message import Message
from bot.domain.moderation import Ground


@dataclass(frozen=True, slots=True)
class MessagePosted:
    """`standing` is the author's, in this conversation, at this moment."""

    message: Message
    standing: Standing = Standing.MEMBER

    @property
    def at(self) -> datetime:
        return self.message.sent_at


@dataclass(frozen=True, slots=True)
class MessageEdited:
    """The message in its new form; its id is that of the first form, `edited_at` is set.

    It counts only from the same author, only where the text changed, and only if newer than what is stored.
    """

    message: Message
    standing: Standing = Standing.MEMBER

    @property
    def at(self) -> datetime:
        return self.message.edited_at or self.message.sent_at


@dataclass(frozen=True, slots=True)
class MessageDeleted:
    message: MessageId
    conversation: Conversation
    at: datetime
    by: MemberId | None = None


@dataclass(frozen=True, slots=True)
class Reacted:
    message: MessageId
    conversation: Conversation
    member: Member
    emoji: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReactionRemoved:
    message: MessageId
    conversation: Conversation
    member: Member
    emoji: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MemberJoined:
    member: Member
    conversation: Conversation
    at: datetime


@dataclass(frozen=True, slots=True)
class MemberLeft:
    member: Member
    conversation: Conversation
    at: datetime


@dataclass(frozen=True, slots=True)
class Reported:
    """A member reported a message to the moderators."""

    message: MessageId
    conversation: Conversation
    reporter: Member
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CommandInvoked:
    """A command that the platform itself parsed (a slash command, a context menu).

    Attributes:
        id: the platform's id of the invocation, qualified like a message id; its answers reply to it.
        arguments: parameter name to the text that the member gave, or that stands for what they picked.
        target: the message that a context menu was opened on.
    """

    id: MessageId
    name: str
    arguments: Mapping[str, str]
    caller: Member
    standing: Standing
    conversation: Conversation
    at: datetime
    target: MessageId | None = None


@dataclass(frozen=True, slots=True)
class PromptAnswered:
    """Somebody chose on a prompt that `cog` posted under `label`; confirmation and forms are done with.

    `id` is the platform's id of the press, reaction or line, qualified like a message id.
    """

    id: MessageId
    cog: str
    label: str
    choice: str
    member: Member
    standing: Standing
    conversation: Conversation
    at: datetime
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JobDue:
    """A scheduled occurrence of `cog`'s `job`.

    Attributes:
        due: when it should have happened; `at` is when it was claimed.
        missed: what downtime swallowed, oldest first: earlier occurrences that this one stands for. Where the
            schedule's policy is SKIP, `due` itself is the last of them: there is nothing to do but say so.
    """

    cog: str
    job: str
    schedule: str
    due: datetime
    at: datetime
    missed: tuple[datetime, ...] = ()
    data: Mapping[str, str] = field(default_factory=dict)

    @property
    def skipped(self) -> bool:
        return self.due in self.missed


@dataclass(frozen=True, slots=True)
class CogStarted:
    """`cog` was loaded, at the start or later: the moment to set up what its configuration asks for."""

    cog: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ModerationObserved:
    """A moderator acted by hand, outside the bot."""

    action: str
    member: MemberId
    conversation: Conversation
    at: datetime
    by: Member | None = None
    reason: str = ""
    message: MessageId | None = None


@dataclass(frozen=True, slots=True)
class Undecryptable:
    message: MessageId
    conversation: Conversation
    sender: Member
    at: datetime


@dataclass(frozen=True, slots=True)
class AccessLost:
    """The bot itself was sent out of a conversation; `banned` where it cannot simply be invited again."""

    conversation: Conversation
    at: datetime
    banned: bool = False
    by: Member | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ConversationReplaced:
    """A room was upgraded: what comes next happens in `new`."""

    old: Conversation
    new: Conversation
    at: datetime

    @property
    def is_move(self) -> bool:
        """Whether it can be followed: from one room to another one of the same platform."""
        rooms = self.old.kind is self.new.kind is ConversationKind.ROOM
        return rooms and self.old.id != self.new.id and platform_of(self.old.id) == platform_of(self.new.id)


@dataclass(frozen=True, slots=True)
class Flagged:
    """One or more cogs hold something against a message; their reasons are merged."""

    message: MessageId
    revision: int
    author: Member
    conversation: ConversationId
    grounds: tuple[Ground, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class EffectApplied:
    """An effect of `cog` is done.

    Attributes:
        label: of what was posted, or of what was edited.
        message: what was posted, if it was a post.
        case: the one that a sanction belongs to.
    """

    cog: str
    effect: str
    label: str | None
    cause: int
    conversation: ConversationId
    at: datetime
    message: MessageId | None = None
    case: int | None = None


@dataclass(frozen=True, slots=True)
class EffectFailed:
    """An effect of `cog` will not be tried again; `reason` is in plain words, for an operator."""

    cog: str
    effect: str
    label: str | None
    cause: int
    conversation: ConversationId
    at: datetime
    reason: str = ""
    case: int | None = None


@dataclass(frozen=True, slots=True)
class Announced:
    """What one cog tells the others, so that they need not import each other."""

    cog: str
    topic: str
    at: datetime
    conversation: ConversationId | None = None
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ErasureDue:
    """A member is to be erased: the core's own errand, which no cog hears of. They are told in `conversation`.

    Attributes:
        asked: the cog that asked for it.
        left: only what these cogs keep is still to be erased, since they could not do it before; empty: everything.
    """

    member: MemberId
    conversation: ConversationId
    at: datetime
    asked: str = ""
    left: tuple[str, ...] = ()


Incoming = (
    MessagePosted
    | MessageEdited
    | MessageDeleted
    | Reacted
    | ReactionRemoved
    | MemberJoined
    | MemberLeft
    | Reported
    | CommandInvoked
    | PromptAnswered
    | ModerationObserved
    | Undecryptable
    | AccessLost
    | ConversationReplaced
)
"""What a platform may yield."""

Internal = CogStarted | JobDue | Flagged | EffectApplied | EffectFailed | Announced | ErasureDue
"""What the core itself raises."""

Event = Incoming | Internal


def conversation_id(event: Event) -> ConversationId | None:
    match event:
        case MessagePosted(message=message) | MessageEdited(message=message):
            return message.conversation.id
        case ConversationReplaced(new=new):
            return new.id
        case CogStarted() | JobDue() | ErasureDue():
            return None
        case Flagged() | EffectApplied() | EffectFailed() | Announced():
            return event.conversation
        case _:
            return event.conversation.id


def event_key(event: Event) -> str | None:
    """A name for this very occurrence; None where the event cannot arrive twice."""
    match event:
        case MessagePosted(message=message):
            return f"posted {message.id}"
        case MessageEdited(message=message):
            return f"edited {message.id} {event.at.timestamp()}"
        case MessageDeleted():
            return f"deleted {event.message}"
        case Reacted() | ReactionRemoved():
            kind = type(event).__name__
            return f"{kind} {event.message} {event.member.id} {event.emoji} {event.at.timestamp()}"
        case Reported():
            return f"reported {event.message} {event.reporter.id}"
        case CommandInvoked() | PromptAnswered():
            return f"{type(event).__name__} {event.id}"
        case Undecryptable():
            return f"undecryptable {event.message}"
        case MemberJoined() | MemberLeft() | ModerationObserved() | AccessLost() | ConversationReplaced():
            return _key_in_room(event)
        case JobDue():
            return f"due {event.cog} {event.schedule} {event.due.timestamp()}"
        case CogStarted() | Flagged() | EffectApplied() | EffectFailed() | Announced() | ErasureDue():
            return None


def _key_in_room(
    event: MemberJoined | MemberLeft | ModerationObserved | AccessLost | ConversationReplaced,
) -> str:
    """Of what happens to a room or to who is in it."""
    match event:
        case MemberJoined() | MemberLeft():
            return f"{type(event).__name__} {event.member.id} {event.conversation.id} {event.at.timestamp()}"
        case ModerationObserved():
            where = f"{event.conversation.id} {event.message or ''}"
            return f"observed {event.action} {event.member} {where} {event.at.timestamp()}"
        case AccessLost():
            return f"access lost {event.conversation.id} {event.at.timestamp()}"
        case ConversationReplaced(old=old, new=new):
            return f"replaced {old.id} {new.id}"
