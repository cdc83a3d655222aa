"""What a restored store takes over from the one it replaces: what members took back must not come back."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Select, Table, delete, func, inspect, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bot.domain.conversation import Conversation, ConversationKind
from bot.domain.effect import Record
from bot.domain.event import ErasureDue, MessageDeleted
from bot.domain.ids import CommunityId, ConversationId, MemberId, platform_of
from bot.errors import StorageError
from bot.fault_points import FaultPoint
from bot.ports.platform import Batch
from bot.ports.stores import PENDING, PostState
from bot.storage import audit, events
from bot.storage.file.database import Database, Transaction, scalar_or
from bot.storage.journal import SqliteJournal
from bot.storage.members.erasing import SALT, digest, salt
from bot.storage.members.people import Seen
from bot.storage.schema import audit as trails
from bot.storage.schema import (
    conversations,
    erasures,
    members,
    messages,
    occurrences,
    off_record_members,
    outbox,
    platform_notes,
    pseudonyms,
    salts,
    sequences,
    successors,
)

_PAGE = 500
_SOURCE = "restore"
_UNREADABLE = (StorageError, TypeError, ValueError)
"""What a damaged file leads to: it cannot be read, or holds what nobody wrote."""

_GAP = 10_000_000
"""How far the numbers of events jump where those given since the backup are not known: none may be given twice, since
posts are known to the platforms by them."""


@dataclass(slots=True)
class Carried:
    """What a restored store was given, for people to read.

    Attributes:
        deletions: messages that were deleted since the backup.
        erasures: members who were erased since; it is done again at the next start.
        posts: that were waiting in the backup; the platforms are asked whether they arrived before one is sent again.
        unread: what of the present store could not be read, and so could not be taken over.
    """

    deletions: int = 0
    erasures: int = 0
    posts: int = 0
    unread: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Present:
    """What was read of the present store; None where that failed."""

    numbered: int | None = None
    heads: Mapping[CommunityId, tuple[int, str]] = field(default_factory=dict)
    off_record_members: Sequence[Mapping[str, Any]] | None = None
    off_record: Sequence[str] = ()
    occurrences: Sequence[Mapping[str, Any]] = ()
    salt: str | None = None
    erased: Mapping[str, datetime] = field(default_factory=dict)
    notes: Sequence[Mapping[str, Any]] | None = None
    successors: Sequence[Mapping[str, Any]] = ()


async def carry_over(present: Path | None, prepared: Database, now: datetime) -> Carried:
    """Bring a restored store up to what the present one knows: deletions, erasures, wishes, what was posted on time.

    Args:
        present: the store that is replaced, which nobody writes to; None where there is none.
        prepared: the restored one, of this version's schema.
        now: the time of the restore.

    Raises:
        StorageError: the restored store cannot be read or written.
    """
    carried, known = Carried(), _Present()
    if present is None:
        carried.unread.append("there is no store in its place")
    else:
        database = Database(present)
        try:
            await _take_deletions(database, prepared, now, carried)
            await _look(database, known, carried)
        finally:
            await database.aclose()
    await prepared.write(FaultPoint.CARRY_OVER, _carry, known, carried, now)
    return carried


async def _take_deletions(present: Database, prepared: Database, now: datetime, carried: Carried) -> None:
    """Delete in the restored store what was deleted in the present one, with the events that let cogs follow."""
    journal, pages = SqliteJournal(prepared, Seen()), _deletions(present)
    while True:
        try:
            deletions = await anext(pages, None)
        except _UNREADABLE:
            carried.unread.append("deletions of messages")
            return
        if deletions is None:
            return
        ingested = await journal.ingest(_SOURCE, Batch(tuple(deletions), {}), now)
        carried.deletions += len(ingested.fresh)


async def _deletions(present: Database) -> AsyncIterator[list[MessageDeleted]]:
    source = messages.join(conversations, messages.c.conversation == conversations.c.id)
    gone = messages.c.deleted_at.is_not(None)
    statement = select(messages.c.id, messages.c.deleted_at, *conversations.c).select_from(source).where(gone)
    page = statement.order_by(messages.c.id).limit(_PAGE)
    last = ""
    while True:
        async with present.reading() as reading:
            rows = (await reading.execute(page.where(messages.c.id > last))).all()
        if not rows:
            return
        yield [_deletion(tuple(row)) for row in rows]
        last = rows[-1][0]


def _deletion(row: tuple[Any, ...]) -> MessageDeleted:
    message, at, place, name, kind, parent, encrypted = row
    return MessageDeleted(message, Conversation(place, name, ConversationKind(kind), parent, encrypted), at)


async def _look(present: Database, known: _Present, carried: Carried) -> None:
    async def numbers() -> None:
        numbered = select(sequences.c.value).where(sequences.c.name == "journal")
        async with present.reading() as reading:
            known.numbered = await scalar_or(reading, numbered, 0)

    async def heads() -> None:
        newest = select(trails.c.community, func.max(trails.c.number).label("number")).group_by(trails.c.community)
        last = newest.subquery()
        same = (trails.c.community == last.c.community) & (trails.c.number == last.c.number)
        rows = await _all(present, select(trails.c.community, trails.c.number, trails.c.digest).join(last, same))
        known.heads = {row.community: (row.number, row.digest) for row in rows}

    async def posted() -> None:
        known.occurrences = [row._asdict() for row in await _all(present, select(occurrences))]

    async def off_the_record() -> None:
        if await _has(present, off_record_members):
            rows = await _all(present, select(off_record_members))
            known.off_record_members = [row._asdict() for row in rows]
            flagged = select(messages.c.id).where(messages.c.off_record.is_(True))
            known.off_record = [row.id for row in await _all(present, flagged)]

    async def erased() -> None:
        if await _has(present, erasures):
            known.erased = {row.digest: row.at for row in await _all(present, select(erasures))}
            async with present.reading() as reading:
                known.salt = await salt(reading)

    for read, what in (
        (numbers, "the numbers of events"),
        (heads, "the ends of the audit trails"),
        (posted, "which scheduled posts were made"),
        (off_the_record, "who is off the record"),
        (erased, "who was erased"),
        (partial(_notes, present, known), "what the platforms' adapters noted"),
        (partial(_successors, present, known), "which rooms were replaced"),
    ):
        try:
            await read()
        except _UNREADABLE:
            carried.unread.append(what)


async def _notes(present: Database, known: _Present) -> None:
    """Those that no batch brought: what was begun since, and what is done since. The others belong to checkpoints."""
    if await _has(present, platform_notes):
        rows = await _all(present, select(platform_notes).where(platform_notes.c.with_batch.is_(False)))
        known.notes = [row._asdict() for row in rows]


async def _successors(present: Database, known: _Present) -> None:
    if await _has(present, successors):
        known.successors = [row._asdict() for row in await _all(present, select(successors))]


async def _all(present: Database, statement: Select[Any]) -> Sequence[Row[Any]]:
    async with present.reading() as reading:
        found: Sequence[Row[Any]] = (await reading.execute(statement)).all()
        return found


async def _has(present: Database, table: Table) -> bool:
    """A store of an older version lacks some tables."""
    async with present.reading() as reading:
        return await reading.run_sync(lambda connection: inspect(connection).has_table(table.name))


async def _carry(transaction: Transaction, known: _Present, carried: Carried, now: datetime) -> None:
    await _go_on_counting(transaction, known)
    await _keep_off_the_record(transaction, known)
    if known.occurrences:
        await transaction.execute(
            upsert(occurrences).on_conflict_do_nothing(), [dict(row) for row in known.occurrences]
        )
    await _go_on_with_notes(transaction, known)
    if known.successors:
        rows = [dict(row) for row in known.successors]
        await transaction.execute(upsert(successors).on_conflict_do_nothing(), rows)
    carried.erasures = await _erase_again(transaction, known, now)
    carried.posts = await _doubt(transaction)
    await audit.append(transaction, await _noted(transaction, known), now)


async def _go_on_counting(transaction: Transaction, known: _Present) -> None:
    mine = sequences.c.name == "journal"
    here = await scalar_or(transaction, select(sequences.c.value).where(mine), 0)
    value = here + _GAP if known.numbered is None else max(here, known.numbered)
    statement = upsert(sequences).values(name="journal", value=value)
    await transaction.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


async def _go_on_with_notes(transaction: Transaction, known: _Present) -> None:
    if known.notes is None:
        return
    await transaction.execute(delete(platform_notes).where(platform_notes.c.with_batch.is_(False)))
    if known.notes:
        statement = upsert(platform_notes)
        newer = {name: statement.excluded[name] for name in known.notes[0]}
        key = ["platform", "scope", "id"]
        statement = statement.on_conflict_do_update(index_elements=key, set_=newer)
        await transaction.execute(statement, [dict(row) for row in known.notes])


async def _keep_off_the_record(transaction: Transaction, known: _Present) -> None:
    if known.off_record_members is None:
        return
    await transaction.execute(delete(off_record_members))
    if known.off_record_members:
        await transaction.execute(upsert(off_record_members), [dict(row) for row in known.off_record_members])
    for start in range(0, len(known.off_record), _PAGE):
        flagged = messages.c.id.in_(known.off_record[start : start + _PAGE])
        await transaction.execute(
            update(messages).where(flagged, messages.c.author.is_not(None)).values(off_record=True)
        )


async def _erase_again(transaction: Transaction, known: _Present, now: datetime) -> int:
    """Take over who was erased, and put those who are here again in line for it; gives how many these are."""
    if known.salt is None:
        return 0
    before = {row.digest: row.at for row in await transaction.execute(select(erasures))}
    since = {name for name, at in known.erased.items() if name not in before or at > before[name]}
    due = [
        ErasureDue(member, await _where(transaction, member), now, _SOURCE)
        for member in (await transaction.execute(_everybody())).scalars()
        if digest(known.salt, member) in since
    ]
    await events.append(transaction, due, now)
    await transaction.execute(delete(erasures))
    if known.erased:
        await transaction.execute(upsert(erasures), [{"digest": name, "at": at} for name, at in known.erased.items()])
    await transaction.execute(update(salts).where(salts.c.name == SALT).values(value=known.salt))
    return len(due)


def _everybody() -> Select[Any]:
    named = select(members.c.id).union(select(pseudonyms.c.member), select(off_record_members.c.member)).subquery()
    return select(named.c[0])


async def _where(transaction: Transaction, member: MemberId) -> ConversationId:
    """A conversation in which they can be told: where they wrote last, or any of their platform."""
    wrote = select(messages.c.conversation).where(messages.c.author == member).order_by(messages.c.sent_at.desc())
    found = (await transaction.execute(wrote.limit(1))).scalar_one_or_none()
    if found is None:
        here = select(conversations.c.id).where(
            conversations.c.id.startswith(f"{platform_of(member)}:", autoescape=True)
        )
        found = (await transaction.execute(here.limit(1))).scalar_one_or_none()
    return ConversationId(found or f"{platform_of(member)}:nowhere")


async def _doubt(transaction: Transaction) -> int:
    """Have the platforms look, before a post is sent, whether it arrived since the backup was made."""
    pending = update(outbox).where(outbox.c.state.in_(PENDING))
    doubted = {"state": PostState.WAITING, "leased_until": None, "attempt": func.max(outbox.c.attempt, 1)}
    return (await transaction.execute(pending.values(doubted))).rowcount


async def _noted(transaction: Transaction, known: _Present) -> list[Record]:
    """A line in each trail: that the store was restored, and where the one it replaces had got to."""
    here = (await transaction.execute(select(trails.c.community).distinct())).scalars()
    notes = []
    for community in sorted({*here, *known.heads}):
        number, digest = known.heads.get(community, (0, ""))
        details = {"entries": str(number), "digest": digest} if digest else {}
        notes.append(Record(community, "store.restored", "store", None, details))
    return notes
