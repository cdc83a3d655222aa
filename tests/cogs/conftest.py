"""The ports of the core in memory, so that a cog's handlers can be called directly."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter
from typing import Any

import pytest

from bot.api import (
    AtLeast,
    AuditEntry,
    Below,
    CommandInfo,
    Community,
    CommunityId,
    Conversation,
    ConversationId,
    Invocation,
    Member,
    MemberId,
    Message,
    MessageId,
    OneOf,
    Place,
    Put,
    Record,
    Remark,
    Remove,
    Standing,
    Swap,
    Upsert,
)
from bot.commands.parse import read_line
from bot.errors import Conflict
from bot.ports.tables import declaration
from bot.testing import factories
from bot.testing.clock import FakeClock

COMMANDS = ("summarize", "queue", "uphold", "report", "watch")


class MemoryRows:
    def __init__(self, row: type) -> None:
        self.key = declaration(row).key
        self.rows: dict[tuple[Any, ...], Any] = {}

    def key_of(self, row: Any) -> tuple[Any, ...]:
        return tuple(getattr(row, name) for name in self.key)

    async def get(self, *key: Any) -> Any:
        return self.rows.get(key)

    async def find(
        self, where: Mapping[str, Any] | None = None, *, order: Sequence[str] = (), limit: int | None = None
    ) -> list[Any]:
        found = [row for row in self.rows.values() if all(_fits(getattr(row, k), v) for k, v in (where or {}).items())]
        for column in reversed(order):
            found.sort(key=attrgetter(column.lstrip("-")), reverse=column.startswith("-"))
        return found[:limit]

    async def count(self, where: Mapping[str, Any] | None = None) -> int:
        return len(await self.find(where))


def _fits(value: Any, wanted: Any) -> bool:
    match wanted:
        case OneOf(values=values):
            return value in values
        case AtLeast(value=least):
            return value >= least
        case Below(value=limit):
            return value < limit
        case _:
            return value == wanted


@dataclass
class Ports:
    """History, Directory, CogTables, Settings, CommandCatalog, AuditTrail and MemberData's markers at once."""

    clock: FakeClock = field(default_factory=FakeClock)
    stored: dict[MessageId, Message] = field(default_factory=dict)
    conversations: dict[ConversationId, Conversation] = field(default_factory=dict)
    members: dict[MemberId, Member] = field(default_factory=dict)
    known: list[Community] = field(default_factory=list)
    values: Any = None
    entries: list[AuditEntry] = field(default_factory=list)
    tables: dict[type, MemoryRows] = field(default_factory=dict)
    unread: dict[CommunityId, Mapping[ConversationId, int]] = field(default_factory=dict)
    listed: dict[MemberId, tuple[Remark, ...]] = field(default_factory=dict)
    prefix: str = "!"
    markers: tuple[str, ...] = ("[off]",)

    # --- History
    def store(self, *messages: Message) -> None:
        for message in messages:
            self.stored[message.id] = message
            self.conversations[message.conversation.id] = message.conversation
            self.members[message.author.id] = message.author

    def edit(self, message: Message, text: str) -> Message:
        newer = replace(message, text=text, revision=message.revision + 1, edited_at=self.clock.now())
        self.stored[message.id] = newer
        return newer

    async def message(self, message: MessageId) -> Message | None:
        return self.stored.get(message)

    async def messages(self, wanted: Collection[MessageId]) -> dict[MessageId, Message]:
        return {message: self.stored[message] for message in wanted if message in self.stored}

    async def around(self, message: MessageId, *, before: int, after: int) -> list[Message]:
        if message not in self.stored:
            return []
        here = self.stored[message]
        same = sorted((m for m in self.stored.values() if m.conversation == here.conversation), key=lambda m: m.sent_at)
        at = same.index(here)
        return same[max(0, at - before) : at] + same[at + 1 : at + 1 + after]

    async def answered(self, message: Message, *, depth: int = 1) -> list[Message]:
        chain: list[Message] = []
        parent = self.stored.get(message.reply_to) if message.reply_to else None
        while parent is not None and len(chain) < depth:
            chain.insert(0, parent)
            parent = self.stored.get(parent.reply_to) if parent.reply_to else None
        return chain

    # --- Directory
    def communities(self) -> Sequence[Community]:
        return self.known

    def community(self, community: CommunityId) -> Community | None:
        return next((known for known in self.known if known.id == community), None)

    def community_of(self, room: ConversationId) -> Community | None:
        return next((known for known in self.known if room in known.rooms or room == known.review_room), None)

    def current(self, conversation: ConversationId) -> ConversationId:
        return conversation

    async def undecryptable(self, community: CommunityId) -> Mapping[ConversationId, int]:
        return self.unread.get(community, {})

    async def remarks(self, member: MemberId) -> Sequence[Remark]:
        return self.listed.get(member, ())

    async def conversation(self, conversation: ConversationId) -> Conversation | None:
        return self.conversations.get(conversation)

    async def member(self, member: MemberId) -> Member | None:
        return self.members.get(member)

    # --- CogTables, and what the core does with the effects on rows
    def of(self, key: Any) -> Any:
        if isinstance(key, type):
            return self.tables.setdefault(key, MemoryRows(key))
        return self.values

    def apply(self, reply: Any) -> list[Any]:
        """Store the rows and audit lines that a handler returned, as one transaction would; gives all effects."""
        effects = list(reply) if isinstance(reply, list | tuple) else [reply] if reply is not None else []
        for effect in effects:
            if isinstance(effect, Put | Swap):
                row = effect.row if isinstance(effect, Put) else effect.old
                rows = self.of(type(row))
                stored = rows.rows.get(rows.key_of(row))
                if stored != (None if isinstance(effect, Put) else effect.old):
                    raise Conflict(f"{type(row).__name__} changed")
        for effect in effects:
            match effect:
                case Put(row=row) | Upsert(row=row) | Swap(new=row):
                    self.of(type(row)).rows[self.of(type(row)).key_of(row)] = row
                case Remove(row=row):
                    self.of(type(row)).rows.pop(self.of(type(row)).key_of(row), None)
                case Record():
                    self._record(effect)
                case _:
                    pass
        return effects

    # --- AuditTrail
    def _record(self, record: Record) -> None:
        self.entries.append(
            AuditEntry(
                record.community,
                len(self.entries) + 1,
                self.clock.now(),
                record.action,
                record.subject,
                record.actor,
                dict(record.details),
                "digest",
            )
        )

    async def recent(self, community: CommunityId, *, limit: int, subject: str | None = None) -> list[AuditEntry]:
        fitting = [e for e in self.entries if e.community == community and subject in (None, e.subject)]
        return fitting[::-1][:limit]

    # --- CommandCatalog
    def all(self) -> list[CommandInfo]:
        return [CommandInfo(name, name, "", {}, (), Standing.MEMBER, Place.COMMUNITY, "some") for name in COMMANDS]

    def is_command(self, text: str) -> bool:
        line = read_line(text, self.prefix)
        return line is not None and line.name in COMMANDS

    # --- what a test gives a command
    def call(
        self,
        name: str,
        *,
        by: str = "Noor",
        community: Community | None = None,
        conversation: Conversation | None = None,
        target: MessageId | None = None,
        standing: Standing = Standing.MODERATOR,
        at: datetime | None = None,
    ) -> Invocation:
        home = community or self.known[0]
        where = conversation or factories.room("moderators")
        caller = factories.member(by)
        self.members[caller.id] = caller
        return Invocation(1, name, caller, standing, where, home, at or self.clock.now(), None, target)


def _tarnwick() -> Ports:
    made = Ports(known=[factories.community()])
    made.conversations[factories.room().id] = factories.room()
    for name in ("Mira", "Dario", "Noor", "Otto"):
        made.members[factories.member(name).id] = factories.member(name)
    return made


@pytest.fixture
def ports() -> Ports:
    """One community, "tarnwick", with its room, its review room and the moderators Noor and Otto."""
    return _tarnwick()


@pytest.fixture
def new_ports() -> Callable[[], Ports]:
    """Makes a fresh one at each call."""
    return _tarnwick
