"""What goes because its time is up: members' texts with all that was derived from them, and the store's own notes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.dispatch.intake import Intake
from bot.domain.event import MessageDeleted
from bot.domain.ids import ConversationId
from bot.log import logger
from bot.ports.clock import Clock
from bot.ports.knowledge import Directory
from bot.ports.platform import Batch
from bot.ports.stores import Horizons, Store

_PAGE = 200
_SOURCE = "retention"
_SURE = "date"
_DOUBT = timedelta(days=1)
"""So long after the start, a date is not believed that is further than this from the newest message's."""

_DAYS, _OFF_RECORD_HOURS = 30, 72
"""Where no community is configured that could say."""

TOMBSTONES = timedelta(days=90)
LABELLED_POSTS = timedelta(days=365)
_POSTS = timedelta(days=30)
_NEVER_MET = timedelta(days=2)

_log = logger("retention")


@dataclass(frozen=True, slots=True)
class _Rule:
    """Which texts go: of `rooms`, or of all the others, sent before a time."""

    rooms: frozenset[ConversationId]
    before: datetime
    elsewhere: bool = False
    off_record: bool = False


class Retention:
    """Each community's texts are kept for its `retention_days`; then they go the way of a deleted message.

    What was said off the record goes after `off_record_hours`. What was said in no community's rooms (a private
    conversation, a room that was taken out of the configuration) goes when the strictest community's would.
    """

    def __init__(self, store: Store, directory: Directory, intake: Intake, clock: Clock) -> None:
        self._store = store
        self._directory = directory
        self._intake = intake
        self._clock = clock
        self._started = clock.monotonic()

    async def sweep(self) -> int:
        """Delete what is too old; gives how many messages that were."""
        count = 0
        for rule in self._rules(self._clock.now()):
            while old := await self._store.history.oldest(
                rule.rooms, before=rule.before, limit=_PAGE, elsewhere=rule.elsewhere, off_record=rule.off_record
            ):
                if not count and await self._in_doubt():
                    self._warn()
                    return 0
                now = self._clock.now()
                gone = tuple(MessageDeleted(message.id, message.conversation, now) for message in old)
                await self._intake.take(_SOURCE, Batch(gone, {}))
                count += len(old)
        return count

    async def prune(self) -> int:
        """Forget what the store has noted for long enough; gives how many rows that were."""
        if await self._in_doubt():
            return 0
        now = self._clock.now()
        await self._store.journal.ingest(_SOURCE, Batch((), {_SURE: now.isoformat()}), now)
        horizons = Horizons(
            never_met=now - _NEVER_MET,
            posts=now - _POSTS,
            labelled_posts=now - LABELLED_POSTS,
            tombstones=now - TOMBSTONES,
            notes=now,
        )
        return await self._store.prune(horizons)

    def _rules(self, now: datetime) -> Iterator[_Rule]:
        communities = self._directory.communities()
        everywhere: frozenset[ConversationId] = frozenset()
        for community in communities:
            rooms = community.places
            everywhere |= rooms
            yield _Rule(rooms, now - timedelta(days=community.retention_days))
            yield _Rule(rooms, now - timedelta(hours=community.off_record_hours), off_record=True)
        days = min((community.retention_days for community in communities), default=_DAYS)
        hours = min((community.off_record_hours for community in communities), default=_OFF_RECORD_HOURS)
        yield _Rule(everywhere, now - timedelta(days=days), elsewhere=True)
        yield _Rule(everywhere, now - timedelta(hours=hours), elsewhere=True, off_record=True)

    async def _in_doubt(self) -> bool:
        """Whether this machine may have started with a wrong date: neither the platforms nor an earlier run confirm it.

        An earlier run does where it was sure itself: in a quiet room, a bot that is started anew each day would
        otherwise doubt for ever. That somebody sets the clock later is noticed elsewhere.
        """
        if self._clock.monotonic() - self._started >= _DOUBT.total_seconds():
            return False
        sure = (await self._store.journal.checkpoints(_SOURCE)).get(_SURE)
        known = [await self._store.journal.last_sent(), datetime.fromisoformat(sure) if sure else None]
        return all(one is None or abs(self._clock.now() - one) >= _DOUBT for one in known)

    def _warn(self) -> None:
        _log.warning(
            "old messages are not deleted yet: nobody has written lately who could confirm this machine's date",
            now=self._clock.now().isoformat(timespec="minutes"),
            deletes_after_hours=_DOUBT.total_seconds() / 3600,
        )
