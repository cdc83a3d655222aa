"""The one place where members' words lie: stored messages, read as history."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, func, insert, literal, select, tuple_, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bot.domain.conversation import Conversation, ConversationKind
from bot.domain.event import MessageDeleted
from bot.domain.ids import ConversationId, MessageId
from bot.domain.member import Member, MemberKind
from bot.domain.message import Message
from bot.storage.file.database import Database, Transaction
from bot.storage.schema import approvals, conversations, early_edits, journal, members, messages, platform_notes

joined = messages.join(members, messages.c.author == members.c.id).join(
    conversations, messages.c.conversation == conversations.c.id
)
"""Living messages with their authors and conversations; a deleted one has no author and drops out."""

FORM = (
    messages.c.id,
    messages.c.text,
    messages.c.sent_at,
    messages.c.reply_to,
    messages.c.edited_at,
    messages.c.revision,
    messages.c.likes,
    messages.c.mentions,
    messages.c.attachments,
    messages.c.link,
    messages.c.off_record,
    conversations.c.id,
    conversations.c.name,
    conversations.c.kind,
    conversations.c.parent,
    conversations.c.encrypted,
    members.c.id,
    members.c.name,
    members.c.kind,
)
"""The columns of `joined` that `message_from` takes, in its order."""


def message_from(row: Sequence[Any]) -> Message:
    identity, text, sent_at, reply_to, edited_at, revision, likes, mentions, attachments, link, off_record, *rest = row
    place, name, kind, parent, encrypted, *author = rest
    return Message(
        identity,
        Conversation(place, name, ConversationKind(kind), parent, encrypted),
        Member(author[0], author[1], MemberKind(author[2])),
        text,
        sent_at,
        reply_to,
        edited_at,
        revision,
        likes,
        mentions,
        attachments,
        link,
        off_record,
    )


class SqliteHistory:
    """Stored messages as cogs see them, in the order (sent, stored)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def message(self, message: MessageId) -> Message | None:
        found = await self._find(_living().where(messages.c.id == message))
        return found[0] if found else None

    async def messages(self, wanted: Collection[MessageId]) -> dict[MessageId, Message]:
        ordered, found = sorted(wanted), list[Message]()
        for start in range(0, len(ordered), _AT_ONCE):
            found += await self._find(_living().where(messages.c.id.in_(ordered[start : start + _AT_ONCE])))
        return {message.id: message for message in found}

    async def around(self, message: MessageId, *, before: int, after: int) -> list[Message]:
        here = select(messages.c.conversation, messages.c.sent_at, messages.c.number).where(
            messages.c.id == message, messages.c.author.is_not(None)
        )
        async with self._database.reading() as reading:
            centre = (await reading.execute(here)).one_or_none()
        if centre is None:
            return []
        where, order = _in(centre.conversation), tuple_(messages.c.sent_at, messages.c.number)
        place = tuple_(literal(centre.sent_at, messages.c.sent_at.type), literal(centre.number))
        earlier = await self._find(where.where(order < place).order_by(*_LATEST_FIRST).limit(before))
        later = await self._find(where.where(order > place).order_by(*_EARLIEST_FIRST).limit(after))
        return [_quotable(message) for message in (*reversed(earlier), *later)]

    async def recent(self, conversation: ConversationId, *, limit: int, since: datetime | None = None) -> list[Message]:
        statement = _in(conversation).order_by(*_LATEST_FIRST).limit(limit)
        if since is not None:
            statement = statement.where(messages.c.sent_at >= since)
        return [_quotable(message) for message in reversed(await self._find(statement))]

    async def oldest(
        self,
        rooms: Collection[ConversationId],
        *,
        before: datetime,
        limit: int,
        elsewhere: bool = False,
        off_record: bool = False,
    ) -> list[Message]:
        here = func.coalesce(conversations.c.parent, conversations.c.id).in_(rooms)
        there = ~here if elsewhere else here
        if off_record:  # there are few: by the index of these
            where = and_(there, messages.c.off_record.is_(True))
        else:  # conversation by conversation, by the index of their times
            where = messages.c.conversation.in_(select(conversations.c.id).where(there))
        statement = _living().where(where, messages.c.sent_at < before)
        return await self._find(statement.order_by(*_EARLIEST_FIRST).limit(limit))

    async def answered(self, message: Message, *, depth: int = 1) -> list[Message]:
        chain: list[Message] = []
        current: Message | None = message
        passed = {message.id}
        while current and current.reply_to and current.reply_to not in passed and len(chain) < depth:
            passed.add(current.reply_to)
            current = await self.message(current.reply_to)
            if current:
                chain.append(_quotable(current))
        return chain[::-1]

    async def _find(self, statement: Select[Any]) -> list[Message]:
        async with self._database.reading() as reading:
            return [message_from(tuple(row)) for row in await reading.execute(statement)]


def _quotable(message: Message) -> Message:
    """As others may see it who did not ask for this very message: without words that are off the record."""
    return replace(message, text="", attachments=()) if message.off_record else message


_AT_ONCE = 500
"""Ids in one statement; SQLite's limit on parameters is far above."""

_EARLIEST_FIRST: tuple[ColumnElement[Any], ...] = (messages.c.sent_at, messages.c.number)
_LATEST_FIRST: tuple[ColumnElement[Any], ...] = (messages.c.sent_at.desc(), messages.c.number.desc())


def _living() -> Select[Any]:
    return select(*FORM).select_from(joined)


def _in(conversation: ConversationId) -> Select[Any]:
    return _living().where(messages.c.conversation == conversation)


# --- writing ------------------------------------------------------------------------------------------------


def _row(message: Message) -> dict[str, Any]:
    return {
        "author": message.author.id,
        "text": message.text,
        "edited_at": message.edited_at,
        "revision": message.revision,
        "likes": message.likes,
        "mentions": message.mentions,
        "attachments": message.attachments,
        "off_record": message.off_record,
    }


async def add(transaction: Transaction, new: Mapping[int, Message]) -> None:
    """Store new messages; the keys are the journal numbers of their posts."""
    rows = [
        {
            **_row(message),
            "id": message.id,
            "conversation": message.conversation.id,
            "sent_at": message.sent_at,
            "number": number,
            "reply_to": message.reply_to,
            "link": message.link,
        }
        for number, message in new.items()
    ]
    if rows:
        await transaction.execute(insert(messages), rows)


async def change(transaction: Transaction, changed: Iterable[Message]) -> None:
    rows = [{**_row(message), "changed": message.id} for message in changed]
    if rows:
        names = [name for name in rows[0] if name != "changed"]
        statement = update(messages).where(messages.c.id == bindparam("changed"))
        await transaction.execute(statement.values({name: bindparam(name) for name in names}), rows)


async def purge(transaction: Transaction, deletions: Iterable[MessageDeleted]) -> None:
    """Leave only a tombstone of each message, also of one that was never stored, and nothing that keeps its words."""
    rows = [
        {
            "id": deletion.message,
            "conversation": deletion.conversation.id,
            "revision": 0,
            "likes": 0,
            "deleted_at": deletion.at,
        }
        for deletion in deletions
    ]
    if not rows:
        return
    ids = [row["id"] for row in rows]
    statement = upsert(messages)
    kept = {"id", "conversation"}
    bare = {column.name: statement.excluded[column.name] for column in messages.c if column.name not in kept}
    await transaction.execute(statement.on_conflict_do_update(index_elements=["id"], set_=bare), rows)
    await transaction.execute(delete(early_edits).where(early_edits.c.message.in_(ids)))
    await transaction.execute(delete(approvals).where(approvals.c.message.in_(ids)))
    await transaction.execute(delete(platform_notes).where(platform_notes.c.message.in_(ids)))
    # A post or an edit that nobody handled yet can no longer be handled.
    await transaction.execute(delete(journal).where(journal.c.message.in_(ids)))
