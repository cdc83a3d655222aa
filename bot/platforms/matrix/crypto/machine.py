"""The bot's device: what it can decrypt and encrypt. Wraps nio's Olm machine and key store."""

from collections.abc import Collection, Mapping
from typing import Any

from bot.errors import Unavailable
from bot.log import logger
from bot.platforms.matrix.connection.homeserver import Homeserver, Json
from bot.platforms.matrix.crypto.clear import clear_event
from bot.platforms.matrix.crypto.cross_signing import CrossSigning
from bot.platforms.matrix.crypto.device import Device
from bot.platforms.matrix.crypto.key_requests import KeyRequests
from bot.platforms.matrix.crypto.opening import open_device
from bot.platforms.matrix.crypto.sharing import Sharing
from bot.platforms.matrix.options import Options
from bot.ports.clock import Clock

_log = logger("matrix")


class Machine:
    """Keys of one device, kept in a file of their own beside the store. `open` comes first, `close` last."""

    def __init__(self, homeserver: Homeserver, options: Options, clock: Clock) -> None:
        self._homeserver, self._folder = homeserver, options.folder
        self._requests = KeyRequests(homeserver, clock)
        self._sharing = Sharing(self._requests)
        self._signing = CrossSigning(homeserver, options.folder, options.password)
        self._opened: Device | None = None
        self._is_ahead = False
        """Whether ratchets in memory have moved on while those in the file have not."""
        self._to_be_signed = True

    async def open(self) -> None:
        """Open the keys of the device that the homeserver is logged in as, or make them; open already: nothing happens.

        Raises:
            ConfigError: the keys are lost, damaged or in use; the words say what to do.
            Others as of `Homeserver.call`.
        """
        await self._homeserver.log_in()
        if self._opened is None:
            self._opened = await open_device(self._homeserver, self._folder)

    def close(self) -> None:
        """Let go of the key file; opened again it goes on where it was."""
        if self._opened is not None:
            self._opened.store.database.close()
            self._opened = None

    async def take(self, sync: Json) -> frozenset[tuple[str, str]]:
        """Take the encryption part of a sync answer (to_device, device_lists, one-time key counts), in one transaction.

        Gives (room, megolm session id) of every room key that came with it, also if it was taken before: whoever
        stores the batch may have died in between.

        Raises:
            Unavailable: the key file cannot be written; nothing was taken.
        """
        device = self._device
        withheld = set(device.withheld)
        try:
            with device.store.transaction():
                found = device.take(sync)
        except BaseException:
            self._is_ahead = True
            raise
        for reason in set(device.withheld) - withheld:
            _log.warning("somebody's client keeps the keys of its messages from the bot", reason=reason)
        if device.user_id in device.users_for_key_query:
            self._to_be_signed = True
        return frozenset(found)

    async def upkeep(self) -> None:
        """Upload keys, query changed devices, claim and send what is due. Raises like `Homeserver.call`."""
        device = self._device
        with device.store.trouble():
            await self._requests.know(device, {device.user_id})
            await self._requests.upkeep(device)
        if self._to_be_signed:
            await self._signing.sign()
            self._to_be_signed = False

    def signed(self) -> bool | str:
        """Whether the device is cross-signed; else why not, for the operator."""
        return self._signing.outcome

    def decrypt(self, room: str, event: Json) -> dict[str, Any] | None:
        """The event in clear, same id, sender, time and relation, with its own type and content; None: no key yet."""
        device = self._device
        plaintext = device.open_message(room, event)
        if plaintext is not None:
            return clear_event(room, event, plaintext)
        session, sender = self.session_of(event), event.get("sender")
        if session is not None and isinstance(sender, str) and not device.has_key(room, session):
            self._requests.miss(room, session, sender)
        return None

    async def encrypt(self, room: str, users: Collection[str], kind: str, content: Json) -> dict[str, Any]:
        """The content of an m.room.encrypted event that every device of `users` can read.

        A relation stays readable by the server, as the specification wants it. Raises like `Homeserver.call`.
        """
        device = self._device
        with device.store.trouble():
            return dict(await self._sharing.encrypt(device, room, users, kind, content))

    def people_changed(self, room: str) -> None:
        """Somebody left: they must not read what comes next, so the next message begins a new session."""
        self._sharing.end_session(room)

    def session_of(self, event: Json) -> str | None:
        """The megolm session id of an encrypted event."""
        content = event.get("content")
        session = content.get("session_id") if isinstance(content, Mapping) else None
        return session if isinstance(session, str) else None

    @property
    def _device(self) -> Device:
        """As the key file has it. Raises Unavailable where that cannot be read."""
        if self._opened is None:
            raise Unavailable("the bot's encryption keys are not open yet")
        if self._is_ahead:
            former = self._opened
            with former.store.trouble():
                self._opened = Device(former.user_id, former.device_id, former.store)
            self._is_ahead = False
        return self._opened
