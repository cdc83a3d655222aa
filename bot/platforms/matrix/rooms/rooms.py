"""All rooms that the bot has joined, and what it asks the homeserver about them."""

from collections.abc import Iterator, Mapping

from bot.errors import Gone
from bot.platforms.matrix.connection import paths
from bot.platforms.matrix.connection.homeserver import Homeserver
from bot.platforms.matrix.connection.refusals import Refused
from bot.platforms.matrix.fields import is_user
from bot.platforms.matrix.rooms.room import PRESENT, Room


class Rooms:
    """Filled by the sync loop (`incoming.sync`); everybody else reads."""

    def __init__(self, homeserver: Homeserver) -> None:
        self._homeserver = homeserver
        self.joined: dict[str, Room] = {}
        self.replaced: dict[str, str] = {}
        """Upgraded rooms that the bot is no longer in, with what replaced each; kept up by the sync loop."""

    def __iter__(self) -> Iterator[Room]:
        return iter(self.joined.values())

    def get(self, room: str) -> Room | None:
        return self.joined.get(room)

    def entered(self, room: str) -> Room:
        """The room, known from now on."""
        return self.joined.setdefault(room, Room(room, own=self._homeserver.user))

    def left(self, room: str) -> Room | None:
        """The room, no longer known; where it leads to is kept."""
        gone = self.joined.pop(room, None)
        if gone is not None and gone.replaced_by is not None:
            self.replaced[room] = gone.replaced_by
        return gone

    def current(self, room: str) -> str:
        """Where what is meant for this room goes: itself, or the last room of its chain of upgrades that is joined."""
        last, here, seen = room, room, {room}
        while True:
            known = self.joined.get(here)
            following = known.replaced_by if known else self.replaced.get(here)
            if following is None or following in seen:
                return last
            seen.add(following)
            here = following
            # A room that does not say where it comes from is not one that this room was upgraded to.
            if (joined := self.joined.get(here)) is not None and joined.predecessor in seen:
                last = here

    async def membership(self, room: str, user: str) -> str | None:
        """Asked of the homeserver where the room's own knowledge lacks it ("join", "leave"...); None: never there."""
        known = self.joined.get(room)
        if known is not None and user in known.people and user not in known.unsure:
            return known.people[user].membership
        if known is not None and known.complete:
            return None
        before = known.people.get(user) if known is not None else None
        content = await self._state(room, "m.room.member", user)
        if known is not None and content is not None and known.people.get(user) is before:
            known.apply({"type": "m.room.member", "state_key": user, "content": content})
        membership = (content or {}).get("membership")
        return membership if isinstance(membership, str) else None

    async def everybody(self, room: str) -> Mapping[str, str | None]:
        """User to display name of all who are joined or invited, asked once and then kept up by state events."""
        known = self.joined.get(room) or Room(room)
        if not known.complete:
            await self._ask_for_everybody(known)
        return {user: known.people[user].name for user in known.present()}

    async def _ask_for_everybody(self, room: Room) -> None:
        before, unsure = dict(room.people), room.unsure
        answer = await self._homeserver.call("GET", paths.v3("rooms", room.id, "members"))
        chunk = answer.get("chunk")
        for event in chunk if isinstance(chunk, list) else []:
            user = event.get("state_key") if isinstance(event, dict) else None
            # What was heard of while the question was on its way is newer than the answer.
            if isinstance(user, str) and room.people.get(user) is before.get(user):
                room.apply(event)
        room.complete = room.unsure is unsure

    async def may_read(self, room: str, user: str) -> bool:
        """Whether the user can open the room at this moment, by the homeserver's word; False: unknown room or user."""
        if room not in self.joined or not is_user(user):
            return False
        member = await self._state(room, "m.room.member", user)
        if member is not None and member.get("membership") == "join":
            return True
        visibility = await self._state(room, "m.room.history_visibility", "")
        return visibility is not None and visibility.get("history_visibility") == "world_readable"

    def made_for(self, user: str) -> list[Room]:
        """Private rooms that the bot made for this user, always in the same order; the user may have left them."""
        found = [room for room in self if room.made_for == user and room.private and room.replaced_by is None]
        return sorted(found, key=lambda room: room.id)

    def direct_with(self, user: str) -> Room | None:
        """A private room of the bot and this user alone, joined or invited."""
        found = [room for room in self if room.private and room.replaced_by is None and _is_there(room, user)]
        return min(found, key=lambda room: (room.people[user].membership != "join", not room.encrypted), default=None)

    async def _state(self, room: str, kind: str, key: str) -> Mapping[str, object] | None:
        """A piece of state; None where there is none, or where the homeserver does not let the bot see it."""
        try:
            return await self._homeserver.call("GET", paths.v3("rooms", room, "state", kind, *([key] if key else [])))
        except (Gone, Refused):
            return None


def _is_there(room: Room, user: str) -> bool:
    return user in room.people and room.people[user].membership in PRESENT
