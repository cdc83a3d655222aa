"""What keeps one cog's misbehaviour from the others and tells people of it, put together."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from bot.dispatch.guarding.alarms import Alarms
from bot.dispatch.guarding.incidents import Incidents
from bot.dispatch.guarding.lineage import Lineage
from bot.dispatch.guarding.watchdog import Watchdog
from bot.errors import CogError
from bot.ownership import owned_tasks
from bot.ports.stores import Envelope


class Guards:
    """Made on the event loop that they watch."""

    def __init__(self, alarms: Alarms) -> None:
        self.alarms = alarms
        self.incidents = Incidents(self.alarms.failed)
        self.lineage = Lineage()
        self.watchdog = Watchdog(self.incidents.record, self.alarms.stood_still)

    @contextmanager
    def around(self) -> Iterator[None]:
        """While the block lasts, cogs' tasks are known as theirs, and the loop is watched."""
        with owned_tasks(self.incidents.uncaught), self.watchdog:
            yield

    async def take_up(self, failures: Mapping[str, CogError]) -> None:
        """Go on after a restart, which brought these failures to load a cog."""
        await self.alarms.load()
        for name, error in failures.items():
            self.alarms.not_loaded(name, error)

    def receipts(self, publish: Callable[[Sequence[Envelope]], None]) -> Callable[[Sequence[Envelope]], None]:
        """Publish what came of posts, and note what led to them."""

        def noted(envelopes: Sequence[Envelope]) -> None:
            self.lineage.settle(envelopes)
            publish(envelopes)

        return noted
