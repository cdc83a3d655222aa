"""Adapters' own notes: written with a batch or by themselves, forgotten with the message or member they are about."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, delete, select, tuple_
from sqlalchemy.dialects.sqlite import insert as upsert

from bot.domain.ids import MessageId
from bot.fault_points import FaultPoint
from bot.ports.platform import Note
from bot.storage.file.database import Database, Transaction
from bot.storage.schema import messages, platform_notes

_NAME = ("platform", "scope", "id")
_AT_ONCE = 250
"""Notes named in one statement."""


class SqliteNotes:
    def __init__(self, database: Database, platform: str) -> None:
        self._database = database
        self._platform = platform

    async def all(self, scope: str) -> list[Note]:
        here = (platform_notes.c.platform == self._platform, platform_notes.c.scope == scope)
        async with self._database.reading() as reading:
            rows = await reading.execute(select(platform_notes).where(*here).order_by(platform_notes.c.id))
            return [_note(row) for row in rows]

    async def get(self, scope: str, identity: str) -> Note | None:
        here = (platform_notes.c.platform == self._platform, platform_notes.c.scope == scope)
        statement = select(platform_notes).where(*here, platform_notes.c.id == identity)
        async with self._database.reading() as reading:
            row = (await reading.execute(statement)).one_or_none()
        return _note(row) if row else None

    async def write(self, notes: Sequence[Note]) -> None:
        if notes:
            await self._database.write(FaultPoint.NOTE, write, self._platform, notes, with_batch=False)


def _note(row: Row[Any]) -> Note:
    return Note(row.scope, row.id, row.text, row.member, row.message, row.until)


async def write(transaction: Transaction, platform: str, notes: Sequence[Note], *, with_batch: bool) -> None:
    """Write or forget notes; of several with one name the last counts.

    One that holds the words of a message which was deleted is forgotten too: the deletion came first.
    """
    latest = {(note.scope, note.id): note for note in notes}
    gone = await _deleted(transaction, {note.message for note in latest.values() if note.message is not None})
    rows, forgotten = [], []
    for (scope, identity), note in latest.items():
        if note.text is None or note.message in gone:
            forgotten.append((platform, scope, identity))
        else:
            rows.append(_row(platform, note, with_batch=with_batch))
    for start in range(0, len(forgotten), _AT_ONCE):
        names = tuple_(*(platform_notes.c[name] for name in _NAME))
        part = forgotten[start : start + _AT_ONCE]
        await transaction.execute(delete(platform_notes).where(names.in_(part)))
    if rows:
        statement = upsert(platform_notes)
        newer = {name: statement.excluded[name] for name in rows[0] if name not in _NAME}
        await transaction.execute(statement.on_conflict_do_update(index_elements=_NAME, set_=newer), rows)


def _row(platform: str, note: Note, *, with_batch: bool) -> dict[str, Any]:
    return {
        "platform": platform,
        "scope": note.scope,
        "id": note.id,
        "text": note.text,
        "member": note.member,
        "message": note.message,
        "until": note.until,
        "with_batch": with_batch,
    }


async def _deleted(transaction: Transaction, wanted: Iterable[MessageId]) -> set[str]:
    ordered, found = sorted(wanted), set[str]()
    for start in range(0, len(ordered), _AT_ONCE):
        part = messages.c.id.in_(ordered[start : start + _AT_ONCE])
        found.update(await transaction.scalars(select(messages.c.id).where(part, messages.c.deleted_at.is_not(None))))
    return found
