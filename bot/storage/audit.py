"""Each community's audit trail: every entry's digest covers the one before it."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, insert, select

from bot.domain.effect import Record
from bot.domain.ids import CommunityId
from bot.domain.text import storable
from bot.errors import CogError
from bot.ports.knowledge import AuditEntry
from bot.storage.codec import dumps
from bot.storage.database import Database, Transaction
from bot.storage.schema import audit

_START = ""
"""What stands for the digest before the first entry."""


async def append(transaction: Transaction, records: Sequence[Record], at: datetime) -> None:
    ends: dict[CommunityId, tuple[int, str]] = {}
    for record in records:
        number, previous = ends.get(record.community) or await _end(transaction, record.community)
        entry: dict[str, Any] = {
            "community": record.community,
            "number": number + 1,
            "at": at,
            "action": _words(record.action, "action"),
            "subject": _words(record.subject, "subject"),
            "actor": record.actor,
            "details": {name: _words(value, "details") for name, value in record.details.items()},
        }
        digest = _digest(previous, **entry)
        await transaction.execute(insert(audit), {**entry, "digest": digest})
        ends[record.community] = number + 1, digest


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
        if subject is not None:
            statement = statement.where(audit.c.subject == subject)
        async with self._database.reading() as reading:
            return [_entry(row) for row in await reading.execute(statement)]

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


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(row.community, row.number, row.at, row.action, row.subject, row.actor, row.details, row.digest)
