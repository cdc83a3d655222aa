"""What an operator should see at a glance: what waits, since when, and what went wrong."""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.dispatch.guarding.incidents import Incidents
from bot.dispatch.guarding.watchdog import Watchdog
from bot.dispatch.observing.room_lag import RoomLag
from bot.dispatch.workers import Workers
from bot.ports.clock import Clock
from bot.ports.knowledge import Health
from bot.ports.models import Models
from bot.ports.stores import Journal, Outbox


class HealthView:
    """Implements the port `HealthReport`."""

    def __init__(
        self,
        clock: Clock,
        journal: Journal,
        workers: Workers,
        outbox: Outbox,
        incidents: Incidents,
        models: Models,
        watchdog: Watchdog,
        not_loaded: Callable[[], Mapping[str, str]],
        errands: Callable[[], Mapping[str, int]],
        room_lag: RoomLag,
    ) -> None:
        self._clock = clock
        self._journal = journal
        self._workers = workers
        self._outbox = outbox
        self._incidents = incidents
        self._models = models
        self._watchdog = watchdog
        self._not_loaded = not_loaded
        self._errands = errands
        self._room_lag = room_lag

    async def health(self) -> Health:
        now = self._clock.now()
        events = await self._journal.waiting()
        waiting = {"events": events.count}
        lag = {"events": _age(events.since, now)}
        for worker in self._workers.all():
            name = f"{worker.worker.cog}.{worker.worker.name}"
            waiting[name], since = await worker.backlog()
            lag[name] = _age(since, now)
        for cog, count in self._errands().items():
            waiting[f"erasures left to {cog}"] = count
        for platform, count in (await self._outbox.waiting()).items():
            waiting[f"posts to {platform}"] = count
        return Health(
            waiting=waiting,
            lag=lag,
            abstained=dict(self._models.classifier.abstained),
            incidents=self._incidents.total,
            models={
                "classifier": self._models.classifier.model or "not loaded: nothing is flagged",
                "summarizer": self._models.summarizer.model or "not loaded: nothing is summed up",
            },
            not_loaded=self._not_loaded(),
            failures=dict(self._incidents.by_cog),
            stood_still=self._watchdog.longest_standstill,
            room_lag=self._room_lag.seconds(now),
        )


def _age(since: datetime | None, now: datetime) -> float:
    """Seconds since then; 0 where nothing waits."""
    return max(0.0, (now - since).total_seconds()) if since else 0.0
