"""The bot's device: what it can decrypt and encrypt. Wraps nio's Olm machine and key store."""

from collections.abc import Collection, Mapping
from typing import Any

from bot.platforms.matrix.connection.homeserver import Json


class Machine:
    """Keys of one device, kept in a file of their own beside the store."""

    async def take(self, sync: Json) -> frozenset[tuple[str, str]]:
        """Take the encryption part of a sync answer (to_device, device_lists, one-time key counts), in one transaction.

        Gives (room, megolm session id) of every room key that came with it.
        """
        raise NotImplementedError

    async def upkeep(self) -> None:
        """Upload keys, query changed devices, claim and send what is due. Raises like `Homeserver.call`."""
        raise NotImplementedError

    def decrypt(self, room: str, event: Json) -> dict[str, Any] | None:
        """The event in clear, same id, sender, time and relation, with its own type and content; None: no key yet."""
        raise NotImplementedError

    async def encrypt(self, room: str, users: Collection[str], kind: str, content: Json) -> dict[str, Any]:
        """The content of an m.room.encrypted event that every device of `users` can read.

        A relation stays readable by the server, as the specification wants it. Raises like `Homeserver.call`.
        """
        raise NotImplementedError

    def people_changed(self, room: str) -> None:
        """Somebody left: they must not read what comes next, so the next message begins a new session."""
        raise NotImplementedError

    def session_of(self, event: Json) -> str | None:
        """The megolm session id of an encrypted event."""
        content: Mapping[str, Any] = event.get("content") or {}
        session = content.get("session_id")
        return session if isinstance(session, str) else None
