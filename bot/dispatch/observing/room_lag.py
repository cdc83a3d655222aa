"""How far behind the bot is in each room: how long after it was sent a room's newest message was stored."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from bot.domain.conversation import ConversationKind
from bot.domain.event import MessagePosted
from bot.domain.ids import ConversationId
from bot.ports.stores import Envelope

_KEPT = timedelta(hours=1)
"""A quiet room's last measure says little about now."""


class RoomLag:
    """Measured with each batch; only rooms that are somebody's count, which bounds their number.

    Args:
        known: whether a room belongs to a community.
    """

    def __init__(self, known: Callable[[ConversationId], bool]) -> None:
        self._known = known
        self._measured: dict[ConversationId, tuple[float, datetime]] = {}

    def stored(self, fresh: Iterable[Envelope], now: datetime) -> None:
        """New events were stored by now; a thread counts as its room."""
        newest: dict[ConversationId, datetime] = {}
        for event in (envelope.event for envelope in fresh):
            if isinstance(event, MessagePosted) and event.message.conversation.kind is not ConversationKind.DIRECT:
                room = event.message.conversation.room
                newest[room] = max(newest.get(room, event.at), event.at)
        for room, sent_at in newest.items():
            if self._known(room):
                self._measured[room] = (max(0.0, (now - sent_at).total_seconds()), now)

    def seconds(self, now: datetime) -> Mapping[ConversationId, float]:
        """Of rooms in which something was said lately, by room."""
        late = [room for room, (_, at) in self._measured.items() if now - at > _KEPT]
        for room in late:
            del self._measured[room]
        return {room: lag for room, (lag, _) in self._measured.items()}
