"""Rows of the journal: numbering, writing and reading events; what they mean to readers is the journal's business."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from bot.domain.event import Event, MessageEdited, MessagePosted, event_key
from bot.ports.stores import Envelope
from bot.storage.codec import event_from, event_payload
from bot.storage.file.database import Transaction
from bot.storage.messages import FORM, message_from
from bot.storage.schema import conversations, journal, members, messages, sequences


async def append(transaction: Transaction, new: Sequence[Event], at: datetime) -> tuple[Envelope, ...]:
    """Give the events the next numbers and store them."""
    if not new:
        return ()
    first = await _reserve(transaction, len(new))
    envelopes = tuple(Envelope(number, event, at) for number, event in enumerate(new, first))
    await transaction.execute(insert(journal), [_row(envelope, at) for envelope in envelopes])
    return envelopes


async def _reserve(transaction: Transaction, count: int) -> int:
    """Numbers are never given twice, also not those of the newest events once they are pruned."""
    statement = upsert(sequences).values(name="journal", value=count)
    following = statement.on_conflict_do_update(index_elements=["name"], set_={"value": sequences.c.value + count})
    last = (await transaction.execute(following.returning(sequences.c.value))).scalar_one()
    return int(last) - count + 1


def _row(envelope: Envelope, at: datetime) -> dict[str, Any]:
    event = envelope.event
    carries = isinstance(event, MessagePosted | MessageEdited)
    return {
        "number": envelope.number,
        "kind": type(event).__name__,
        "key": None if carries else event_key(event),
        "stored_at": at,
        "message": event.message.id if isinstance(event, MessagePosted | MessageEdited) else None,
        "payload": event_payload(event),
        "finished": False,
    }


def selected() -> Select[Any]:
    """Events with the messages that they carry, oldest first."""
    source = (
        journal.outerjoin(messages, journal.c.message == messages.c.id)
        .outerjoin(members, messages.c.author == members.c.id)
        .outerjoin(conversations, messages.c.conversation == conversations.c.id)
    )
    columns = (journal.c.number, journal.c.stored_at, journal.c.kind, journal.c.payload, journal.c.message)
    return select(*columns, *FORM).select_from(source).order_by(journal.c.number)


def envelope_from(row: Row[Any]) -> Envelope:
    number, stored_at, kind, payload, carried, *form = tuple(row)
    return Envelope(number, event_from(kind, payload, message_from(form) if carried else None), stored_at)
