"""The journal: batches in, events out in order, and what each handler made of them in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bot.domain.cleaning import cleaned_event
from bot.domain.event import ErasureDue, Event, MessagePosted
from bot.fault_points import FaultPoint
from bot.ports.platform import Batch
from bot.ports.stores import Envelope, Ingested, Outcome, Reader, Unfinished
from bot.storage import audit, events, notes, outbox, schedules, settings
from bot.storage.codec import verified_payload
from bot.storage.cog_rows import tables
from bot.storage.file.database import Database, Transaction, scalar_or
from bot.storage.file.faults import blamed
from bot.storage.ingestion import Ingestion
from bot.storage.intake import known, write
from bot.storage.members import people
from bot.storage.schema import checkpoints, cursors, handled, journal, messages

_PRUNED_AT_ONCE = 1_000
_SLICE = 250
"""Events decided at once: a few milliseconds, then others have their turn."""


class SqliteJournal:
    def __init__(self, database: Database, seen: people.Seen | None = None) -> None:
        self._database = database
        self._seen = people.Seen() if seen is None else seen

    async def ingest(self, platform: str, batch: Batch, now: datetime) -> Ingested:
        found: dict[str, Any] = {}
        batch = replace(batch, events=tuple(map(cleaned_event, batch.events)))
        ingested, erasures = await self._database.write(FaultPoint.INGEST, self._ingest, platform, batch, now, found)
        self._seen.remember(found.values(), erasures)
        return ingested

    async def _ingest(
        self, transaction: Transaction, platform: str, batch: Batch, now: datetime, found: dict[str, Any]
    ) -> tuple[Ingested, int]:
        fresh: list[Envelope] = []
        duplicates = ignored = 0
        for start in range(0, len(batch.events), _SLICE):
            part = batch.events[start : start + _SLICE]
            new = self._seen.new(one for event in part for one in people.mentioned(event))
            await people.store(transaction, new.values())
            found |= new
            ingestion = await _decide(transaction, part)
            stored = await write(transaction, ingestion, now)
            await people.follow(transaction, stored)
            fresh += stored
            duplicates += ingestion.duplicates
            ignored += ingestion.ignored
        await _resume_from(transaction, platform, batch.checkpoints)
        await notes.write(transaction, platform, batch.notes, with_batch=True)
        return Ingested(tuple(fresh), duplicates, ignored), self._seen.erasures

    async def checkpoints(self, platform: str) -> Mapping[str, str]:
        statement = select(checkpoints.c.scope, checkpoints.c.token).where(checkpoints.c.platform == platform)
        async with self._database.reading() as reading:
            return {row.scope: row.token for row in await reading.execute(statement)}

    async def last_sent(self) -> datetime | None:
        newest = (
            select(messages.c.sent_at)
            .join(journal, journal.c.message == messages.c.id)
            .where(journal.c.kind == MessagePosted.__name__)
            .order_by(journal.c.number.desc())
            .limit(1)
        )
        async with self._database.reading() as reading:
            sent: datetime | None = (await reading.execute(newest)).scalar_one_or_none()
        return sent

    async def unfinished(self, after: int, limit: int) -> list[Envelope]:
        statement = events.selected().where(journal.c.finished.is_(False), journal.c.number > after).limit(limit)
        async with self._database.reading() as reading:
            return [events.envelope_from(row) for row in await reading.execute(statement)]

    async def waiting(self) -> Unfinished:
        left = journal.c.finished.is_(False)
        heard = journal.c.kind != ErasureDue.__name__  # one may wait long for a cog that is not loaded
        since = select(journal.c.stored_at).where(left, heard).order_by(journal.c.number).limit(1)
        counts = select(func.count().filter(heard), func.max(journal.c.number)).where(left)
        async with self._database.reading() as reading:
            count, newest = (await reading.execute(counts)).one()
            return Unfinished(count, (await reading.execute(since)).scalar(), newest or 0)

    async def handled_by(self, number: int) -> frozenset[tuple[str, str]]:
        statement = select(handled.c.cog, handled.c.handler).where(handled.c.number == number)
        async with self._database.reading() as reading:
            return frozenset((row.cog, row.handler) for row in await reading.execute(statement))

    async def finish(self, numbers: Sequence[int]) -> None:
        if numbers:
            await self._database.write(FaultPoint.FINISH, _finish, numbers)

    async def after(self, number: int, kinds: Sequence[str], limit: int) -> list[Envelope]:
        statement = events.selected().where(journal.c.number > number, journal.c.kind.in_(kinds)).limit(limit)
        async with self._database.reading() as reading:
            return [events.envelope_from(row) for row in await reading.execute(statement)]

    async def cursor(self, cog: str, worker: str) -> int:
        async with self._database.reading() as reading:
            return await _cursor(reading, cog, worker)

    async def backlog(self, cog: str, worker: str, kinds: Sequence[str]) -> tuple[int, datetime | None]:
        async with self._database.reading() as reading:
            passed = await _cursor(reading, cog, worker)
            waiting = select(func.count(), func.min(journal.c.number)).where(
                journal.c.number > passed, journal.c.kind.in_(kinds)
            )
            count, oldest = (await reading.execute(waiting)).one()
            since = select(journal.c.stored_at).where(journal.c.number == oldest)
            return count, (await reading.execute(since)).scalar()

    async def commit(self, outcome: Outcome) -> tuple[Envelope, ...]:
        return await self._database.write(FaultPoint.COMMIT, _commit, outcome)

    async def prune(self, before: datetime, readers: Sequence[Reader]) -> int:
        total = 0
        while count := await self._database.write(FaultPoint.PRUNE, _prune, before, readers):
            total += count
            if count < _PRUNED_AT_ONCE:
                break
        return total


async def _decide(transaction: Transaction, part: Sequence[Event]) -> Ingestion:
    ingestion = Ingestion(await known(transaction, part))
    for event in part:
        ingestion.take(event)
    ingestion.settle()
    return ingestion


async def _commit(transaction: Transaction, outcome: Outcome) -> tuple[Envelope, ...]:
    if not await _mark(transaction, outcome):
        return ()
    await tables.apply(transaction, outcome.cog, outcome.rows)
    with blamed(f"cog {outcome.cog!r}, what it announced or flagged"):
        for event in outcome.events:
            verified_payload(event, type(event))
        envelopes = await events.append(transaction, outcome.events, outcome.at)
    with blamed(f"cog {outcome.cog!r}, its posts"):
        await outbox.add(transaction, outcome.posts)
    with blamed(f"cog {outcome.cog!r}, its records"):
        await audit.append(transaction, outcome.records, outcome.at)
    with blamed(f"cog {outcome.cog!r}, its schedules"):
        await schedules.apply(transaction, outcome.cog, outcome.schedules)
    with blamed(f"cog {outcome.cog!r}, its settings"):
        await settings.apply(transaction, outcome.settings)
    await people.prefer(transaction, outcome.preferences, outcome.at)
    return envelopes


async def _finish(transaction: Transaction, numbers: Sequence[int]) -> None:
    await transaction.execute(update(journal).where(journal.c.number.in_(numbers)).values(finished=True))
    await transaction.execute(delete(handled).where(handled.c.number.in_(numbers)))


async def _prune(transaction: Transaction, before: datetime, readers: Sequence[Reader]) -> int:
    old = select(journal.c.number).where(journal.c.finished.is_(True), journal.c.stored_at < before)
    for reader in readers:
        passed = journal.c.number <= await _cursor(transaction, reader.cog, reader.worker)
        old = old.where(or_(passed, journal.c.kind.not_in(reader.kinds)))
    gone = delete(journal).where(journal.c.number.in_(old.order_by(journal.c.number).limit(_PRUNED_AT_ONCE)))
    return (await transaction.execute(gone)).rowcount


async def _resume_from(transaction: Transaction, platform: str, marks: Mapping[str, str]) -> None:
    rows = [{"platform": platform, "scope": scope, "token": token} for scope, token in marks.items()]
    if rows:
        statement = upsert(checkpoints)
        newer = {"token": statement.excluded.token}
        statement = statement.on_conflict_do_update(index_elements=["platform", "scope"], set_=newer)
        await transaction.execute(statement, rows)


async def _cursor(connection: Transaction, cog: str, worker: str) -> int:
    mine = select(cursors.c.number).where(cursors.c.cog == cog, cursors.c.worker == worker)
    return await scalar_or(connection, mine, 0)


async def _mark(transaction: Transaction, outcome: Outcome) -> bool:
    """Note what the handler is done with; False where it had done all of it before."""
    if outcome.handled:
        rows = [{"number": number, "cog": outcome.cog, "handler": outcome.handler} for number in outcome.handled]
        return (await transaction.execute(upsert(handled).on_conflict_do_nothing(), rows)).rowcount > 0
    if outcome.cursor:
        worker, number = outcome.cursor
        statement = upsert(cursors).values(cog=outcome.cog, worker=worker, number=number)
        forward = statement.on_conflict_do_update(
            index_elements=["cog", "worker"], set_={"number": number}, where=cursors.c.number < number
        )
        return (await transaction.execute(forward)).rowcount > 0
    return True
