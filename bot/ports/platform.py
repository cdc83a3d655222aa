"""What Folkmoot asks of a chat platform."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.effect import Ask, Deliverable, Guarantee
from bot.domain.event import Incoming
from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.domain.message import Message


@dataclass(frozen=True, slots=True)
class Batch:
    """Events with the checkpoints that hold once they are stored.

    Attributes:
        events: in the platform's order; each conversation's messages oldest first.
        checkpoints: scope to token. A scope is whatever the platform resumes by: one sync token for the whole
            account, or one mark per channel; a batch names only the scopes that moved.
        notes: the adapter's own, written in the same transaction.
    """

    events: tuple[Incoming, ...]
    checkpoints: Mapping[str, str]
    notes: "tuple[Note, ...]" = ()


@dataclass(frozen=True, slots=True)
class Note:
    """Something that an adapter must find again after a restart: a message it cannot decrypt yet, a step half done.

    Attributes:
        scope, id: its name, within the platform; a later note of the same name replaces it.
        text: what it says, in the adapter's own form; None: forget it.
        member: whom it is about, if anybody: it goes when they are erased.
        message: the message whose words it holds, if any: it goes when that message is deleted.
        until: when it is forgotten at the latest.
    """

    scope: str
    id: str
    text: str | None
    member: MemberId | None = None
    message: MessageId | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One effect to apply.

    Attributes:
        key: deterministic name of the effect, the same on every attempt: source of `txn_id` and `nonce`.
        cog: who wants it; travels with a prompt so that its answer finds back.
        target: for `Edit`, the message that the label stands for.
        attempt: 1 for the first; from 2 on the platform must first look whether an earlier one arrived.
    """

    key: str
    cog: str
    effect: Deliverable
    attempt: int = 1
    target: MessageId | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of a delivery; `message` is the id of what was posted, if something was."""

    message: MessageId | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class PromptPost:
    """A prompt that was posted, in a room or privately: what an adapter needs to turn a press into `PromptAnswered`.

    The body of `ask` is empty: what a prompt says stands where it was posted and is kept nowhere else. Private words
    with choices are a prompt like any other, for their member alone.
    """

    cog: str
    message: MessageId
    ask: Ask


class Prompts(Protocol):
    """Prompts posted earlier, also before a restart; given to each platform when it is built."""

    async def at(self, message: MessageId) -> PromptPost | None: ...

    async def open_in(self, conversation: ConversationId) -> list[PromptPost]:
        """Prompts of a conversation that still have choices, also those put to one member; newest first."""
        ...

    async def open_under(self, conversation: ConversationId, cog: str, label: str) -> Ask | None:
        """The newest prompt with choices that a cog posted under a label; its body is empty.

        Also one that was sent and is not known to have arrived: people may see it already.
        """
        ...

    async def newest_under(self, conversation: ConversationId, cog: str, label: str) -> Ask | None:
        """The newest prompt that a cog posted under a label, also one without choices any more; its body is empty."""
        ...


class Notes(Protocol):
    """An adapter's own notes; given to each platform when it is built. `Batch.notes` are written with their batch."""

    async def all(self, scope: str) -> list[Note]:
        """By id."""
        ...

    async def get(self, scope: str, identity: str) -> Note | None: ...

    async def write(self, notes: Sequence[Note]) -> None:
        """Write or forget them, in one transaction."""
        ...


@dataclass(frozen=True, slots=True)
class Remark:
    """What a list that the platform knows says of a member; `said` are the list's own words."""

    source: str
    said: str


class Platform(Protocol):
    """A connection to one platform.

    Obligations: `batches` yields nothing twice on purpose but may (the core deduplicates); it hands over all that has
    arrived, up to 500 events at once, since a command behind a flood in the same feed waits until the flood is stored.
    A batch is stored when the next one is asked for. What the platform wants acknowledged is acknowledged in time, and
    after it was stored where that can wait: what is acknowledged is not lost, and the core answers every command. After
    a gap it pages history back to the resumed checkpoints, and a fresh install (no checkpoint) does not replay old
    history. Neither `batches` nor `apply` raises a library's own exceptions: they raise `bot.errors.PlatformError`s.
    `batches` survives passing trouble by itself and raises only `Revoked` or what cannot pass.
    """

    @property
    def name(self) -> str:
        """The prefix of every id of this platform."""
        ...

    def batches(self, resume: Mapping[str, str]) -> AsyncIterator[Batch]:
        """Events from now on and from what was missed since `resume` (scope to token). Ends when closed."""
        ...

    async def apply(self, delivery: Delivery) -> Receipt:
        """Carry out one effect.

        Raises:
            RateLimited, Unavailable: try again later with the same key.
            Forbidden, Gone, Unsupported: it will never work; say why.
            OutcomeUnknown: for what cannot be exactly once.
        """
        ...

    def guarantee(self, effect: Deliverable) -> Guarantee: ...

    def linked(self, text: str) -> MessageId | None:
        """The message that a link of this platform opens, as people paste it; None for any other text."""
        ...

    def address(self, message: MessageId) -> str | None:
        """What opens one of this platform's messages in a client or browser, for links elsewhere; None: nothing."""
        ...

    async def may_read(self, member: MemberId, conversation: ConversationId) -> bool:
        """Whether the member can open the conversation at this moment."""
        ...

    async def history(self, conversation: ConversationId, *, before: MessageId | None, limit: int) -> list[Message]:
        """Up to `limit` messages older than `before`, oldest first: history from before the bot came."""
        ...

    async def remarks(self, member: MemberId) -> Sequence[Remark]:
        """What lists that the bot may read say of a member, for moderators' eyes."""
        ...

    async def aclose(self) -> None: ...
