"""How fast encryption is without a homeserver: `python -m tests.benchmarks.matrix_keys [--messages N] [--keys N]`.

Prints the time for opening messages of Matrix, for taking the keys that came for them, for loading a key file that
grew large, and for preparing the key of one message for many devices.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from nio.crypto import OlmAccount, OlmDevice, OutboundGroupSession

from bot.platforms.matrix.crypto.clear import clear_event
from bot.platforms.matrix.crypto.device import MEGOLM, Device
from bot.platforms.matrix.crypto.key_file import KeyFile

ROOM, ADA, BOT = "!room:bench", "@ada:bench", "@bot:bench"
A_SESSION = 20
"""Messages that a session carries here; clients carry up to a hundred."""


@contextmanager
def timed(what: str, number: int) -> Iterator[None]:
    begin = time.perf_counter()
    yield
    took = time.perf_counter() - begin
    print(f"{what}: {number} in {took:.3f} s, {number / took:.0f} a second")


def opened(folder: str, user: str) -> Device:
    return Device(user, "DEVICE", KeyFile(user, "DEVICE", folder, "key", f"{user}.db"))


def acquainted(one: Device, other: Device) -> OlmDevice:
    """`one` knows the other's device and can send it keys."""
    one.learn(other.user_id, {other.device_id: other.share_keys()["device_keys"]})
    (known,) = one.devices_of([other.user_id])
    key = next(iter(other.account.one_time_keys["curve25519"].values()))
    one.begin_session(known, {"k": other.signed({"key": key})})
    return known


def said(session: OutboundGroupSession, number: int) -> dict[str, object]:
    words = {"msgtype": "m.text", "body": f"words {number} " * 20}
    plaintext = json.dumps({"room_id": ROOM, "type": "m.room.message", "content": words})
    content = {"algorithm": MEGOLM, "session_id": session.id, "ciphertext": session.encrypt(plaintext)}
    return {"event_id": f"${number}", "sender": ADA, "origin_server_ts": number, "content": content}


def measure(folder: str, messages: int, keys: int) -> None:
    ada, bot = opened(folder, ADA), opened(folder, BOT)
    known = acquainted(ada, bot)
    sessions, given = [OutboundGroupSession() for _ in range(max(1, messages // A_SESSION))], []
    with ada.store.transaction():
        for session in sessions:
            session.mark_as_shared()
            sealed = ada.sealed_room_key(known, session, ROOM)
            given.append({"type": "m.room.encrypted", "sender": ADA, "content": sealed})
    events = [said(sessions[number % len(sessions)], number) for number in range(messages)]
    with timed("room keys taken", len(given)), bot.store.transaction():
        taken = bot.take({"to_device": {"events": given}})
    assert len(taken) == len(given)
    with timed("messages opened", messages):
        clear = [clear_event(ROOM, event, bot.open_message(ROOM, event) or "") for event in events]
    assert all(clear)
    with bot.store.transaction():
        for _ in range(keys):
            session = OutboundGroupSession()
            bot.create_group_session(
                ada.identity["curve25519"], ada.identity["ed25519"], ROOM, session.id, session.session_key
            )
    bot.store.database.close()
    with timed("room keys loaded at a start", keys):
        bot = opened(folder, BOT)
    share(bot, 300)
    for device in (ada, bot):
        device.store.database.close()


def share(bot: Device, devices: int) -> None:
    """What a new session costs in a room with so many devices."""
    others = []
    for number in range(devices):
        account = OlmAccount()
        account.generate_one_time_keys(1)
        other = OlmDevice(f"@{number}:bench", "D", dict(account.identity_keys))
        others.append((other, next(iter(account.one_time_keys["curve25519"].values()))))
    with timed("sessions with devices begun", devices), bot.store.transaction():
        for other, key in others:
            bot.create_session(key, other.curve25519)
    bot.create_outbound_group_session(ROOM)
    session = bot.outbound_group_sessions[ROOM]
    with timed("room keys sealed", devices), bot.store.transaction():
        for other, _ in others:
            bot.sealed_room_key(other, session, ROOM)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--keys", type=int, default=10_000, help="room keys in a key file that grew large")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(folder, given.messages, given.keys)


if __name__ == "__main__":
    main()
