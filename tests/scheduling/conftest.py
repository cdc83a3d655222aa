import pytest

from bot.domain.effect import Schedule
from bot.ports.knowledge import Upcoming
from bot.ports.stores import Envelope


class MemorySchedules:
    """What the port `Schedules` promises, in dictionaries."""

    def __init__(self):
        self.schedules: dict[tuple[str, str], tuple[Schedule, object]] = {}
        self.claimed: set = set()
        self.events: list = []

    def put(self, schedule: Schedule, cog: str = "reading", next_due=None) -> None:
        self.schedules[cog, schedule.name] = (schedule, next_due)

    async def all(self, cog=None):
        return [(owner, Upcoming(*row)) for (owner, _), row in self.schedules.items() if cog in (None, owner)]

    async def plan(self, cog, name, due):
        self.schedules[cog, name] = (self.schedules[cog, name][0], due)

    async def due(self, now):
        rows = [row for row in await self.all() if row[1].next_due and row[1].next_due <= now]
        return sorted(rows, key=lambda row: row[1].next_due)

    async def claim(self, occurrence, next_due, event, now):
        key = (occurrence.cog, occurrence.schedule.name, occurrence.due)
        if key in self.claimed:
            return None
        self.claimed.add(key)
        await self.plan(occurrence.cog, occurrence.schedule.name, next_due)
        self.events.append(event)
        return Envelope(len(self.events), event, now)


@pytest.fixture
def schedules():
    return MemorySchedules()
