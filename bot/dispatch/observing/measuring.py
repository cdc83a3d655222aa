"""Everything that is counted, put together when somebody asks."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.dispatch.guarding.incidents import Incidents
from bot.dispatch.observing.tally import Tally
from bot.errors import StorageError
from bot.ports.knowledge import HealthReport
from bot.ports.monitoring import Measures
from bot.ports.stores import Outbox


class Measuring:
    """Implements the port `Monitored`; `path` is the store's file."""

    def __init__(
        self,
        health: HealthReport,
        outbox: Outbox,
        incidents: Incidents,
        tally: Tally,
        path: Path,
        troubles: Callable[[], Sequence[str]],
    ) -> None:
        self._health = health
        self._outbox = outbox
        self._incidents = incidents
        self._tally = tally
        self._path = path
        self.troubles = troubles

    async def measures(self) -> Measures:
        tally = self._tally
        return Measures(
            health=await self._health.health(),
            events=dict(tally.events),
            passed_over=dict(tally.passed_over),
            commands=dict(tally.commands),
            posts=dict(tally.posts),
            posts_waiting=await self._outbox.waiting(),
            flags=dict(tally.flags),
            incidents=dict(self._incidents.by_cog),
            handlers=tally.handlers,
            store_bytes={"store": self._size(""), "log": self._size("-wal")},
            free_bytes=shutil.disk_usage(self._path.parent).free,
        )

    def _size(self, suffix: str) -> int:
        try:
            return self._path.with_name(self._path.name + suffix).stat().st_size
        except FileNotFoundError as error:
            if suffix:
                return 0
            raise StorageError(f"the store {self._path} is gone: stop the bot and put it back") from error
