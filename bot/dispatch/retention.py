"""Messages whose time is up are deleted, together with all that was derived from them."""

from datetime import timedelta

from bot.dispatch.intake import Intake
from bot.domain.event import MessageDeleted
from bot.ports.clock import Clock
from bot.ports.knowledge import Directory, History
from bot.ports.platform import Batch

_PAGE = 200
_SOURCE = "retention"


class Retention:
    """Each community's texts are kept for its `retention_days`; then they go the way of a deleted message."""

    def __init__(self, history: History, directory: Directory, intake: Intake, clock: Clock) -> None:
        self._history = history
        self._directory = directory
        self._intake = intake
        self._clock = clock

    async def sweep(self) -> int:
        """Delete what is too old; gives how many messages that were."""
        now, count = self._clock.now(), 0
        for community in self._directory.communities():
            limit = now - timedelta(days=community.retention_days)
            rooms = community.rooms | ({community.review_room} if community.review_room else frozenset())
            while old := await self._history.oldest(rooms, before=limit, limit=_PAGE):
                gone = tuple(MessageDeleted(message.id, message.conversation, now) for message in old)
                await self._intake.take(_SOURCE, Batch(gone, {}))
                await self._intake.room()
                count += len(old)
        return count
