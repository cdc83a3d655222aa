"""The loop that turns due occurrences into JobDue events, each exactly once."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.domain.effect import Missed, Schedule
from bot.domain.event import JobDue
from bot.errors import UserError
from bot.log import logger
from bot.ports.clock import Clock
from bot.ports.knowledge import Upcoming
from bot.ports.stores import DueOccurrence, Envelope, Schedules
from bot.scheduling.moments import Rule
from bot.scheduling.rules import read_rule

ON_TIME = timedelta(minutes=5)
"""An occurrence claimed within this of its time was not missed: a restart takes a while."""

LONGEST_SLEEP = timedelta(seconds=60)
"""A sleeping task does not notice that the wall clock was set, so it looks at it this often."""

_log = logger("scheduling")


class Scheduler:
    """Plans, waits and claims.

    What downtime swallowed is told in one event per schedule. Under `Missed.POST_LAST` the last overdue occurrence is
    `due` and the earlier ones are `missed`; under `Missed.SKIP` an occurrence more than `ON_TIME` late is itself the
    last of `missed` (`JobDue.skipped`), so that the cog can say so and do nothing else.

    A clock set back leads to a new plan. An occurrence that was claimed before is not claimed again: the store's row
    per occurrence sees to that.

    Args:
        schedules: the store's schedules and occurrences.
        clock: whose time counts.
        publish: takes the stored event of a claimed occurrence.
        is_loaded: whether a cog is there; the occurrences of one that is not wait, and are late or missed when it is.
    """

    def __init__(
        self,
        schedules: Schedules,
        clock: Clock,
        publish: Callable[[Envelope], None],
        is_loaded: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._is_loaded = is_loaded
        self._schedules = schedules
        self._clock = clock
        self._publish = publish
        self._changed = asyncio.Event()
        self._latest = clock.now()
        self._looking = asyncio.Lock()
        self._idle = asyncio.Event()
        self._idle.set()

    def poke(self) -> None:
        """A schedule was created, replaced or removed: look again."""
        self._idle.clear()
        self._changed.set()

    async def idle(self) -> None:
        """Wait until every change has been looked at."""
        await self._idle.wait()

    async def run(self) -> None:
        """Go on until cancelled."""
        again = True
        while True:
            self._changed.clear()
            nearest = await self.tick(again=again)
            if not self._changed.is_set():
                self._idle.set()
            again = await self._wait(nearest)

    async def tick(self, *, again: bool = False) -> datetime | None:
        """Claim what is due, plan what has no plan (or all `again`); gives when the next occurrence is."""
        async with self._looking:  # whoever looks next finds what was claimed published
            now = self._clock.now()
            for cog, upcoming in await self._schedules.due(now):
                if self._is_loaded(cog):
                    await self._claim(cog, upcoming, now)
            return await self._plan(again=again)

    async def _plan(self, *, again: bool) -> datetime | None:
        """Write down the next occurrence of each schedule that has none; gives the nearest of all.

        `again` also looks over those that have one: the clock was wrong when it was written, or the zone's rules have
        changed since, or the schedule was replaced meanwhile. One whose time has come is left to be claimed.
        """
        now = self._clock.now()
        nearest: datetime | None = None
        for cog, upcoming in await self._schedules.all():
            due = upcoming.next_due
            if due is None or (again and due > now):
                await asyncio.sleep(0)  # thousands of schedules must not hold the event loop
                rule = self._rule(cog, upcoming.schedule)
                planned = rule.after(now) if rule else None
                if planned != due:
                    await self._schedules.plan(cog, upcoming.schedule.name, planned)
                due = planned
            if due is not None and self._is_loaded(cog) and (nearest is None or due < nearest):
                nearest = due
        return nearest

    async def _claim(self, cog: str, upcoming: Upcoming, now: datetime) -> None:
        schedule, due = upcoming.schedule, upcoming.next_due
        rule = self._rule(cog, schedule)
        if rule is None or due is None:
            await self._schedules.plan(cog, schedule.name, None)
            return
        earlier, last, following = await _overdue(rule, due, now)
        if schedule.missed is Missed.SKIP and now - last > ON_TIME:
            earlier = (*earlier, last)
        occurrence = DueOccurrence(cog, schedule, last, earlier)
        event = JobDue(cog, schedule.job, schedule.name, last, now, earlier, schedule.data)
        envelope = await self._schedules.claim(occurrence, following, event, now)
        if envelope is None:
            await self._schedules.plan(cog, schedule.name, following)
        else:
            self._publish(envelope)

    def _rule(self, cog: str, schedule: Schedule) -> Rule | None:
        """A rule that cannot be read any more (its zone was struck from the database) must not stop the others."""
        try:
            return read_rule(schedule.rule, schedule.zone)
        except UserError:
            _log.error("schedule cannot be read: its rule or its zone", cog=cog, schedule=schedule.name)
            return None

    async def _wait(self, nearest: datetime | None) -> bool:
        """Until the nearest occurrence; True where a change or a clock set back asks for new plans before that."""
        while not self._changed.is_set():
            now, earlier = self._clock.now(), self._latest
            self._latest = now
            if now < earlier:
                return True
            if nearest is not None and now >= nearest:
                return False
            await self._sleep(LONGEST_SLEEP if nearest is None else min(LONGEST_SLEEP, nearest - now))
        return True

    async def _sleep(self, pause: timedelta) -> None:
        """Until the pause is over or `poke` is called."""
        tasks = (
            asyncio.create_task(self._clock.sleep(pause.total_seconds()), name="scheduler sleeps"),
            asyncio.create_task(self._changed.wait(), name="scheduler listens"),
        )
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _overdue(rule: Rule, due: datetime, now: datetime) -> tuple[tuple[datetime, ...], datetime, datetime | None]:
    """Occurrences from `due` until `now`: all but the last, the last, and the one that comes after."""
    earlier: list[datetime] = []
    following = rule.after(due)
    while following is not None and following <= now:
        earlier.append(due)
        due, following = following, rule.after(following)
        # A year of hourly occurrences must not hold the event loop.
        await asyncio.sleep(0)
    return tuple(earlier), due, following
