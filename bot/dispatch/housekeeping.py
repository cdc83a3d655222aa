"""What keeps a bot fit that runs for a year: old texts and notes go every hour, posts never wait for a wrong clock."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from bot.dispatch.executor import LONGEST_WAIT
from bot.dispatch.members.retention import Retention
from bot.log import logger
from bot.ports.clock import Clock
from bot.ports.stores import Reader, Store

_EVERY = timedelta(hours=1)

_log = logger("housekeeping")


class Housekeeping:
    """The store's upkeep.

    Args:
        journal_hours: how long handled events are remembered.
        readers: the detached workers that may still have to read old events; None while some are missing, and old
            events stay for them.
        in_doubt: whether the clock was set so lately that nothing should be deleted by it.
    """

    def __init__(
        self,
        store: Store,
        retention: Retention,
        clock: Clock,
        *,
        journal_hours: int,
        readers: Callable[[], Sequence[Reader] | None],
        in_doubt: Callable[[], bool],
    ) -> None:
        self._store = store
        self._retention = retention
        self._clock = clock
        self._journal_hours = journal_hours
        self._readers = readers
        self._in_doubt = in_doubt

    async def run(self) -> None:
        """Go on until cancelled."""
        while True:
            await self._clock.sleep(_EVERY.total_seconds())
            if not self._in_doubt():
                await self.clean_up()

    async def clean_up(self) -> None:
        await self._retention.sweep()
        readers = self._readers()
        if readers is not None:
            before = self._clock.now() - timedelta(hours=self._journal_hours)
            await self._store.journal.prune(before, readers)
        await self._retention.prune()

    async def take_back(self) -> None:
        """At the start: posts that an earlier run died with, or put off by a clock that was wrong, wait for no time."""
        reclaimed = await self._store.outbox.reclaim()
        await self.hasten()
        if reclaimed:
            _log.info("posts that the last run had in hand are tried again", posts=reclaimed)

    async def hasten(self) -> None:
        """Posts that wait for a time further off than any wait is: the clock was set back since."""
        await self._store.outbox.hasten(self._clock.now() + LONGEST_WAIT)
