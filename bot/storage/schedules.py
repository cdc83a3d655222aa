"""Schedules, and the one row per occurrence that makes each happen once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bot.domain.effect import Missed, Schedule, Unschedule
from bot.domain.event import Event
from bot.fault_points import FaultPoint
from bot.ports.knowledge import Upcoming
from bot.ports.stores import DueOccurrence, Envelope
from bot.storage import events
from bot.storage.file.database import Database, Transaction
from bot.storage.schema import occurrences, schedules


async def apply(transaction: Transaction, cog: str, changes: Sequence[Schedule | Unschedule]) -> None:
    """Create, replace and remove schedules. One that stays as it was keeps its next occurrence, so misses nothing."""
    for change in changes:
        mine = (schedules.c.cog == cog, schedules.c.name == change.name)
        if isinstance(change, Unschedule):
            await transaction.execute(delete(schedules).where(*mine))
            continue
        row = (await transaction.execute(select(schedules).where(*mine))).one_or_none()
        if row is None or _schedule(row) != change:
            new = {
                "job": change.job,
                "rule": change.rule,
                "zone": change.zone,
                "community": change.community,
                "missed": Missed(change.missed),
                "data": change.data,
                "next_due": None,
            }
            statement = upsert(schedules).values(cog=cog, name=change.name, **new)
            await transaction.execute(statement.on_conflict_do_update(index_elements=["cog", "name"], set_=new))


def _schedule(row: Row[Any]) -> Schedule:
    return Schedule(row.name, row.job, row.rule, row.zone, row.community, Missed(row.missed), row.data)


class SqliteSchedules:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, cog: str | None = None) -> list[tuple[str, Upcoming]]:
        statement = select(schedules).order_by(schedules.c.cog, schedules.c.name)
        return await self._find(statement if cog is None else statement.where(schedules.c.cog == cog))

    async def plan(self, cog: str, name: str, due: datetime | None) -> None:
        await self._database.write(FaultPoint.PLAN, _plan, cog, name, due)

    async def due(self, now: datetime) -> list[tuple[str, Upcoming]]:
        return await self._find(
            select(schedules).where(schedules.c.next_due <= now).order_by(schedules.c.next_due, schedules.c.name)
        )

    async def _find(self, statement: Select[Any]) -> list[tuple[str, Upcoming]]:
        async with self._database.reading() as reading:
            rows = await reading.execute(statement)
            return [(row.cog, Upcoming(_schedule(row), row.next_due)) for row in rows]

    async def claim(
        self, occurrence: DueOccurrence, next_due: datetime | None, event: Event, now: datetime
    ) -> Envelope | None:
        return await self._database.write(FaultPoint.CLAIM, _claim, occurrence, next_due, event, now)


async def _plan(transaction: Transaction, cog: str, name: str, due: datetime | None) -> None:
    statement = update(schedules).where(schedules.c.cog == cog, schedules.c.name == name)
    await transaction.execute(statement.values(next_due=due))


async def _claim(
    transaction: Transaction, occurrence: DueOccurrence, next_due: datetime | None, event: Event, now: datetime
) -> Envelope | None:
    key = {"cog": occurrence.cog, "schedule": occurrence.schedule.name, "due": occurrence.due}
    # A schedule that was replaced meanwhile has no next occurrence yet, or a later one: its old ones lapse.
    standing = update(schedules).where(
        schedules.c.cog == occurrence.cog,
        schedules.c.name == occurrence.schedule.name,
        schedules.c.next_due <= occurrence.due,
    )
    planned = await transaction.execute(standing.values(next_due=next_due))
    claimed = await transaction.execute(select(occurrences.c.due).filter_by(**key))
    if planned.rowcount == 0 or claimed.one_or_none() is not None:
        return None
    await transaction.execute(insert(occurrences).values(**key, claimed_at=now))
    (envelope,) = await events.append(transaction, (event,), now)
    return envelope
