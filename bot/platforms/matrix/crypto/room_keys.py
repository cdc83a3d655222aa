"""Keys of rooms' messages, found by room and session; each as far back as it was ever given."""

from collections.abc import Collection, Iterator
from typing import Any


class RoomKeys:
    """Stands in for nio's GroupSessionStore.

    The same session can come from several devices: whoever is in a room can hand on what they were given. So sessions
    are told apart by the device that gave them, and a copy that opens less never replaces one that opens more.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], dict[str, Any]] = {}

    def add(self, session: Any) -> bool:
        """Take the session; False: what is there already opens as much."""
        known = self._known.setdefault((session.room_id, session.id), {})
        before = known.get(session.sender_key)
        if before is not None and before.first_known_index <= session.first_known_index:
            return False
        known[session.sender_key] = session
        return True

    def get(self, room: str, sender_key: str, identity: str) -> Any | None:
        return self._known.get((room, identity), {}).get(sender_key)

    def of(self, room: str, identity: str) -> Collection[Any]:
        """The session as each device gave it."""
        return self._known.get((room, identity), {}).values()

    def __iter__(self) -> Iterator[Any]:
        for known in self._known.values():
            yield from known.values()

    def __len__(self) -> int:
        return len(self._known)
