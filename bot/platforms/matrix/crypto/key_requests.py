"""What a device asks of the homeserver: that it takes its keys, and gives those of others."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import Any

from nio.crypto import OlmDevice

from bot.errors import PlatformError, RateLimited, Unavailable
from bot.log import logger
from bot.platforms.matrix.connection.homeserver import Homeserver
from bot.platforms.matrix.connection.paths import v3
from bot.platforms.matrix.connection.refusals import Refused
from bot.platforms.matrix.crypto.device import MEGOLM, Device
from bot.platforms.matrix.fields import mapping
from bot.ports.clock import Clock

_PASSING = (Unavailable, RateLimited)
_USERS_AT_ONCE, _DEVICES_AT_ONCE = 200, 100
_OTHER_SERVERS = 10_000
"""Milliseconds that the homeserver gives other homeservers to answer."""
_PATIENCE = 60.0
_SERVER_PAUSE, _DEVICE_PAUSE = 600.0, 3600.0
_MOST_PAUSES = 20_000
_ASKED_AT_ONCE, _MOST_WAITING = 20, 500
_LONGEST_NAME = 255

_log = logger("matrix")


class KeyRequests:
    """Asks; what comes back goes into the device. Nobody is asked again at once who had no answer."""

    def __init__(self, homeserver: Homeserver, clock: Clock) -> None:
        self._homeserver, self._clock = homeserver, clock
        self._uploading, self._querying, self._claiming = asyncio.Lock(), asyncio.Lock(), asyncio.Lock()
        self._pauses: dict[tuple[str, ...], float] = {}
        self._missing: dict[tuple[str, str], str] = {}

    async def upload(self, device: Device) -> None:
        """Give the homeserver what it lacks of the device's own keys."""
        async with self._uploading:
            await self._upload(device)

    async def _upload(self, device: Device) -> None:
        path = v3("keys", "upload")
        if device.account.shared and device.should_upload_keys:
            # Synapse keeps answers to syncs and gives them again with the counts of then.
            answer = await self._homeserver.call("POST", path, {})
            device.count_one_time_keys(answer.get("one_time_key_counts"))
        keys = device.keys_to_upload()
        if keys is None:
            return
        try:
            answer = await self._homeserver.call("POST", path, keys)
        except Refused:
            # One of these is there already, of a run before a copy of the file was put back: new ones next time.
            if device.account.shared:
                device.uploaded(None)
            raise
        device.uploaded(answer.get("one_time_key_counts"))

    async def know(self, device: Device, users: Collection[str]) -> None:
        """Have these users' devices as they are now; nothing is asked where that is known."""
        async with self._querying:
            asked = [
                user
                for user in sorted(users)
                if (user not in device.tracked_users or user in device.users_for_key_query)
                and not self._pausing(("user", user))
            ]
            for chunk in in_parts(asked, _USERS_AT_ONCE):
                await self._query(device, chunk)

    async def _query(self, device: Device, users: list[str]) -> None:
        device.users_for_key_query.difference_update(users)
        try:
            answer = await self._homeserver.call(
                "POST",
                v3("keys", "query"),
                {"device_keys": {user: [] for user in users}, "timeout": _OTHER_SERVERS},
                patience=_PATIENCE,
            )
            self._learn(device, users, answer)
        except BaseException:
            device.users_for_key_query.update(users)
            raise

    def _learn(self, device: Device, users: list[str], answer: Mapping[str, Any]) -> None:
        found, failures = mapping(answer.get("device_keys")), mapping(answer.get("failures"))
        for user in users:
            devices = found.get(user)
            if isinstance(devices, dict):
                device.learn(user, devices)
            elif user.partition(":")[2] in failures:
                device.users_for_key_query.add(user)
                self._pause(("user", user), _SERVER_PAUSE)
            else:
                device.learn(user, {})

    async def begin_sessions(self, device: Device, others: Iterable[OlmDevice], *, anew: bool = False) -> None:
        """Begin a session with each that has none (`anew`: with each); who gives no key is left alone a while."""
        async with self._claiming:
            wanted = [
                other
                for other in others
                if (anew or not device.has_session(other)) and not self._pausing(("device", other.user_id, other.id))
            ]
            for chunk in in_parts(wanted, _DEVICES_AT_ONCE):
                await self._claim(device, chunk)

    async def _claim(self, device: Device, others: list[OlmDevice]) -> None:
        asked: dict[str, dict[str, str]] = {}
        for other in others:
            asked.setdefault(other.user_id, {})[other.id] = "signed_curve25519"
        answer = await self._homeserver.call(
            "POST", v3("keys", "claim"), {"one_time_keys": asked, "timeout": _OTHER_SERVERS}, patience=_PATIENCE
        )
        given = mapping(answer.get("one_time_keys"))
        with device.store.transaction():
            for other in others:
                if not device.begin_session(other, mapping(given.get(other.user_id)).get(other.id)):
                    self._pause(("device", other.user_id, other.id), _DEVICE_PAUSE)

    async def send_to_devices(self, kind: str, messages: Mapping[str, Mapping[str, Any]]) -> None:
        """`messages`: user to device to content."""
        path = v3("sendToDevice", kind, secrets.token_hex(16))
        await self._homeserver.call("PUT", path, {"messages": messages}, patience=_PATIENCE)

    # --- what nobody waits for ----------------------------------------------------------------------------------

    def miss(self, room: str, session: str, sender: str) -> None:
        """A message came whose key did not: ask the sender's devices, if it is not there by the next `upkeep`.

        Whoever else claims the same session later is not asked in the first one's place.
        """
        if len(self._missing) < _MOST_WAITING and len(session) <= _LONGEST_NAME:
            self._missing.setdefault((room, session), sender)

    async def upkeep(self, device: Device) -> None:
        """Everything that is due, each thing tried whether or not another failed; the first failure is raised."""
        failed: list[PlatformError] = []
        changed = sorted(device.users_for_key_query)
        steps: tuple[Callable[[], Awaitable[None]], ...] = (
            lambda: self.upload(device),
            lambda: self.know(device, changed),
            lambda: self.begin_sessions(device, list(device.wedged_devices), anew=True),
            lambda: self._send_queued(device),
            lambda: self._ask_for_missing(device),
        )
        for step in steps:
            try:
                await step()
            except PlatformError as error:
                failed.append(error)
        if failed:
            raise failed[0]

    async def _send_queued(self, device: Device) -> None:
        for message in list(device.outgoing_to_device_messages):
            try:
                await self.send_to_devices(message.type, message.as_dict()["messages"])
            except _PASSING:
                raise
            except PlatformError as error:
                _log.warning("a message between devices was refused", error=str(error))
            device._mark_to_device_message_as_sent(message)  # noqa: SLF001 - nio's way to take it off the queue

    async def _ask_for_missing(self, device: Device) -> None:
        """Ask for keys that did not come, each once: most clients do not answer, and none is pestered."""
        for (room, session), sender in list(self._missing.items())[:_ASKED_AT_ONCE]:
            known = device.has_key(room, session) or session in device.outgoing_key_requests
            if not known and sender != device.user_id:
                request = {
                    "action": "request",
                    "body": {"algorithm": MEGOLM, "room_id": room, "session_id": session},
                    "request_id": session,
                    "requesting_device_id": device.device_id,
                }
                try:
                    await self.send_to_devices("m.room_key_request", {sender: {"*": request}})
                except Refused as error:
                    _log.warning("asking for a room key was refused", error=str(error))
                device.asked_for(room, session)
            self._missing.pop((room, session), None)

    # --- patience -----------------------------------------------------------------------------------------------

    def _pause(self, who: tuple[str, ...], seconds: float) -> None:
        if len(self._pauses) >= _MOST_PAUSES:
            now = self._clock.monotonic()
            self._pauses = {name: until for name, until in self._pauses.items() if until > now}
        self._pauses[who] = self._clock.monotonic() + seconds

    def _pausing(self, who: tuple[str, ...]) -> bool:
        return self._pauses.get(who, 0.0) > self._clock.monotonic()


def in_parts(items: list[Any], size: int) -> list[list[Any]]:
    return [items[begin : begin + size] for begin in range(0, len(items), size)]
