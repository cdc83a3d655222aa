"""What a cog may ask of what the core knows: messages, people, communities, settings, schedules, the trail."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from bot.domain.community import Community
from bot.domain.conversation import Conversation
from bot.domain.effect import Audience, Schedule
from bot.domain.ids import CommunityId, ConversationId, MemberId, MessageId
from bot.domain.member import Member, Standing
from bot.domain.message import Message
from bot.ports.platform import Remark

SettingsModel_co = TypeVar("SettingsModel_co", covariant=True)


class History(Protocol):
    """Stored messages. Deleted ones are never returned.

    One that was said off the record is among its neighbours, so that it can be counted, but without its words; they are
    given only to who asks for that very message by its id.
    """

    async def message(self, message: MessageId) -> Message | None: ...

    async def messages(self, wanted: Collection[MessageId]) -> dict[MessageId, Message]:
        """Those that are stored, in one reading: for workers that go through many."""
        ...

    async def around(self, message: MessageId, *, before: int, after: int) -> list[Message]:
        """Neighbours of a message in its conversation, oldest first, the message itself left out."""
        ...

    async def recent(self, conversation: ConversationId, *, limit: int, since: datetime | None = None) -> list[Message]:
        """The newest `limit` messages of the conversation, oldest first."""
        ...

    async def oldest(
        self,
        rooms: Collection[ConversationId],
        *,
        before: datetime,
        limit: int,
        elsewhere: bool = False,
        off_record: bool = False,
    ) -> list[Message]:
        """The first `limit` messages of these rooms and their threads that were sent before a time.

        `elsewhere`: those of all other conversations instead. `off_record`: only such as were said off the record.
        """
        ...

    async def answered(self, message: Message, *, depth: int = 1) -> list[Message]:
        """What the message replies to, and what that replies to, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class Keeping:
    """One thing that is kept about members: whose it is ("core" or a cog's name), what, why, how long."""

    keeper: str
    what: str
    why: str
    until: str


class MemberData(Protocol):
    """What is kept about members, by the core and by every loaded cog."""

    @property
    def markers(self) -> tuple[str, ...]:
        """With one of these a message begins that is off the record."""
        ...

    def keepings(self, community: Community | None) -> list[Keeping]:
        """All that is kept about members of a community, in words."""
        ...

    async def export(self, member: MemberId) -> Mapping[str, Any]:
        """Everything that is kept about a member, ready for JSON, sections by keeper."""
        ...

    async def off_record(self, member: MemberId) -> bool:
        """Whether all that the member writes is off the record."""
        ...


@dataclass(frozen=True, slots=True)
class Counts:
    """How much is stored of a conversation, and what could not be read."""

    messages: int
    people: int
    deleted: int
    undecryptable: int


class Directory(Protocol):
    """Communities, rooms and people."""

    def communities(self) -> Sequence[Community]: ...

    def community(self, community: CommunityId) -> Community | None: ...

    def community_of(self, room: ConversationId) -> Community | None:
        """The community that a room or review room belongs to, also a former one; None for a room nobody configured."""
        ...

    def current(self, conversation: ConversationId) -> ConversationId:
        """Where people speak now who spoke there: the room that took its place, or its own id where none did.

        A thread of a room that was replaced leads to the new room. What a cog posts follows by itself.
        """
        ...

    async def conversation(self, conversation: ConversationId) -> Conversation | None: ...

    async def member(self, member: MemberId) -> Member | None: ...

    async def counts(self, conversation: ConversationId) -> Counts: ...

    async def undecryptable(self, community: CommunityId) -> Mapping[ConversationId, int]:
        """How many messages could not be decrypted so far, by room, its threads included; only rooms with any."""
        ...

    async def may_read(self, member: MemberId, conversation: ConversationId) -> bool:
        """Asked of the platform at this moment; False where it does not answer."""
        ...

    async def remarks(self, member: MemberId) -> Sequence[Remark]:
        """What lists say of a member, as strangers wrote it, for moderators' eyes; nothing where nobody answers."""
        ...


class Settings(Protocol[SettingsModel_co]):
    """A cog's own section: the configuration, over it what `!set` changed in a community."""

    def of(self, community: CommunityId | None) -> SettingsModel_co: ...


@dataclass(frozen=True, slots=True)
class SettingInfo:
    """One setting as `!settings` shows it; `changed` is True where chat overrides the configuration."""

    section: str
    name: str
    value: str
    default: str
    description: str
    unit: str
    changed: bool


class SettingsCatalog(Protocol):
    """Every chat setting of every loaded cog."""

    def all(self, community: CommunityId) -> list[SettingInfo]: ...

    def check(self, section: str, name: str, value: str) -> str:
        """The value in its stored form.

        Raises:
            UserError: unknown name (with the nearest known one) or a value that does not fit.
        """
        ...

    def presets(self) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
        """Preset name to section to setting to value."""
        ...


@dataclass(frozen=True, slots=True)
class Upcoming:
    schedule: Schedule
    next_due: datetime | None


class Jobs(Protocol):
    """The cog's own schedules; they are changed by the effects `Schedule` and `Unschedule`."""

    async def all(self) -> list[Upcoming]: ...

    def preview(self, rule: str, zone: str, count: int) -> list[datetime]:
        """The next occurrences of a rule.

        Raises:
            UserError: the rule or the zone cannot be read; the text shows how to write one.
        """
        ...


ERASED = MemberId("an erased member")
"""Stands in lines of the trail where a member was named who is erased by now."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of a community's hash-chained trail; `actor`, `subject` and details may be `ERASED`."""

    community: CommunityId
    number: int
    at: datetime
    action: str
    subject: str
    actor: MemberId | None
    details: Mapping[str, str]
    digest: str


class AuditTrail(Protocol):
    async def recent(self, community: CommunityId, *, limit: int, subject: str | None = None) -> list[AuditEntry]: ...

    async def verify(self, community: CommunityId) -> int | None:
        """The number of the first entry that does not fit the chain, None if all do."""
        ...


@dataclass(frozen=True, slots=True)
class Health:
    """What an operator or moderator should see at a glance.

    Attributes:
        lag: in seconds, oldest waiting work first.
        not_loaded: enabled cogs that could not be loaded at the start nor since, and why.
        failures: how often each cog failed since the start.
        stood_still: seconds of the longest time in which a cog held up the whole bot.
        room_lag: by room, how many seconds after it was sent its newest message was stored; of the last hour.
    """

    waiting: Mapping[str, int]
    lag: Mapping[str, float]
    abstained: Mapping[str, int]
    incidents: int
    models: Mapping[str, str]
    not_loaded: Mapping[str, str]
    failures: Mapping[str, int] = field(default_factory=dict)
    stood_still: float = 0.0
    room_lag: Mapping[ConversationId, float] = field(default_factory=dict)


class HealthReport(Protocol):
    async def health(self) -> Health: ...


class Kind(StrEnum):
    """What a parameter takes, for platforms that ask for it in a form of their own."""

    TEXT = "text"
    WHOLE_NUMBER = "whole number"
    NUMBER = "number"
    YES_OR_NO = "yes or no"
    DURATION = "duration"
    MEMBER = "member"
    MESSAGE = "message"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class ParameterInfo:
    """One argument of a command.

    Attributes:
        choices: all values there are, of kind CHOICE; else empty.
        is_target: a reply or a context menu fills it in where it is not given.
    """

    name: str
    kind: Kind
    required: bool
    choices: tuple[str, ...] = ()
    is_target: bool = False


@dataclass(frozen=True, slots=True)
class CommandInfo:
    """One command as help shows it; `usage` holds the argument names ("uphold NUMBER [REASON...]").

    Attributes:
        audience: who sees an answer that is a plain document.
        parameters: in the order in which they are typed.
        menu: what the command is called in the menu of a message, where platforms have one; None: not there.
    """

    name: str
    usage: str
    help: str
    arguments: Mapping[str, str]
    aliases: tuple[str, ...]
    standing: Standing
    place: str
    cog: str
    audience: Audience = Audience.THREAD
    parameters: tuple[ParameterInfo, ...] = ()
    menu: str | None = None


class CommandCatalog(Protocol):
    """The commands of all loaded cogs."""

    @property
    def prefix(self) -> str: ...

    @property
    def revision(self) -> int:
        """Grows whenever cogs are loaded, unloaded or reloaded; 0 before the first are."""
        ...

    async def newer_than(self, revision: int) -> int:
        """Wait until the revision is above this one; gives it."""
        ...

    def all(self) -> list[CommandInfo]: ...

    def is_command(self, text: str) -> bool:
        """Whether a message gives one of these commands; "!you fool" is talk, whatever it begins with."""
        ...


class CogControl(Protocol):
    """Load and unload cogs on a running bot; each method answers in words or raises `CogError`."""

    def loaded(self) -> Mapping[str, str]:
        """Cog name to its one-line description."""
        ...

    async def load(self, name: str) -> None: ...

    async def unload(self, name: str) -> None: ...

    async def reload(self, name: str) -> None: ...
