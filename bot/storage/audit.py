"""Each community's audit trail: every entry's digest covers the one before it, and names members by pseudonyms only."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Select, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.effect import Record
from bot.domain.ids import CommunityId, MemberId
from bot.domain.text import storable
from bot.errors import CogError
from bot.ports.knowledge import AuditEntry
from bot.storage.codec import dumps
from bot.storage.file.database import Database, Transaction
from bot.storage.members import pseudonyms
from bot.storage.schema import audit

_START = ""
"""What stands for the digest before the first entry."""


async def append(transaction: Transaction, records: Sequence[Record], at: datetime) -> None:
    ends: dict[CommunityId, tuple[int, str]] = {}
    entries = [_in_words(record) for record in records]
    actors = {entry["actor"] for entry in entries if entry["actor"] is not None}
    possible = {value for entry in entries for value in (entry["subject"], *entry["details"].values()) if ":" in value}
    names = await pseudonyms.given(transaction, actors, possible)
    for one in entries:
        number, previous = ends.get(one["community"]) or await _end(transaction, one["community"])
        entry: dict[str, Any] = {
            **one,
            "number": number + 1,
            "at": at,
            "subject": names.get(one["subject"], one["subject"]),
            "actor": names.get(one["actor"]),
            "details": {name: names.get(value, value) for name, value in one["details"].items()},
        }
        digest = _digest(previous, **entry)
        await transaction.execute(insert(audit), {**entry, "digest": digest})
        ends[one["community"]] = number + 1, digest


def _in_words(record: Record) -> dict[str, Any]:
    return {
        "community": record.community,
        "action": _words(record.action, "action"),
        "subject": _words(record.subject, "subject"),
        "actor": None if record.actor is None else _words(record.actor, "actor"),
        "details": {name: _words(value, "details") for name, value in record.details.items()},
    }


def _words(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise CogError(f"Record.{name} takes text, not {type(value).__name__}")
    return storable(value)


async def _end(transaction: Transaction, community: CommunityId) -> tuple[int, str]:
    newest = (
        select(audit.c.number, audit.c.digest)
        .where(audit.c.community == community)
        .order_by(audit.c.number.desc())
        .limit(1)
    )
    row = (await transaction.execute(newest)).one_or_none()
    return (row.number, row.digest) if row else (0, _START)


def _digest(previous: str, *, at: datetime, **entry: Any) -> str:
    canonical = dumps({**entry, "at": at.astimezone(UTC).isoformat(timespec="microseconds")})
    return hashlib.sha256((previous + canonical).encode()).hexdigest()


class SqliteAudit:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def recent(self, community: CommunityId, *, limit: int, subject: str | None = None) -> list[AuditEntry]:
        """The newest entries, newest first."""
        statement = select(audit).where(audit.c.community == community).order_by(audit.c.number.desc()).limit(limit)
        async with self._database.reading() as reading:
            if subject is not None:
                pseudonym = await pseudonyms.of(reading, subject)
                # A member who was not known yet when a line was written stands in it by id.
                here = audit.c.subject.in_([subject, pseudonym]) if pseudonym else audit.c.subject == subject
                statement = statement.where(here)
            return await read(reading, statement)

    async def verify(self, community: CommunityId) -> int | None:
        statement = select(audit).where(audit.c.community == community).order_by(audit.c.number)
        number, previous = 0, _START
        async with self._database.reading() as reading, reading.stream(statement) as entries:
            async for row in entries:
                if row.number != number + 1 or row.digest != _recomputed(previous, row):
                    return number + 1
                number, previous = row.number, row.digest
        return None


def _recomputed(previous: str, row: Row[Any]) -> str:
    return _digest(
        previous,
        community=row.community,
        number=row.number,
        at=row.at,
        action=row.action,
        subject=row.subject,
        actor=row.actor,
        details=row.details,
    )


async def read(reading: AsyncConnection, statement: Select[Any]) -> list[AuditEntry]:
    """Lines of the trail with the members that their pseudonyms stand for."""
    rows = (await reading.execute(statement)).all()
    names = await pseudonyms.meanings(reading, (value for row in rows for value in values(row)))
    return [_entry(row, names) for row in rows]


def values(row: Row[Any]) -> Iterator[str]:
    yield row.subject
    if row.actor is not None:
        yield row.actor
    yield from row.details.values()


def _entry(row: Row[Any], names: Mapping[str, MemberId]) -> AuditEntry:
    actor = None if row.actor is None else names.get(row.actor, row.actor)
    details = {name: names.get(value, value) for name, value in row.details.items()}
    subject = names.get(row.subject, row.subject)
    return AuditEntry(row.community, row.number, row.at, row.action, subject, actor, details, row.digest)
