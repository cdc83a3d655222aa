"""Which room took the place of which: chains are followed, but never in a circle, nor from one community into another.

Pure; the directory applies what this decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.ids import CommunityId, ConversationId


@dataclass(frozen=True, slots=True)
class Role:
    """What the configuration says of a room; `review`: only moderators can open it."""

    community: CommunityId
    review: bool = False


class Successors:
    """Replacements in the order in which they were told.

    Args:
        roles: of the rooms that the configuration names.
    """

    def __init__(self, roles: Mapping[ConversationId, Role]) -> None:
        self._configured = roles
        self._next: dict[ConversationId, ConversationId] = {}

    def add(self, old: ConversationId, new: ConversationId) -> str | None:
        """Follow a replacement; gives why it is not followed, in words, or None if it is.

        A later one of the same room counts in place of the earlier.
        """
        if old == new or old in self.path(new):
            return "the rooms would take each other's place in a circle"
        before = self._next.get(old)
        self._next[old] = new
        if len(self._roles_of_all(new)) > 1:
            if before is None:
                del self._next[old]
            else:
                self._next[old] = before
            return "the new room belongs to another community, or is open where the old one is for moderators only"
        return None

    def newest(self, room: ConversationId) -> ConversationId:
        """The room in which people speak now; the room itself where none took its place."""
        return self.path(room)[-1]

    def path(self, room: ConversationId) -> list[ConversationId]:
        """The room and those that came after it, oldest first."""
        found = [room]
        while found[-1] in self._next:
            found.append(self._next[found[-1]])
        return found

    def roles(self) -> dict[ConversationId, Role]:
        """Of the configured rooms, and of those that took their place."""
        return {room: role for first, role in self._configured.items() for room in self.path(first)}

    @property
    def former(self) -> frozenset[ConversationId]:
        """Rooms that another one took the place of."""
        return frozenset(self._next)

    def _roles_of_all(self, room: ConversationId) -> set[Role]:
        """The roles that meet in the room where this one leads."""
        end = self.newest(room)
        return {role for first, role in self._configured.items() if self.newest(first) == end}
