"""The reads and writes around an ingestion: what is known of a batch's messages, and what became of them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from bot.domain.event import Event, MessagePosted, event_key
from bot.domain.ids import MessageId
from bot.ports.stores import Envelope
from bot.storage import events, messages
from bot.storage.file.database import Transaction
from bot.storage.ingestion import EarlyEdit, Ingestion, Known, event_message
from bot.storage.schema import approvals, early_edits, journal, undecryptable
from bot.storage.schema import messages as stored


async def known(transaction: Transaction, part: Sequence[Event]) -> Known:
    """What the store holds about the messages of these events, in few statements."""
    ids = {identity for identity in map(event_message, part) if identity is not None}
    found = Known()
    if ids:
        await _forms(transaction, ids, found)
        await _early(transaction, ids, found)
        await _votes(transaction, ids, found)
    keys = {key for key in map(event_key, (event for event in part if not isinstance(event, MessagePosted))) if key}
    if keys:
        found.keys.update(await transaction.scalars(select(journal.c.key).where(journal.c.key.in_(keys))))
    return found


async def _forms(transaction: Transaction, ids: Collection[MessageId], found: Known) -> None:
    living = select(*messages.FORM).select_from(messages.joined).where(stored.c.id.in_(ids))
    for row in await transaction.execute(living):
        message = messages.message_from(tuple(row))
        found.forms[message.id] = message
    if len(found.forms) < len(ids):
        gone = select(stored.c.id).where(stored.c.id.in_(ids - found.forms.keys()), stored.c.deleted_at.is_not(None))
        found.gone.update(await transaction.scalars(gone))


async def _early(transaction: Transaction, ids: Collection[MessageId], found: Known) -> None:
    for row in await transaction.execute(select(early_edits).where(early_edits.c.message.in_(ids))):
        edit = EarlyEdit(row.text, row.edited_at, row.mentions, row.attachments, row.off_record)
        found.early.setdefault(row.message, {})[row.author] = edit


async def _votes(transaction: Transaction, ids: Collection[MessageId], found: Known) -> None:
    for row in await transaction.execute(select(approvals).where(approvals.c.message.in_(ids))):
        found.votes[row.message, row.member, row.emoji] = (row.at, row.present)


async def write(transaction: Transaction, ingestion: Ingestion, now: datetime) -> tuple[Envelope, ...]:
    """Store what the ingestion decided; gives the new events with their numbers."""
    forms = ingestion.known.forms
    await messages.purge(transaction, ingestion.deleted.values())
    envelopes = await events.append(transaction, ingestion.fresh, now)
    posts = {
        envelope.number: forms[envelope.event.message.id]
        for envelope in envelopes
        if isinstance(envelope.event, MessagePosted)
    }
    await messages.add(transaction, posts)
    changed = (ingestion.changed - ingestion.added) & forms.keys()
    await messages.change(transaction, [forms[identity] for identity in sorted(changed)])
    await _write_waiting(transaction, ingestion)
    await _write_votes(transaction, ingestion)
    await _write_unread(transaction, ingestion)
    return envelopes


async def _write_waiting(transaction: Transaction, ingestion: Ingestion) -> None:
    """Early edits whose message is still to come, and the end of those whose message came."""
    early = ingestion.known.early
    rows = [
        {
            "message": message,
            "author": author,
            "text": early[message][author].text,
            "edited_at": early[message][author].edited_at,
            "mentions": early[message][author].mentions,
            "attachments": early[message][author].attachments,
            "off_record": early[message][author].off_record,
        }
        for message, author in sorted(ingestion.waiting)
        if message in early
    ]
    if rows:
        statement = upsert(early_edits)
        newer = {name: statement.excluded[name] for name in rows[0] if name not in ("message", "author")}
        await transaction.execute(
            statement.on_conflict_do_update(index_elements=["message", "author"], set_=newer), rows
        )
    if ingestion.arrived:
        await transaction.execute(delete(early_edits).where(early_edits.c.message.in_(ingestion.arrived)))


async def _write_votes(transaction: Transaction, ingestion: Ingestion) -> None:
    rows = []
    for vote in sorted(ingestion.voted):
        at, present = ingestion.known.votes[vote]
        if vote[0] not in ingestion.known.gone:
            rows.append({"message": vote[0], "member": vote[1], "emoji": vote[2], "at": at, "present": present})
    if rows:
        statement = upsert(approvals)
        newer = {name: statement.excluded[name] for name in ("at", "present")}
        await transaction.execute(
            statement.on_conflict_do_update(index_elements=["message", "member", "emoji"], set_=newer), rows
        )


async def _write_unread(transaction: Transaction, ingestion: Ingestion) -> None:
    """Messages that could not be read; one whose key came later is one no more."""
    known = ingestion.known
    rows = [
        {"message": event.message, "conversation": event.conversation.id, "at": event.at}
        for event in ingestion.unread.values()
        if event.message not in known.forms and event.message not in known.gone
    ]
    if rows:
        await transaction.execute(upsert(undecryptable).on_conflict_do_nothing(), rows)
    added = (known.forms[identity] for identity in ingestion.added & known.forms.keys())
    read = {message.id for message in added if message.conversation.encrypted} | ingestion.deleted.keys()
    if read:
        await transaction.execute(delete(undecryptable).where(undecryptable.c.message.in_(read)))
