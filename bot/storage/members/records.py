"""What the core keeps about members: shown to them, and erased."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.effect import Record
from bot.domain.event import Event
from bot.domain.ids import MemberId
from bot.domain.message import Message
from bot.fault_points import FaultPoint
from bot.ports.knowledge import AuditEntry
from bot.ports.stores import Envelope, Post
from bot.storage import audit, outbox
from bot.storage import events as journaled
from bot.storage.file.database import Database, Transaction
from bot.storage.members import pseudonyms
from bot.storage.members.erasing import forget, holds, names
from bot.storage.members.people import Seen
from bot.storage.messages import FORM, joined, message_from
from bot.storage.schema import (
    approvals,
    cog_schemas,
    early_edits,
    journal,
    members,
    messages,
    off_record_members,
    platform_notes,
    prompts,
)
from bot.storage.schema import audit as trail

_PAGE = 500


class SqliteRecords:
    def __init__(self, database: Database, seen: Seen) -> None:
        self._database = database
        self._seen = seen

    async def off_record(self) -> frozenset[MemberId]:
        async with self._database.reading() as reading:
            return frozenset(await reading.scalars(select(off_record_members.c.member)))

    async def messages_of(self, member: MemberId, limit: int) -> list[Message]:
        async with self._database.reading() as reading:
            return [message_from(tuple(row)) for row in await reading.execute(_written(member, -1, limit))]

    async def export(self, member: MemberId) -> Mapping[str, Any]:
        async with self._database.reading() as reading:
            known = (await reading.execute(select(members).where(members.c.id == member))).one_or_none()
            since = select(off_record_members.c.since).where(off_record_members.c.member == member)
            wish = (await reading.execute(since)).scalar_one_or_none()
            return {
                "id": member,
                "name": known.name if known else None,
                "everything off the record since": wish.isoformat() if wish else None,
                "messages": await _messages(reading, member),
                "edits of messages that never came": await _early_edits(reading, member),
                "reactions": await _reactions(reading, member),
                "messages of others that mention you": await _mentions(reading, member),
                "questions put to you": await _questions(reading, member),
                "lines of the audit trails": await _lines(reading, member),
                "recent events": await _events(reading, member),
                "notes of the platform's adapter about you": await _notes(reading, member),
            }

    async def erase(
        self,
        member: MemberId,
        at: datetime,
        records: Sequence[Record] = (),
        posts: Sequence[Post] = (),
        events: Sequence[Event] = (),
    ) -> tuple[Envelope, ...]:
        return await self._database.write(FaultPoint.ERASE, self._erase, member, at, records, posts, events)

    async def _erase(
        self,
        transaction: Transaction,
        member: MemberId,
        at: datetime,
        records: Sequence[Record],
        posts: Sequence[Post],
        events: Sequence[Event],
    ) -> tuple[Envelope, ...]:
        # By now nothing else may be kept of them: without a pseudonym, the line about it would hold their id for good.
        await pseudonyms.given(transaction, {member}, ())
        await audit.append(transaction, records, at)
        await forget(transaction, member, at)
        self._seen.forget()
        await outbox.add(transaction, posts)
        return await journaled.append(transaction, events, at)

    async def keepers(self) -> frozenset[str]:
        async with self._database.reading() as reading:
            return frozenset(await reading.scalars(select(cog_schemas.c.cog)))


def _written(member: MemberId, after: int, limit: int) -> Select[Any]:
    living = select(*FORM, messages.c.number).select_from(joined)
    return living.where(messages.c.author == member, messages.c.number > after).order_by(messages.c.number).limit(limit)


async def _messages(reading: AsyncConnection, member: MemberId) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    last = -1
    while rows := (await reading.execute(_written(member, last, _PAGE))).all():
        found += [_message(message_from(tuple(row)[:-1])) for row in rows]
        last = rows[-1].number
        await asyncio.sleep(0)  # somebody who wrote for years must not hold up everybody else
    return found


def _message(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "conversation": message.conversation.name,
        "sent at": message.sent_at.isoformat(),
        "text": message.text,
        "edited at": message.edited_at.isoformat() if message.edited_at else None,
        "edits": message.revision,
        "reply to": message.reply_to,
        "likes": message.likes,
        "mentions": list(message.mentions),
        "attachments": list(message.attachments),
        "link": message.link,
        "off the record": message.off_record,
    }


async def _early_edits(reading: AsyncConnection, member: MemberId) -> list[dict[str, Any]]:
    rows = await reading.execute(select(early_edits).where(early_edits.c.author == member))
    return [{"message": row.message, "edited at": row.edited_at.isoformat(), "text": row.text} for row in rows]


async def _reactions(reading: AsyncConnection, member: MemberId) -> list[dict[str, Any]]:
    rows = await reading.execute(select(approvals).where(approvals.c.member == member).order_by(approvals.c.at))
    return [
        {"message": row.message, "emoji": row.emoji, "at": row.at.isoformat(), "taken back": not row.present}
        for row in rows
    ]


async def _mentions(reading: AsyncConnection, member: MemberId) -> list[str]:
    statement = select(messages.c.id, messages.c.mentions).where(holds(messages.c.mentions, member))
    return [row.id for row in await reading.execute(statement) if member in row.mentions]


async def _questions(reading: AsyncConnection, member: MemberId) -> list[str]:
    statement = select(prompts.c.message, prompts.c.ask).where(holds(prompts.c.ask, member))
    return [row.message for row in await reading.execute(statement) if names(member, row.ask)]


async def _events(reading: AsyncConnection, member: MemberId) -> list[dict[str, Any]]:
    """What the journal still holds of them: for hours, so that nothing is taken in twice."""
    here = or_(holds(journal.c.payload, member), holds(journal.c.key, member))
    rows = await reading.execute(select(journal).where(here).order_by(journal.c.number))
    return [
        {"kind": row.kind, "stored at": row.stored_at.isoformat()}
        for row in rows
        if names(member, row.payload, row.key)
    ]


async def _notes(reading: AsyncConnection, member: MemberId) -> list[dict[str, Any]]:
    """What an adapter must find again, such as a message that it cannot decrypt yet, in its own form."""
    statement = select(platform_notes).where(platform_notes.c.member == member)
    order = (platform_notes.c.platform, platform_notes.c.scope, platform_notes.c.id)
    return [
        {
            "platform": row.platform,
            "kind": row.scope,
            "message": row.message,
            "says": row.text,
            "until": row.until.isoformat() if row.until else None,
        }
        for row in await reading.execute(statement.order_by(*order))
    ]


async def _lines(reading: AsyncConnection, member: MemberId) -> list[dict[str, Any]]:
    """Lines that name them, without the others that these name too."""
    mine = await pseudonyms.of(reading, member)
    if mine is None:
        return []
    here = or_(trail.c.actor == mine, trail.c.subject == mine, holds(trail.c.details, mine))
    statement = select(trail).where(here).order_by(trail.c.community, trail.c.number)
    rows = (await reading.execute(statement)).all()
    others = await pseudonyms.meanings(reading, (value for row in rows for value in audit.values(row)))
    return [_line(entry, member, frozenset(others.values())) for entry in await audit.read(reading, statement)]


def _line(entry: AuditEntry, member: MemberId, named: frozenset[MemberId]) -> dict[str, Any]:
    def shown(value: str) -> str:
        return "somebody else" if value in named and value != member else value

    return {
        "community": entry.community,
        "number": entry.number,
        "at": entry.at.isoformat(),
        "action": entry.action,
        "subject": shown(entry.subject),
        "by you": entry.actor == member,
        "details": {name: shown(value) for name, value in entry.details.items()},
    }
