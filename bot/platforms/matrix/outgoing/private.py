"""Rooms of the bot and one person: found again, or made."""

import asyncio
from collections import defaultdict
from typing import Any

from bot.errors import Forbidden, Gone
from bot.platforms.matrix.connection.homeserver import Homeserver
from bot.platforms.matrix.connection.paths import v3
from bot.platforms.matrix.connection.refusals import Refused
from bot.platforms.matrix.rooms.room import mark_of_private
from bot.platforms.matrix.rooms.rooms import Rooms

_LIST = "m.direct"
"""The account data that lists private rooms by user, for every client of the account."""

_ENCRYPTION = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
_THERE = frozenset({"join", "invite"})


class PrivateRooms:
    """A person has one room, also where a crash came between making it and noting it: its first event says whose it is.

    Which room it is must not change between two attempts of a post, or both would arrive.

    Attributes:
        made: rooms of this run and whether they are encrypted, until a sync tells of them.
    """

    def __init__(self, homeserver: Homeserver, rooms: Rooms, *, encrypted: bool) -> None:
        self._homeserver, self._rooms, self._encrypted = homeserver, rooms, encrypted
        self._by_user: dict[str, str] = {}
        self._making: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._listing = asyncio.Lock()
        self.made: dict[str, bool] = {}

    async def room(self, user: str) -> str:
        """Raises Forbidden where the user cannot be invited."""
        async with self._making[user]:
            if (made := await self._made_before(user)) is not None:
                return made
            if (known := self._rooms.direct_with(user)) is not None:
                return known.id
            listed, own = await self._listed(), self._homeserver.user
            for room in reversed(_rooms_of(listed, user)):
                if await self._rooms.membership(room, own) == "join" and await self._entered(room, user):
                    self._by_user[user] = room
                    return room
            room = self._by_user[user] = await self._make(user)
            await self._list(user, room)
            return room

    async def _made_before(self, user: str) -> str | None:
        """In this run or an earlier one. A room that a crash left without encryption is none to write into."""
        for room in self._rooms.made_for(user):
            if (room.encrypted or not self._encrypted) and await self._entered(room.id, user):
                return room.id
        made = self._by_user.get(user)
        return made if made and await self._is_there(made, user) else None

    async def _is_there(self, room: str, user: str) -> bool:
        return await self._rooms.membership(room, user) in _THERE

    async def _entered(self, room: str, user: str) -> bool:
        """Whether the user is there or has been asked back in."""
        if await self._is_there(room, user):
            return True
        try:
            await self._homeserver.call("POST", v3("rooms", room, "invite"), {"user_id": user})
        except (Refused, Gone):
            return False
        return True

    async def _make(self, user: str) -> str:
        body: dict[str, Any] = {
            "preset": "trusted_private_chat",
            "is_direct": True,
            "creation_content": mark_of_private(user),
            "invite": [user],
            "initial_state": [_ENCRYPTION] if self._encrypted else [],
        }
        try:
            answer = await self._homeserver.call("POST", v3("createRoom"), body)
        except (Refused, Gone) as refused:
            raise unreachable() from refused
        room = answer.get("room_id")
        if not isinstance(room, str):
            raise unreachable()
        self.made[room] = self._encrypted
        return room

    async def _listed(self) -> dict[str, Any]:
        try:
            return await self._homeserver.call("GET", v3("user", self._homeserver.user, "account_data", _LIST))
        except Gone:
            return {}

    async def _list(self, user: str, room: str) -> None:
        path = v3("user", self._homeserver.user, "account_data", _LIST)
        async with self._listing:
            listed = await self._listed()
            await self._homeserver.call("PUT", path, {**listed, user: [*_rooms_of(listed, user), room]})


def unreachable() -> Forbidden:
    return Forbidden("write privately to the member", "a direct room", "to invite them")


def _rooms_of(listed: dict[str, Any], user: str) -> list[str]:
    rooms = listed.get(user)
    return [room for room in rooms if isinstance(room, str)] if isinstance(rooms, list) else []
