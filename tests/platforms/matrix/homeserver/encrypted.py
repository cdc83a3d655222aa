"""A member whose client encrypts, by nio: the same acts as any `Person`'s, readable to the devices in the room only."""

import tempfile
from pathlib import Path
from typing import Any

from nio import AsyncClient, AsyncClientConfig, Event, MegolmEvent, RoomEncryptionEvent
from nio.crypto import decrypt_attachment
from nio.exceptions import EncryptionError

from tests.platforms.matrix.homeserver.person import Person
from tests.platforms.matrix.homeserver.synapse import Account
from tests.platforms.matrix.homeserver.view import Json


class EncryptedPerson(Person):
    """Encrypts wherever the room is encrypted; its keys live as long as the object.

    `caught_up` reads what is new for its client; everything that looks or speaks does so by itself. Where many messages
    are sent in a row, `eager` off saves that for each of them.
    """

    def __init__(self, url: str, account: Account, *, patience: float = 60.0) -> None:
        super().__init__(url, account, patience=patience)
        self._folder = tempfile.TemporaryDirectory(prefix="folkmoot-person-")
        config = AsyncClientConfig(encryption_enabled=True, max_timeouts=0, store_sync_tokens=False)
        self._client = AsyncClient(url, account.user, account.device, self._folder.name, config)
        self._client.restore_login(account.user, account.device, account.token)
        self._client.add_event_callback(self._encryption_came, RoomEncryptionEvent)
        self._shared_with: dict[str, frozenset[tuple[str, str]]] = {}
        self._cleared: dict[str, dict[str, Any]] = {}
        self.eager = True

    async def aclose(self) -> None:
        await self._client.close()
        if self._client.store is not None:
            self._client.store.database.close()
        self._folder.cleanup()
        await super().aclose()

    async def _encryption_came(self, *_: object) -> None:
        """nio marks the room as encrypted by itself."""

    # --- keys ---------------------------------------------------------------------------------------------------

    async def caught_up(self) -> None:
        """Read what has come for this client, and do what keys want done."""
        await self._client.sync(timeout=0, full_state=not self._client.rooms)
        if self._client.should_upload_keys:
            await self._client.keys_upload()
        if self._client.should_query_keys:
            await self._client.keys_query()
        if self._client.should_claim_keys:
            await self._client.keys_claim(self._client.get_users_for_key_claiming())
        await self._client.send_to_device_messages()

    async def ready(self, room: str) -> None:
        """The client knows the room, who is in it and which devices they have now."""
        await self.until(lambda: self._knows(room), f"{room} in its own client")
        await self._client.joined_members(room)
        if self._client.should_query_keys:
            await self._client.keys_query()
        devices = frozenset(
            (user, device.id)
            for user in self._client.rooms[room].users
            for device in self._client.device_store.active_user_devices(user)
        )
        if self._shared_with.get(room) != devices:
            self._client.invalidate_outbound_session(room)
            self._shared_with[room] = devices

    async def _knows(self, room: str) -> bool:
        await self.caught_up()
        return room in self._client.rooms

    async def is_encrypted(self, room: str) -> bool:
        return await self.state(room, "m.room.encryption") is not None

    # --- speaking and looking -----------------------------------------------------------------------------------

    async def send(self, room: str, kind: str, content: Json, *, transaction: str | None = None) -> str:
        if kind == "m.reaction" or not await self._encrypts(room):
            return await super().send(room, kind, content, transaction=transaction)
        if self._client.olm.should_share_group_session(room):
            await self._share_keys(room)
        kind, content = self._client.encrypt(room, kind, dict(content))
        return await super().send(room, kind, content, transaction=transaction)

    async def _share_keys(self, room: str) -> None:
        shared = await self._client.share_group_session(room, ignore_unverified_devices=True)
        left_out = self._shared_with[room] - shared.users_shared_with - {(self.user, self.device)}
        if left_out:  # nio takes a session for shared also where the homeserver did not answer
            self._client.invalidate_outbound_session(room)
            raise ConnectionError(f"no keys for {sorted(left_out)}")

    async def _encrypts(self, room: str) -> bool:
        if self.eager or room not in self._shared_with:
            if not await self.is_encrypted(room):
                return False
            await self.ready(room)
        return True

    async def events(self, room: str) -> list[dict[str, Any]]:
        await self.caught_up()
        return await super().events(room)

    def in_clear(self, room: str, event: dict[str, Any]) -> dict[str, Any]:
        """What nobody gave this client the key of stays as it is."""
        if event["type"] != "m.room.encrypted" or not event.get("content"):
            return event
        if event["event_id"] not in self._cleared:
            parsed = Event.parse_encrypted_event(event)
            if not isinstance(parsed, MegolmEvent):
                return event
            parsed.room_id = room
            try:
                decrypted = self._client.decrypt_event(parsed)
            except EncryptionError:
                return event
            self._cleared[event["event_id"]] = {**event, **decrypted.source, "was_encrypted": True}
        return self._cleared[event["event_id"]]

    async def open_file(self, content: Json) -> bytes:
        """The content of a file that came with a message, encrypted or not."""
        sealed = content.get("file")
        if sealed is None:
            return await self.download(content["url"])
        return bytes(
            decrypt_attachment(
                await self.download(sealed["url"]), sealed["key"]["k"], sealed["hashes"]["sha256"], sealed["iv"]
            )
        )

    @property
    def keys_folder(self) -> Path:
        return Path(self._folder.name)
