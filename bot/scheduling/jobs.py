"""The port `Jobs` for one cog."""

from datetime import datetime

from bot.ports.clock import Clock
from bot.ports.knowledge import Upcoming
from bot.ports.stores import Schedules
from bot.scheduling.rules import next_occurrences


class JobsView:
    """The schedules of `cog`, and previews of rules from now on."""

    def __init__(self, cog: str, schedules: Schedules, clock: Clock) -> None:
        self._cog = cog
        self._schedules = schedules
        self._clock = clock

    async def all(self) -> list[Upcoming]:
        return [upcoming for _, upcoming in await self._schedules.all(self._cog)]

    def preview(self, rule: str, zone: str, count: int) -> list[datetime]:
        return next_occurrences(rule, zone, self._clock.now(), count)
