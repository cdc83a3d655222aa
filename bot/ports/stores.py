"""What the core asks of its store. One contract suite runs over every implementation."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from bot.domain.conversation import Conversation
from bot.domain.effect import (
    AnySanction,
    Configure,
    OffTheRecord,
    Outgoing,
    Put,
    Record,
    Remove,
    Schedule,
    Swap,
    Unschedule,
    Upsert,
)
from bot.domain.event import Event
from bot.domain.ids import CommunityId, ConversationId, MemberId, MessageId
from bot.domain.member import Member
from bot.domain.message import Message
from bot.ports.core import Stored
from bot.ports.knowledge import AuditTrail, Counts, History, Upcoming
from bot.ports.platform import Batch, Notes, Prompts, Receipt
from bot.ports.tables import CogTables, Migration


@dataclass(frozen=True, slots=True)
class Envelope:
    """An event with its place in the journal; the number is its correlation id everywhere."""

    number: int
    event: Event
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class Ingested:
    """What of a batch was new, and counts of the rest.

    `ignored` are edits by others, edits that leave the text, edits that wait for their message, and words that were
    deleted before they could be told.
    """

    fresh: tuple[Envelope, ...]
    duplicates: int = 0
    ignored: int = 0


@dataclass(frozen=True, slots=True)
class Post:
    """An effect on its way out. `platform` is taken from the conversation or member it goes to."""

    key: str
    cog: str
    cause: int
    platform: str
    conversation: ConversationId
    priority: int
    effect: Outgoing | AnySanction
    label: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LeasedPost:
    """A post in hand: to be delivered, or, where nobody wants it any more, to be settled as such.

    Attributes:
        attempt: how often it was handed out, this time included; above 1 it may have arrived already.
        target: for `Edit`, the message its label stands for; None where that was never posted.
        expired: its `expires_at` has passed.
    """

    post: Post
    attempt: int
    target: MessageId | None = None
    expired: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that one handler's run changes, stored in one transaction or not at all.

    Attributes:
        cog: whose handler it was.
        handler: its name; a cog may have several for one event, each with an outcome of its own.
        handled: journal numbers that this handler need not see again. Where it is marked for all of them already, it
            ran again after a crash: nothing is stored, what it did the first time stands.
        cursor: (worker name, journal number) where a detached worker has got to.
        rows: the cog's own rows; a Put whose key is taken, or a Swap whose old row changed, raises `Conflict`.
        events: new events for the journal.
    """

    cog: str
    at: datetime
    handler: str = ""
    handled: tuple[int, ...] = ()
    cursor: tuple[str, int] | None = None
    rows: tuple[Put | Swap | Upsert | Remove, ...] = ()
    events: tuple[Event, ...] = ()
    posts: tuple[Post, ...] = ()
    records: tuple[Record, ...] = ()
    schedules: tuple[Schedule | Unschedule, ...] = ()
    settings: tuple[Configure, ...] = ()
    preferences: tuple[OffTheRecord, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing to store but, perhaps, the mark that it was handled."""
        changes = (
            self.rows,
            self.events,
            self.posts,
            self.records,
            self.schedules,
            self.settings,
            self.preferences,
        )
        return self.cursor is None and not any(changes)


@dataclass(frozen=True, slots=True)
class Reader:
    """A detached worker as the journal sees it: whose cursor, and which kinds of events it takes."""

    cog: str
    worker: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unfinished:
    """How many events wait for their listeners, since when the oldest does, and the number of the newest, or 0.

    The core's own errands have no listeners: they are not counted, but may be the newest.
    """

    count: int
    since: datetime | None
    newest: int


class Journal(Protocol):
    """Events in the order in which they were stored, until every reader is done with them."""

    async def ingest(self, platform: str, batch: Batch, now: datetime) -> Ingested:
        """Store members, conversations, messages, events, checkpoints and the adapter's notes in one transaction.

        Duplicates by `event_key` or message id are dropped. An edit or a deletion that arrives before its message is
        kept, so that the message appears in its newest form or not at all. A deletion purges the text.
        """
        ...

    async def checkpoints(self, platform: str) -> Mapping[str, str]: ...

    async def last_sent(self) -> datetime | None:
        """When the newest message that the journal remembers was sent, as the platform's own clock says."""
        ...

    async def unfinished(self, after: int, limit: int) -> list[Envelope]:
        """Events whose listeners are not done, oldest first: what waits, and what a crash left behind."""
        ...

    async def waiting(self) -> Unfinished:
        """What `unfinished` would give without a limit, in numbers."""
        ...

    async def handled_by(self, number: int) -> frozenset[tuple[str, str]]:
        """(cog, handler) of each handler that is already done with an unfinished event."""
        ...

    async def finish(self, numbers: Sequence[int]) -> None:
        """Every listener is done with these events."""
        ...

    async def after(self, number: int, kinds: Sequence[str], limit: int) -> list[Envelope]:
        """Events behind `number` of the given class names, oldest first, for a detached worker."""
        ...

    async def cursor(self, cog: str, worker: str) -> int: ...

    async def backlog(self, cog: str, worker: str, kinds: Sequence[str]) -> tuple[int, datetime | None]:
        """How many events wait for a detached worker, and since when the oldest does."""
        ...

    async def commit(self, outcome: Outcome) -> tuple[Envelope, ...]:
        """Store an outcome; gives the envelopes of the new events.

        Raises:
            Conflict: a row changed meanwhile; nothing was stored.
            CogError: the cog gave what cannot be stored; nothing was stored, and the store is sound.
        """
        ...

    async def prune(self, before: datetime, readers: Sequence[Reader]) -> int:
        """Forget finished events that no reader still waits for; gives their number.

        Readers that are not named, those of cogs no longer loaded, hold nothing back.
        """
        ...


class PostState(StrEnum):
    WAITING = "waiting"
    LEASED = "leased"
    APPLIED = "applied"
    FAILED = "failed"
    UNKNOWN = "unknown"


PENDING = (PostState.WAITING, PostState.LEASED)
SETTLED = (PostState.APPLIED, PostState.FAILED, PostState.UNKNOWN)


class Outbox(Protocol):
    """Effects on their way out, in order within a conversation, by priority across them."""

    async def lease(
        self, platform: str, now: datetime, until: datetime, limit: int, *, without: Collection[str] = ()
    ) -> list[LeasedPost]:
        """Take posts whose time has come: at most one per conversation, lowest priority number first, then oldest.

        A post whose lease ran out is handed out again with a higher `attempt`. One that expired is handed out too,
        even before its time, and marked so: whoever takes it settles it with `failed`, and its cog hears of that.
        Posts of the cogs named in `without` stay where they are, and hold up nobody else's.
        """
        ...

    async def applied(
        self, key: str, receipt: Receipt, at: datetime, event: Event | None, records: Sequence[Record] = ()
    ) -> Envelope | None:
        """Record success in one transaction with the audit lines and the event that tells the cog, if it listens."""
        ...

    async def failed(
        self,
        key: str,
        state: PostState,
        reason: str,
        at: datetime,
        event: Event | None,
        records: Sequence[Record] = (),
    ) -> Envelope | None:
        """Record that it will not be tried again: FAILED, or UNKNOWN where it may have arrived."""
        ...

    async def retry(self, key: str, not_before: datetime) -> None: ...

    async def reclaim(self) -> int:
        """Take every lease back, at the start: who held it is dead; gives how many posts that were.

        Their next attempt counts as one more, so that the platform looks whether the one before arrived.
        """
        ...

    async def hasten(self, latest: datetime) -> int:
        """Let posts that wait for a time after `latest` go at once: only a wrong clock sets such times."""
        ...

    async def waiting(self) -> Mapping[str, int]:
        """Platform to number of posts that have not left yet."""
        ...

    async def waiting_of(self, cog: str) -> int:
        """How many posts of one cog have not left yet."""
        ...

    async def keys(self, prefix: str) -> list[str]:
        """The keys that begin so, of posts in any state."""
        ...


@dataclass(frozen=True, slots=True)
class DueOccurrence:
    cog: str
    schedule: Schedule
    due: datetime
    missed: tuple[datetime, ...] = ()


class Schedules(Protocol):
    """Schedules and the one row per occurrence that makes each happen once."""

    async def all(self, cog: str | None = None) -> list[tuple[str, Upcoming]]:
        """(cog, schedule with its next occurrence)."""
        ...

    async def plan(self, cog: str, name: str, due: datetime | None) -> None:
        """Write down the next occurrence (None: there is none)."""
        ...

    async def due(self, now: datetime) -> list[tuple[str, Upcoming]]:
        """Schedules whose next occurrence has come, oldest first."""
        ...

    async def claim(
        self, occurrence: DueOccurrence, next_due: datetime | None, event: Event, now: datetime
    ) -> Envelope | None:
        """Turn an occurrence into its event and plan the next, in one transaction; None if it was claimed before."""
        ...


@dataclass(frozen=True, slots=True)
class StoredSettings:
    """Community to section to name to value, as `!set` left them."""

    values: Mapping[CommunityId, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)


class People(Protocol):
    """Members and conversations that were seen."""

    async def member(self, member: MemberId) -> Member | None: ...

    async def conversation(self, conversation: ConversationId) -> Conversation | None: ...

    async def threads(self) -> list[Conversation]:
        """Every conversation that has a parent."""
        ...

    async def successors(self) -> list[tuple[ConversationId, ConversationId]]:
        """(old, new) of every room that was replaced, in the order in which platforms told of it."""
        ...

    async def counts(self, conversation: ConversationId) -> Counts: ...

    async def undecryptable(self) -> Mapping[ConversationId, int]:
        """How many messages could not be decrypted so far, by room, its threads included."""
        ...


class MemberRecords(Protocol):
    """What the core keeps about members: to show it to them, and to erase it."""

    async def off_record(self) -> frozenset[MemberId]:
        """Members all of whose messages are off the record."""
        ...

    async def export(self, member: MemberId) -> Mapping[str, Any]:
        """All that the core keeps about a member, ready for JSON: name, messages, reactions, lines of the trails..."""
        ...

    async def messages_of(self, member: MemberId, limit: int) -> list[Message]:
        """The first `limit` stored messages of a member."""
        ...

    async def erase(
        self,
        member: MemberId,
        at: datetime,
        records: Sequence[Record] = (),
        posts: Sequence[Post] = (),
        events: Sequence[Event] = (),
    ) -> tuple[Envelope, ...]:
        """Forget a member whose messages and cogs' rows are gone already, in one transaction.

        Name, preference, reactions, mentions in others' messages, events in the journal and prompts that name them go,
        the `ErasureDue` that led here among them. `records` are added to the trails first; then the lines of the trails
        that name the member name nobody any more, and still verify. `posts` are the last words to them. `events` are
        stored last and stay: what is left to do for cogs that could not forget. Gives their envelopes. Where the member
        wrote again meanwhile, their name stays with what is new.
        """
        ...

    async def keepers(self) -> frozenset[str]:
        """The cogs that have tables in the store, loaded or not."""
        ...


@dataclass(frozen=True, slots=True)
class Horizons:
    """What is older than these times is forgotten.

    Attributes:
        never_met: edits and reactions whose message did not come.
        posts: posts that are settled and that nothing can refer to.
        labelled_posts: settled posts that an edit or an answer can refer to; neither finds them afterwards.
        tombstones: that a message was deleted, so that it is not stored when it is delivered again; that one could not
            be read; that an occurrence was claimed.
        notes: adapters' notes that were to be kept until then at the latest.
    """

    never_met: datetime
    posts: datetime
    labelled_posts: datetime
    tombstones: datetime
    notes: datetime


class Store(Protocol):
    """Everything that is kept, behind one file or server."""

    @property
    def journal(self) -> Journal: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def schedules(self) -> Schedules: ...
    @property
    def history(self) -> History: ...
    @property
    def people(self) -> People: ...
    @property
    def records(self) -> MemberRecords: ...
    @property
    def prompts(self) -> Prompts: ...
    @property
    def audit(self) -> AuditTrail: ...
    @property
    def stored(self) -> Stored: ...

    async def settings(self) -> StoredSettings: ...

    def notes(self, platform: str) -> Notes:
        """The own notes of one platform's adapter."""
        ...

    def tables(self, cog: str) -> CogTables: ...

    async def migrate_cog(self, cog: str, migrations: Sequence[Migration]) -> None:
        """Bring a cog's tables up to date.

        Raises:
            CogError: the stored version is newer than the last migration, or a step failed (nothing was changed).
        """
        ...

    async def prune(self, horizons: Horizons) -> int:
        """Forget what would otherwise grow without end; gives how many rows that were.

        People of whom nothing else is kept and conversations in which nothing is left are forgotten too, at any age.
        """
        ...

    async def counters(self) -> Mapping[str, int]:
        """Row counts by what they are (messages, members, events waiting, posts waiting), for reports."""
        ...

    async def aclose(self) -> None: ...


class StoreFactory(Protocol):
    """How a contract suite opens a store, twice on the same data if it wants to."""

    def open(self) -> AbstractAsyncContextManager[Store]: ...
