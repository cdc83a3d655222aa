"""The bot's device: nio's Olm machine, made fit for what strangers send and for being killed at any moment."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

import vodozemac
from nio import ForwardedRoomKeyEvent, KeysQueryResponse, RoomKeyEvent, ToDeviceEvent
from nio.crypto import InboundGroupSession, Olm, OlmDevice, OutboundGroupSession, OutgoingKeyRequest
from nio.events.to_device import OlmEvent
from peewee import PeeweeException

from bot.platforms.matrix.connection.homeserver import Json
from bot.platforms.matrix.crypto.key_file import KeyFile
from bot.platforms.matrix.crypto.room_keys import RoomKeys
from bot.platforms.matrix.fields import mapping

MEGOLM = "m.megolm.v1.aes-sha2"
_ONE_TIME_KEY = "signed_curve25519"
_MOST_MESSAGES_KNOWN = 100_000
_MOST_ASKED = 5_000
"""Room keys that were asked for and did not come: most never do."""
_REASONS = ("m.blacklisted", "m.unverified", "m.unauthorised", "m.unavailable", "m.no_olm")

Giver = str
Key = tuple[str, str]


class Device(Olm):  # type: ignore[misc]
    """What the keys of one device can do without asking the homeserver.

    Attributes:
        identity: its public keys by algorithm.
        wants_fallback: whether the homeserver has no key left to give when the one-time keys run out.
        withheld: how often clients said that they keep room keys from this device, by their reason.
    """

    store: KeyFile
    inbound_group_store: RoomKeys

    def __init__(self, user: str, device: str, store: KeyFile) -> None:
        super().__init__(user, device, store)
        self._givers: dict[str, Giver] = store.givers()
        self._messages: dict[tuple[str, str, int], object] = {}
        self.wants_fallback = False
        self.withheld: Counter[str] = Counter()
        self.identity: dict[str, str] = dict(self.account.identity_keys)

    # --- taking -------------------------------------------------------------------------------------------------

    def take(self, sync: Json) -> set[Key]:
        """Take what a sync answer says about keys; gives (room, session) of the room keys in it, new or not.

        To be called within a transaction of the key file: a ratchet must not move on without what it opened.
        """
        events = _list(mapping(sync.get("to_device")).get("events"))
        found = {key for event in events if isinstance(event, dict) and (key := self._taken(event))}
        if events:
            self.store.forget_old()
        for user in _list(mapping(sync.get("device_lists")).get("changed")):
            if isinstance(user, str) and user in self.tracked_users:
                self.users_for_key_query.add(user)
        # Nobody tells of their devices any more.
        for user in _list(mapping(sync.get("device_lists")).get("left")):
            if isinstance(user, str) and user != self.user_id:
                self.tracked_users.discard(user)
        if "device_one_time_keys_count" in sync:
            self.count_one_time_keys(sync["device_one_time_keys_count"])
        unused = sync.get("device_unused_fallback_key_types")
        if isinstance(unused, list):
            self.wants_fallback = _ONE_TIME_KEY not in unused
        return found

    def _taken(self, event: dict[str, Any]) -> Key | None:
        if event.get("type") == "m.room_key.withheld":
            reason = mapping(event.get("content")).get("code")
            self.withheld[reason if reason in _REASONS else "another reason"] += 1
        if event.get("type") != "m.room.encrypted":
            return None
        try:
            digest = hashlib.sha256(json.dumps(event, sort_keys=True).encode()).hexdigest()
        except (ValueError, TypeError, RecursionError):
            return None
        before = self.store.taken(digest)
        if before is not None:
            return (before.room, before.session) if before.room else None
        key = self._opened(event)
        self.store.remember_taken(digest, key)
        return key

    def _opened(self, event: dict[str, Any]) -> Key | None:
        """The room key in an event for this device alone."""
        try:
            parsed = ToDeviceEvent.parse_event(event)
            inside = self.decrypt_event(parsed) if isinstance(parsed, OlmEvent) else None
            if not isinstance(inside, RoomKeyEvent | ForwardedRoomKeyEvent):
                return None
            room, session = inside.room_id, inside.session_id
        except PeeweeException:
            raise
        except Exception:  # noqa: BLE001 - a stranger's event, and nio raises what its parts raise
            return None
        if not self.inbound_group_store.of(room, session):
            return None
        asked = self.outgoing_key_requests.pop(session, None)
        if asked is not None:
            self.store.remove_outgoing_key_request(asked)
        return room, session

    def _handle_room_key_event(self, sender: str, sender_key: str, payload: dict[str, Any]) -> Any:
        """The sender is the homeserver's word, the sender's key is proven: from now on they belong together."""
        event = super()._handle_room_key_event(sender, sender_key, payload)
        if isinstance(event, RoomKeyEvent) and sender_key not in self._givers:
            self.store.add_giver(sender_key, sender)
            self._givers[sender_key] = sender
        return event

    def create_group_session(
        self, sender_key: str, sender_fp_key: str, room_id: str, session_id: str, session_key: str
    ) -> None:
        session = InboundGroupSession(session_key, sender_fp_key, sender_key, room_id)
        if session.id == session_id and self.inbound_group_store.add(session):
            self.save_inbound_group_session(session)

    def _should_accept_forward(self, sender: str, sender_key: str, event: ForwardedRoomKeyEvent) -> bool:
        """Only what was asked for, and only from the device that made the session."""
        asked = self.outgoing_key_requests.get(event.session_id)
        made_by = mapping(event.source.get("content")).get("sender_key")
        if asked is None or event.algorithm != MEGOLM or event.room_id != asked.room_id or made_by != sender_key:
            return False
        return bool([device for device in self.devices_of([sender]) if device.curve25519 == sender_key])

    # --- opening messages ---------------------------------------------------------------------------------------

    def open_message(self, room: str, event: Json) -> str | None:
        """The plaintext of an encrypted event of a room; None: no key for it, or none that its sender may use."""
        content = mapping(event.get("content"))
        identity, ciphertext, sender = content.get("session_id"), content.get("ciphertext"), event.get("sender")
        if content.get("algorithm") != MEGOLM or not isinstance(identity, str) or not isinstance(ciphertext, str):
            return None
        for session in self.inbound_group_store.of(room, identity):
            if isinstance(sender, str) and self._may_be_of(sender, session.sender_key):
                try:
                    plaintext, index = session.decrypt(ciphertext)
                except ValueError:
                    continue
                return str(plaintext) if self._is_first((room, identity, index), event.get("event_id")) else None
        return None

    def _is_first(self, place: tuple[str, str, int], event: object) -> bool:
        """Whether this event, and no other, is what stands at its place in the session: nobody sends it once more."""
        first = self._messages.setdefault(place, event)
        if len(self._messages) > _MOST_MESSAGES_KNOWN:
            del self._messages[next(iter(self._messages))]
        return first == event

    def _may_be_of(self, user: str, sender_key: str) -> bool:
        """Whether the device with this identity key is the user's, as far as anybody knows."""
        if sender_key == self.identity["curve25519"]:
            return user == str(self.user_id)
        giver = self._givers.get(sender_key)
        if giver is not None:
            return giver == user
        owners = {device.user_id for device in self.device_store if device.curve25519 == sender_key}
        return not owners or user in owners

    def has_key(self, room: str, session: str) -> bool:
        return bool(self.inbound_group_store.of(room, session))

    def asked_for(self, room: str, session: str) -> None:
        """Remember that a room key was asked for, also after a restart; in place of the oldest, where many were."""
        while len(self.outgoing_key_requests) >= _MOST_ASKED:
            oldest = self.outgoing_key_requests.pop(next(iter(self.outgoing_key_requests)))
            self.store.remove_outgoing_key_request(oldest)
        request = OutgoingKeyRequest(session, session, room, MEGOLM)
        self.outgoing_key_requests[session] = request
        self.store.add_outgoing_key_request(request)

    # --- the keys of others -------------------------------------------------------------------------------------

    def learn(self, user: str, devices: Mapping[str, Any]) -> None:
        """Take a user's devices as the homeserver gave them; those whose keys make no sense are none."""
        changed_again = user in self.users_for_key_query
        sound = {
            name: payload for name, payload in devices.items() if isinstance(name, str) and _is_sound(name, payload)
        }
        self._handle_key_query(KeysQueryResponse({user: sound}, {}))
        if changed_again:
            self.users_for_key_query.add(user)

    def devices_of(self, users: Collection[str]) -> list[OlmDevice]:
        """All devices of these users, but this one."""
        return [
            device
            for user in users
            if user in self.device_store.users
            for device in self.device_store.active_user_devices(user)
            if (device.user_id, device.id) != (self.user_id, self.device_id)
        ]

    def has_session(self, device: OlmDevice) -> bool:
        return self.session_store.get(device.curve25519) is not None

    def begin_session(self, device: OlmDevice, claimed: object) -> bool:
        """Begin a session with a device by the one-time key that was claimed from it; False: that was none."""
        one_time_key = next(iter(mapping(claimed).values()), None)
        try:
            if not isinstance(one_time_key, dict) or not self.verify_json(
                one_time_key, device.ed25519, device.user_id, device.id
            ):
                return False
            session = self.create_session(one_time_key["key"], device.curve25519)
        except (ValueError, TypeError, KeyError):
            return False
        # nio prefers the session that was used last, by a time which it does not load again.
        known = self.session_store[device.curve25519]
        known.sort(key=lambda one: one is not session)
        if device in self.wedged_devices:
            self.wedged_devices.remove(device)
            self._queue_dummy_message(session, device)
        return True

    def sealed_room_key(self, device: OlmDevice, session: OutboundGroupSession, room: str) -> dict[str, Any] | None:
        """A room key that only this device can open; None where the session with it is broken."""
        content = {
            "algorithm": MEGOLM,
            "room_id": room,
            "session_id": session.id,
            "session_key": session.session_key,
        }
        try:
            sealed: dict[str, Any] = self._olm_encrypt(
                self.session_store.get(device.curve25519), device, "m.room_key", content
            )
        except ValueError:
            return None
        return sealed

    # --- its own keys on the homeserver -------------------------------------------------------------------------

    @property
    def should_upload_keys(self) -> bool:
        """Refilled when half of them are gone, as clients do."""
        if not self.account.shared:
            return True
        return self.uploaded_key_count is not None and self.uploaded_key_count <= self.account.max_one_time_keys // 2

    def keys_to_upload(self) -> dict[str, Any] | None:
        """What the homeserver lacks of this device's keys; kept in the file already, so that a crash loses none."""
        keys: dict[str, Any] = {}
        if self.should_upload_keys:
            keys = self.share_keys()
        if self.wants_fallback or not self.account.shared:
            account = self.account._account  # noqa: SLF001 - nio does not pass these on
            if not account.fallback_key:
                account.generate_fallback_key()
            keys["fallback_keys"] = {
                f"{_ONE_TIME_KEY}:{identity}": self.signed({"key": key.to_base64(), "fallback": True})
                for identity, key in account.fallback_key.items()
            }
        if not keys:
            return None
        self.save_account()
        return keys

    def count_one_time_keys(self, counts: object) -> None:
        """How many the homeserver has left, as it says."""
        count = counts.get(_ONE_TIME_KEY, 0) if isinstance(counts, Mapping) else None
        self.uploaded_key_count = count if isinstance(count, int) else None

    def uploaded(self, counts: object) -> None:
        """The homeserver has taken them."""
        self.count_one_time_keys(counts)
        self.account.shared = True
        self.wants_fallback = False
        self.mark_keys_as_published()
        self.save_account()

    def signed(self, thing: dict[str, Any]) -> dict[str, Any]:
        signature = self.sign_json(thing)
        return {**thing, "signatures": {self.user_id: {f"ed25519:{self.device_id}": signature}}}


def _is_sound(name: str, payload: object) -> bool:
    """Whether nio can take this for a device; it stumbles over what strangers may publish."""
    if not isinstance(payload, dict) or not isinstance(payload.get("user_id"), str) or payload.get("device_id") != name:
        return False
    keys, unsigned = payload.get("keys"), payload.get("unsigned", {})
    signatures = payload.get("signatures")
    if not isinstance(keys, dict) or not isinstance(unsigned, dict) or not isinstance(signatures, dict):
        return False
    if not isinstance(unsigned.get("device_display_name", ""), str):
        payload["unsigned"] = {}
    try:
        vodozemac.Ed25519PublicKey.from_base64(keys[f"ed25519:{name}"])
        vodozemac.Curve25519PublicKey.from_base64(keys[f"curve25519:{name}"])
        vodozemac.Ed25519Signature.from_base64(signatures[payload["user_id"]][f"ed25519:{name}"])
    except (ValueError, TypeError, KeyError):
        return False
    return True


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
