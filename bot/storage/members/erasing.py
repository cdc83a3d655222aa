"""Forgetting a member: every row of the core that names them, found by id and by no part of a longer id."""

import hmac
import json
import re
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Text, and_, delete, exists, or_, select, type_coerce, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.conversation import ConversationKind
from bot.domain.event import MessageDeleted
from bot.domain.ids import MemberId
from bot.ports.stores import SETTLED
from bot.storage.codec import dumps
from bot.storage.file.database import Transaction
from bot.storage.schema import (
    approvals,
    conversations,
    early_edits,
    erasures,
    handled,
    journal,
    members,
    messages,
    occurrences,
    off_record_members,
    outbox,
    platform_notes,
    prompts,
    pseudonyms,
    salts,
    schedules,
    undecryptable,
)

SALT = erasures.name
"""What the salt of the digests is called."""


async def forget(transaction: Transaction, member: MemberId, at: datetime) -> None:
    """Take the member out of every table of the core; messages are expected to be gone already."""
    await _from_journal(transaction, member)
    await _from_posts(transaction, member)
    await _from_others_messages(transaction, member)
    await _from_private_conversations(transaction, member)
    await _from_occurrences(transaction, member)
    await _from_notes(transaction, member)
    for column in (approvals.c.member, early_edits.c.author, off_record_members.c.member, pseudonyms.c.member):
        await transaction.execute(delete(column.table).where(column == member))
    silent = ~exists().where(messages.c.author == member)
    await transaction.execute(delete(members).where(members.c.id == member, silent))
    statement = insert(erasures).values(digest=digest(await salt(transaction), member), at=at)
    await transaction.execute(statement.on_conflict_do_update(index_elements=["digest"], set_={"at": at}))


async def salt(connection: AsyncConnection) -> str:
    return str((await connection.execute(select(salts.c.value).where(salts.c.name == SALT))).scalar_one())


def digest(salt: str, member: str) -> str:
    return hmac.digest(salt.encode(), member.encode("utf-8", "replace"), "sha256").hex()


def holds(column: Column[Any], member: str) -> ColumnElement[bool]:
    """Whether the id stands in a text or in JSON, perhaps as part of a longer one: `names` looks closely."""
    text = type_coerce(column, Text)
    return or_(*(text.contains(form, autoescape=True) for form in {member, _in_json(member)}))


def names(member: str, *texts: str | None) -> bool:
    """Whether the id stands in one of the texts as a word of its own: "fake:1" does not stand in "fake:12"."""
    forms = "|".join(sorted(map(re.escape, {member, _in_json(member)})))
    whole = re.compile(rf"(?<![\w.:-])(?:{forms})(?![\w:-]|\.\w)")
    return any(text is not None and whole.search(text) for text in texts)


def _in_json(member: str) -> str:
    return json.dumps(member)[1:-1]


async def _from_journal(transaction: Transaction, member: MemberId) -> None:
    columns = (journal.c.number, journal.c.kind, journal.c.key, journal.c.payload, journal.c.finished)
    statement = select(*columns).where(or_(holds(journal.c.payload, member), holds(journal.c.key, member)))
    gone = []
    for row in (await transaction.execute(statement)).all():
        if not names(member, row.key, row.payload):
            continue
        if row.kind == MessageDeleted.__name__ and not row.finished:
            # Cogs still have to hear of it; who deleted the message they need not know.
            payload = dumps({**json.loads(row.payload), "by": None})
            await transaction.execute(update(journal).where(journal.c.number == row.number).values(payload=payload))
        else:
            gone.append(row.number)
    await transaction.execute(delete(handled).where(handled.c.number.in_(gone)))
    await transaction.execute(delete(journal).where(journal.c.number.in_(gone)))


async def _from_posts(transaction: Transaction, member: MemberId) -> None:
    """Prompts that were for them or about them, and settled posts; what has not left yet still leaves."""
    asked = (await transaction.execute(select(prompts).where(holds(prompts.c.ask, member)))).all()
    closed = [row.message for row in asked if names(member, row.ask)]
    await transaction.execute(delete(prompts).where(prompts.c.message.in_(closed)))
    columns = (outbox.c.key, outbox.c.label, outbox.c.conversation, outbox.c.reason)
    named = or_(*(holds(column, member) for column in columns))
    settled = select(outbox.c.id, *columns).where(named, outbox.c.state.in_(SETTLED))
    gone = [row.id for row in (await transaction.execute(settled)).all() if names(member, *row[1:])]
    await transaction.execute(delete(prompts).where(prompts.c.post.in_(gone)))
    await transaction.execute(delete(outbox).where(outbox.c.id.in_(gone)))


async def _from_others_messages(transaction: Transaction, member: MemberId) -> None:
    for table, key in ((messages, (messages.c.id,)), (early_edits, (early_edits.c.message, early_edits.c.author))):
        found = select(*key, table.c.mentions).where(holds(table.c.mentions, member))
        for row in (await transaction.execute(found)).all():
            left = tuple(name for name in row.mentions if name != member)
            same = and_(*(column == value for column, value in zip(key, row, strict=False)))
            await transaction.execute(update(table).where(same).values(mentions=left))


async def _from_private_conversations(transaction: Transaction, member: MemberId) -> None:
    """A private conversation is called after the member, on some platforms also in its id."""
    name = (await transaction.execute(select(members.c.name).where(members.c.id == member))).scalar_one_or_none()
    direct = conversations.c.kind == ConversationKind.DIRECT
    if name:
        called = conversations.c.name.contains(name, autoescape=True)
        await transaction.execute(update(conversations).where(direct, called).values(name=""))
    theirs = select(conversations.c.id).where(direct, holds(conversations.c.id, member))
    gone = [place for place in await transaction.scalars(theirs) if names(member, place)]
    await transaction.execute(delete(undecryptable).where(undecryptable.c.conversation.in_(gone)))
    dead = (messages.c.conversation.in_(gone), messages.c.author.is_(None))
    await transaction.execute(delete(messages).where(*dead))
    empty = ~exists().where(messages.c.conversation == conversations.c.id)
    await transaction.execute(delete(conversations).where(conversations.c.id.in_(gone), empty))


async def _from_occurrences(transaction: Transaction, member: MemberId) -> None:
    """Of schedules that stand no more; one that stands belongs to a cog, which forgets by itself."""
    stands = exists().where(schedules.c.cog == occurrences.c.cog, schedules.c.name == occurrences.c.schedule)
    found: list[Row[Any]] = list(
        await transaction.execute(select(occurrences).where(holds(occurrences.c.schedule, member), ~stands))
    )
    for row in found:
        if names(member, row.schedule):
            same = (occurrences.c.cog == row.cog, occurrences.c.schedule == row.schedule, occurrences.c.due == row.due)
            await transaction.execute(delete(occurrences).where(*same))


async def _from_notes(transaction: Transaction, member: MemberId) -> None:
    """Adapters' notes that are about them, or that name them anywhere."""
    columns = (platform_notes.c.id, platform_notes.c.text, platform_notes.c.member)
    key = (platform_notes.c.platform, platform_notes.c.scope)
    named = or_(*(holds(column, member) for column in columns))
    for row in (await transaction.execute(select(*key, *columns).where(named))).all():
        if row.member == member or names(member, row.id, row.text):
            same = and_(*(column == value for column, value in zip((*key, columns[0]), row, strict=False)))
            await transaction.execute(delete(platform_notes).where(same))
