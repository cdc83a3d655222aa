"""All rooms that the bot has joined, and what it asks the homeserver about them."""

from collections.abc import Iterator, Mapping

from bot.platforms.matrix.connection.homeserver import Homeserver
from bot.platforms.matrix.rooms.room import Room


class Rooms:
    """Filled by the sync loop (`incoming.sync`); everybody else reads."""

    def __init__(self, homeserver: Homeserver) -> None:
        self._homeserver = homeserver
        self.joined: dict[str, Room] = {}

    def __iter__(self) -> Iterator[Room]:
        return iter(self.joined.values())

    def get(self, room: str) -> Room | None:
        return self.joined.get(room)

    def current(self, room: str) -> str:
        """Where what is meant for this room goes: itself, or the last room of its chain of upgrades that is joined."""
        raise NotImplementedError

    async def membership(self, room: str, user: str) -> str | None:
        """Asked of the homeserver where the room's own knowledge lacks it ("join", "leave"...); None: never there."""
        raise NotImplementedError

    async def everybody(self, room: str) -> Mapping[str, str | None]:
        """User to display name of all who are joined or invited, asked once and then kept up by state events."""
        raise NotImplementedError

    def direct_with(self, user: str) -> Room | None:
        """A private room of the bot and this user alone, joined or invited."""
        raise NotImplementedError
