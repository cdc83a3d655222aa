"""Removing and banning people, and letting them back, in one room."""

from typing import Any

from bot.errors import Gone
from bot.platforms.matrix.connection.homeserver import Homeserver
from bot.platforms.matrix.connection.paths import v3
from bot.platforms.matrix.connection.refusals import Refused
from bot.platforms.matrix.outgoing.places import Places
from bot.platforms.matrix.rooms.rooms import Rooms

_BEFORE = {"kick": frozenset({"join", "invite", "knock"}), "unban": frozenset({"ban"})}
"""The memberships that an action ends; a ban is for everybody who is not banned."""


class Memberships:
    def __init__(self, homeserver: Homeserver, rooms: Rooms, places: Places) -> None:
        self._homeserver, self._rooms, self._places = homeserver, rooms, places

    async def change(self, room: str, user: str, action: str, reason: str) -> bool:
        """Carry out "kick", "ban" or "unban"; False where there is nothing to do.

        Raises:
            Forbidden: the bot lacks power, and which.
        """
        if not _applies(action, await self._rooms.membership(room, user)):
            return False
        self._places.may(room, user, action)
        body: dict[str, Any] = {"user_id": user, "reason": reason}
        try:
            await self._homeserver.call("POST", v3("rooms", room, action), body)
        except (Gone, Refused) as refused:
            if not _applies(action, await self._now(room, user)):
                return False  # an earlier attempt had come through, or they left by themselves
            known = self._rooms.get(room)
            if known is None or not isinstance(refused, Refused) or refused.errcode != "M_FORBIDDEN":
                raise
            raise self._places.forbidden(room, user, action, known.power) from refused
        return True

    async def _now(self, room: str, user: str) -> str | None:
        """The membership by the homeserver's word: what the last sync said may be old."""
        try:
            member = await self._homeserver.call("GET", v3("rooms", room, "state", "m.room.member", user))
        except (Gone, Refused):
            return None
        membership = member.get("membership")
        return membership if isinstance(membership, str) else None


def _applies(action: str, membership: str | None) -> bool:
    return membership in _BEFORE[action] if action in _BEFORE else membership != "ban"
