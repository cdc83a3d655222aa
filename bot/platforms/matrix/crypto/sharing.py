"""Encrypting what the bot posts, so that every device of those in the room can read it and nobody else's."""

import asyncio
from collections import defaultdict
from collections.abc import Collection
from typing import Any
from weakref import WeakValueDictionary

from nio.crypto import OlmDevice, OutboundGroupSession
from nio.exceptions import EncryptionError

from bot.errors import Unavailable
from bot.platforms.matrix.connection.homeserver import Json
from bot.platforms.matrix.crypto.device import Device
from bot.platforms.matrix.crypto.key_requests import KeyRequests, in_parts

_KEYS_AT_ONCE = 100


class Sharing:
    """Sessions for the bot's own messages, one a room, and who was given each."""

    def __init__(self, requests: KeyRequests) -> None:
        self._requests = requests
        self._rooms: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._ended: set[str] = set()

    def end_session(self, room: str) -> None:
        """The next message begins a new session."""
        self._ended.add(room)

    async def encrypt(self, device: Device, room: str, users: Collection[str], kind: str, content: Json) -> Json:
        """Content of the m.room.encrypted event. One message of a room after the other: two share no key twice."""
        lock = self._rooms.setdefault(room, asyncio.Lock())
        async with lock:
            if not device.account.shared:
                await self._requests.upload(device)
            await self._requests.know(device, users)
            others = device.devices_of(users)
            session = self._session(device, room, others)
            lacking = [other for other in others if (other.user_id, other.id) not in session.users_shared_with]
            await self._requests.begin_sessions(device, lacking)
            for part in in_parts([other for other in lacking if device.has_session(other)], _KEYS_AT_ONCE):
                await self._share(device, room, session, part)
            session.mark_as_shared()
            try:
                sealed: dict[str, Any] = device.group_encrypt(room, {"type": kind, "content": dict(content)})
            except EncryptionError as error:
                raise Unavailable("the key for this message has just run out") from error
        relation = content.get("m.relates_to")
        return {**sealed, "m.relates_to": relation} if relation is not None else sealed

    def _session(self, device: Device, room: str, others: list[OlmDevice]) -> OutboundGroupSession:
        """The room's session; a new one where the old ran out, or somebody had it who is not there any more."""
        session = device.outbound_group_sessions.get(room)
        present = {(other.user_id, other.id) for other in others}
        if session is None or room in self._ended or session.expired or session.users_shared_with - present:
            with device.store.transaction():
                device.create_outbound_group_session(room)
            self._ended.discard(room)
        return device.outbound_group_sessions[room]

    async def _share(self, device: Device, room: str, session: OutboundGroupSession, others: list[OlmDevice]) -> None:
        messages: defaultdict[str, dict[str, Any]] = defaultdict(dict)
        with device.store.transaction():
            for other in others:
                sealed = device.sealed_room_key(other, session, room)
                if sealed is not None:
                    messages[other.user_id][other.id] = sealed
        await self._requests.send_to_devices("m.room.encrypted", messages)
        session.users_shared_with.update((other.user_id, other.id) for other in others)
