"""Members and conversations that were seen, and how much is stored of each conversation."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, delete, func, select
from sqlalchemy.dialects.sqlite import insert

from bot.domain.conversation import Conversation, ConversationKind
from bot.domain.effect import OffTheRecord
from bot.domain.event import ConversationReplaced, Event, MessageEdited, MessagePosted
from bot.domain.ids import ConversationId, MemberId
from bot.domain.member import Member, MemberKind
from bot.ports.knowledge import Counts
from bot.ports.stores import Envelope
from bot.storage.file.database import Database, Transaction
from bot.storage.file.faults import blamed
from bot.storage.schema import conversations, members, messages, off_record_members, successors, undecryptable

_REMEMBERED = 20_000
_CARRIERS = ("conversation", "member", "reporter", "caller", "sender", "by")


class Seen:
    """What was stored lately of members and conversations, so that storing it again costs nothing."""

    def __init__(self, limit: int = _REMEMBERED) -> None:
        self._limit = limit
        self._known: OrderedDict[str, Member | Conversation] = OrderedDict()
        self.erasures = 0
        """How often something was forgotten since the start."""

    def new(self, found: Iterable[Member | Conversation]) -> dict[str, Member | Conversation]:
        """What of it is not stored in this form; of several forms the last."""
        latest = {_key(one): one for one in found}
        return {identity: one for identity, one in latest.items() if self._known.get(identity) != one}

    def remember(self, stored: Iterable[Member | Conversation], erasures: int) -> None:
        """Called once the transaction that stored it is through.

        `erasures` is what it was within the transaction: if something was forgotten since, nothing is remembered.
        """
        for one in stored if erasures == self.erasures else ():
            self._known[_key(one)] = one
            self._known.move_to_end(_key(one))
        while len(self._known) > self._limit:
            self._known.popitem(last=False)

    def forget(self) -> None:
        """Called within a transaction that takes members or conversations away: what comes next is stored again."""
        self.erasures += 1
        self._known.clear()


def _key(one: Member | Conversation) -> str:
    """A member and a conversation may have the same id: in a file somebody may be called as their room is."""
    return f"{type(one).__name__} {one.id}"


def mentioned(event: Event) -> list[Member | Conversation]:
    """The members and conversations that an event carries."""
    match event:
        case MessagePosted(message=message) | MessageEdited(message=message):
            return [message.conversation, message.author]
        case ConversationReplaced(old=old, new=new):
            return [old, new]
    carried = (getattr(event, name, None) for name in _CARRIERS)
    return [one for one in carried if isinstance(one, Member | Conversation)]


async def prefer(transaction: Transaction, wishes: Sequence[OffTheRecord], at: datetime) -> None:
    """Note who wants everything off the record from now on, and who no longer does."""
    with blamed("who is off the record"):
        for wish in wishes:
            if wish.wanted:
                statement = insert(off_record_members).values(member=wish.member, since=at)
                await transaction.execute(statement.on_conflict_do_nothing(index_elements=["member"]))
            else:
                await transaction.execute(delete(off_record_members).where(off_record_members.c.member == wish.member))


async def follow(transaction: Transaction, told: Iterable[Envelope]) -> None:
    """Note which rooms another one took the place of."""
    rows = [
        {"old": envelope.event.old.id, "new": envelope.event.new.id, "number": envelope.number}
        for envelope in told
        if isinstance(envelope.event, ConversationReplaced) and envelope.event.is_move
    ]
    if rows:
        statement = insert(successors)
        later = {"number": statement.excluded["number"]}
        await transaction.execute(statement.on_conflict_do_update(index_elements=["old", "new"], set_=later), rows)


async def store(transaction: Transaction, found: Iterable[Member | Conversation]) -> None:
    people = [{"id": one.id, "name": one.name, "kind": one.kind} for one in found if isinstance(one, Member)]
    places = [
        {"id": one.id, "name": one.name, "kind": one.kind, "parent": one.parent, "encrypted": one.encrypted}
        for one in found
        if isinstance(one, Conversation)
    ]
    await _upsert(transaction, members, people)
    await _upsert(transaction, conversations, places)


async def _upsert(transaction: Transaction, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        statement = insert(table)
        newer = {name: statement.excluded[name] for name in rows[0] if name != "id"}
        await transaction.execute(statement.on_conflict_do_update(index_elements=["id"], set_=newer), rows)


def member_from(row: Row[Any]) -> Member:
    return Member(row.id, row.name, MemberKind(row.kind))


def conversation_from(row: Row[Any]) -> Conversation:
    return Conversation(row.id, row.name, ConversationKind(row.kind), row.parent, row.encrypted)


class SqlitePeople:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def member(self, member: MemberId) -> Member | None:
        async with self._database.reading() as reading:
            row = (await reading.execute(select(members).where(members.c.id == member))).one_or_none()
        return member_from(row) if row else None

    async def conversation(self, conversation: ConversationId) -> Conversation | None:
        async with self._database.reading() as reading:
            row = (await reading.execute(select(conversations).where(conversations.c.id == conversation))).one_or_none()
        return conversation_from(row) if row else None

    async def threads(self) -> list[Conversation]:
        async with self._database.reading() as reading:
            rows = await reading.execute(select(conversations).where(conversations.c.parent.is_not(None)))
            return [conversation_from(row) for row in rows]

    async def successors(self) -> list[tuple[ConversationId, ConversationId]]:
        async with self._database.reading() as reading:
            rows = await reading.execute(select(successors).order_by(successors.c.number))
            return [(row.old, row.new) for row in rows]

    async def undecryptable(self) -> Mapping[ConversationId, int]:
        room = func.coalesce(conversations.c.parent, conversations.c.id)
        source = undecryptable.join(conversations, undecryptable.c.conversation == conversations.c.id)
        async with self._database.reading() as reading:
            rows = await reading.execute(select(room, func.count()).select_from(source).group_by(room))
            return {row[0]: row[1] for row in rows}

    async def counts(self, conversation: ConversationId) -> Counts:
        unread = select(func.count()).where(undecryptable.c.conversation == conversation).scalar_subquery()
        statement = select(
            func.count(messages.c.author),
            func.count(messages.c.author.distinct()),
            func.count(messages.c.deleted_at),
            unread,
        ).where(messages.c.conversation == conversation)
        async with self._database.reading() as reading:
            return Counts(*(await reading.execute(statement)).one())
