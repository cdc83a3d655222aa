"""A device without a homeserver: what strangers send moves nothing they may not move, and nothing raises."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nio.crypto import InboundGroupSession, OlmAccount, OutboundGroupSession

from bot.platforms.matrix.crypto.device import MEGOLM, Device
from bot.platforms.matrix.crypto.key_file import KeyFile
from bot.platforms.matrix.crypto.room_keys import RoomKeys

ROOM = "!room:test"
BOT = "@bot:test"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture
def opened(tmp_path):
    """Opens devices by user, and again by the same name; all closed in the end."""
    made = {}

    def of(user=BOT, name="DEVICE"):
        if user in made:
            made[user].store.database.close()
        made[user] = Device(user, name, KeyFile(user, name, str(tmp_path), "key", f"{user}.db"))
        return made[user]

    yield of
    for device in made.values():
        device.store.database.close()


def acquainted(one, other):
    """`one` knows the other's device and has a session with it."""
    one.learn(other.user_id, {other.device_id: other.share_keys()["device_keys"]})
    known = one.devices_of([other.user_id])[0]
    other.account.generate_one_time_keys(1)
    key = next(iter(other.account.one_time_keys["curve25519"].values()))
    assert one.begin_session(known, {"signed_curve25519:A": other.signed({"key": key})})
    other.mark_keys_as_published()
    return known


def room_key(giver, taker, session, room=ROOM):
    """The to-device event by which one device gives another a room key."""
    sealed = giver.sealed_room_key(giver.devices_of([taker.user_id])[0], session, room)
    return {"type": "m.room.encrypted", "sender": giver.user_id, "content": sealed}


def message(session, sender, event="$1", body="hello"):
    plaintext = json.dumps({"room_id": ROOM, "type": "m.room.message", "content": {"body": body}})
    content = {"algorithm": MEGOLM, "session_id": session.id, "ciphertext": session.encrypt(plaintext)}
    return {"type": "m.room.encrypted", "event_id": event, "sender": sender, "content": content}


def shared():
    session = OutboundGroupSession()
    session.mark_as_shared()
    return session


def sync(*events, **more):
    return {"to_device": {"events": list(events)}, **more}


@pytest.fixture
def ada(opened):
    return opened("@ada:test", "ADA")


def test_a_key_is_taken_once_and_told_each_time(opened, ada):
    bot = opened()
    acquainted(ada, bot)
    session = shared()
    event = room_key(ada, bot, session)
    assert bot.take(sync(event)) == {(ROOM, session.id)}
    assert bot.take(sync(event)) == {(ROOM, session.id)}
    again = opened()
    assert again.take(sync(event)) == {(ROOM, session.id)}
    assert json.loads(again.open_message(ROOM, message(session, ada.user_id)))["content"] == {"body": "hello"}
    assert not again.wedged_devices


def test_who_hands_on_a_members_key_takes_nothing_from_them(opened, ada):
    bot, eve = opened(), opened("@eve:test", "EVE")
    acquainted(ada, bot)
    acquainted(eve, bot)
    session = shared()
    early = message(session, ada.user_id, "$early")
    handed_on = room_key(eve, bot, session)
    genuine = OutboundGroupSession()
    genuine._session = session._session
    assert bot.take(sync(handed_on)) == {(ROOM, session.id)}
    late = message(session, ada.user_id, "$late")
    assert bot.open_message(ROOM, late) is None
    assert bot.open_message(ROOM, late | {"sender": eve.user_id}) is not None
    bot.take(sync(room_key(ada, bot, session)))
    for run in (bot, opened()):
        after = message(session, ada.user_id, f"$after {id(run)}")
        assert run.open_message(ROOM, after) is not None
        assert run.open_message(ROOM, after | {"sender": "@mallory:test"}) is None
        assert run.open_message(ROOM, early) is None


def test_a_key_given_again_later_in_the_session_opens_no_less(opened, ada):
    bot = opened()
    acquainted(ada, bot)
    session = shared()
    first = room_key(ada, bot, session)
    sent = [message(session, ada.user_id, f"${number}") for number in range(3)]
    bot.take(sync(first))
    bot.take(sync(room_key(ada, bot, session)))
    for run in (bot, opened()):
        assert all(run.open_message(ROOM, event) for event in sent)


def test_a_message_sent_once_more_is_none(opened, ada):
    bot = opened()
    acquainted(ada, bot)
    session = shared()
    bot.take(sync(room_key(ada, bot, session)))
    event = message(session, ada.user_id)
    assert bot.open_message(ROOM, event) is not None
    assert bot.open_message(ROOM, event) is not None
    assert bot.open_message(ROOM, event | {"event_id": "$again"}) is None
    assert bot.open_message("!other:test", event) is None


def test_nobody_speaks_as_the_bot(opened, ada):
    bot = opened()
    bot.create_outbound_group_session(ROOM)
    session = bot.outbound_group_sessions[ROOM]
    session.mark_as_shared()
    event = message(session, BOT)
    assert bot.open_message(ROOM, event) is not None
    assert bot.open_message(ROOM, event | {"sender": ada.user_id}) is None


def test_a_forwarded_key_counts_if_asked_for_and_from_its_maker(opened, ada):
    bot, eve = opened(), opened("@eve:test", "EVE")
    for giver in (ada, eve):
        acquainted(giver, bot)
        bot.learn(giver.user_id, {giver.device_id: giver.signed(_bare(giver))})
    session = shared()
    inbound = InboundGroupSession(session.session_key, ada.identity["ed25519"], ada.identity["curve25519"], ROOM)

    def forwarded(giver):
        known = giver.devices_of([BOT])[0]
        content = giver._encrypt_forwarding_key(ROOM, inbound, giver.session_store.get(known.curve25519), known)
        return {"type": "m.room.encrypted", "sender": giver.user_id, "content": content.content}

    assert bot.take(sync(forwarded(ada))) == set()
    bot.asked_for(ROOM, session.id)
    assert bot.take(sync(forwarded(eve))) == set()
    assert bot.take(sync(forwarded(ada))) == {(ROOM, session.id)}
    assert session.id not in opened().outgoing_key_requests


def _bare(device):
    keys = {f"{algorithm}:{device.device_id}": key for algorithm, key in device.identity.items()}
    return {"user_id": device.user_id, "device_id": device.device_id, "algorithms": [], "keys": keys}


def test_fallback_keys_are_made_when_used_and_kept_until_taken(opened):
    bot = opened()
    first = bot.keys_to_upload()
    assert first["device_keys"]["device_id"] == "DEVICE"
    assert len(first["one_time_keys"]) == 50
    assert len(first["fallback_keys"]) == 1
    assert set(opened().keys_to_upload()["one_time_keys"]) >= set(first["one_time_keys"])
    bot = opened()
    assert bot.keys_to_upload()["fallback_keys"] == first["fallback_keys"]
    bot.uploaded({"signed_curve25519": 50})
    bot.take({"device_one_time_keys_count": {"signed_curve25519": 50}, "device_unused_fallback_key_types": []})
    second = bot.keys_to_upload()
    assert set(second) == {"fallback_keys"}
    assert second["fallback_keys"] != first["fallback_keys"]
    bot.uploaded({"signed_curve25519": 50})
    bot.take({"device_one_time_keys_count": {}, "device_unused_fallback_key_types": ["signed_curve25519"]})
    assert set(bot.keys_to_upload()) == {"one_time_keys"}


def test_one_bad_device_does_not_hide_the_good_ones(opened, ada):
    bot = opened()
    good = ada.signed(_bare(ada))
    bad = {
        "A": {},
        "B": None,
        "C": {**good, "device_id": "C"},
        "D": {**good, "keys": {}},
        "E": {**good, "device_id": "E", "keys": {"ed25519:E": "!", "curve25519:E": "?"}},
        "F": {**good, "device_id": "F", "signatures": {"@ada:test": []}},
    }
    bot.learn("@ada:test", {**bad, "ADA": {**good, "unsigned": {"device_display_name": None}}})
    assert [device.id for device in bot.devices_of(["@ada:test", "@nobody:test"])] == ["ADA"]
    bot.learn("@ada:test", bad)
    assert bot.devices_of(["@ada:test"]) == []


@pytest.mark.parametrize("claimed", [None, {}, {"k": None}, {"k": {}}, {"k": {"key": 5, "signatures": {}}}])
def test_what_is_no_one_time_key(opened, ada, claimed):
    bot = opened()
    bot.learn("@ada:test", {"ADA": ada.signed(_bare(ada))})
    assert not bot.begin_session(bot.devices_of(["@ada:test"])[0], claimed)
    broken = {"k": ada.signed({"key": "AAAA"})}
    assert not bot.begin_session(bot.devices_of(["@ada:test"])[0], broken)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(JSON, JSON, JSON)
def test_nothing_that_comes_raises(opened, one, two, three):
    bot = opened()
    own = bot.identity["curve25519"]
    bot.take({"to_device": one, "device_lists": two, "device_one_time_keys_count": three})
    bot.take({"to_device": {"events": one}, "device_lists": {"changed": two}})
    sealed = {"algorithm": "m.olm.v1.curve25519-aes-sha2", "sender_key": "A" * 43, "ciphertext": {own: two}}
    events = [
        {"type": "m.room.encrypted", "sender": "@ada:test", "content": sealed},
        {"type": "m.room.encrypted", "sender": one, "content": two},
        {"type": "m.room.encrypted", "sender": "@ada:test", "content": {**sealed, "sender_key": three}},
        {"type": one, "sender": two, "content": three},
    ]
    bot.take(sync(*events))
    bot.open_message(ROOM, {"content": one, "sender": two})
    bot.open_message(ROOM, {"content": {"algorithm": MEGOLM, "session_id": one, "ciphertext": two}, "sender": three})
    bot.learn("@ada:test", {"X": one, "Y": {"keys": two, "device_id": "Y", "user_id": "@ada:test", "signatures": {}}})


def test_a_message_nested_without_end(opened):
    bot, deep = opened(), []
    for _ in range(100_000):
        deep = [deep]
    event = {"type": "m.room.encrypted", "sender": "@ada:test", "content": {"ciphertext": deep}}
    assert bot.take(sync(event)) == set()
    while deep:  # taken apart by hand: Python would do it by recursion
        deep = deep.pop()


def test_who_is_in_no_room_with_the_bot_any_more_is_asked_anew_when_they_come_back(opened, ada):
    bot = opened()
    bot.learn("@ada:test", {"ADA": ada.signed(_bare(ada))})
    assert "@ada:test" in bot.tracked_users
    bot.take({"device_lists": {"left": ["@ada:test", 5]}})
    assert "@ada:test" not in bot.tracked_users


def test_a_spoilt_message_of_a_known_session(opened, ada):
    bot = opened()
    acquainted(ada, bot)
    session = shared()
    bot.take(sync(room_key(ada, bot, session)))
    event = message(session, ada.user_id)
    for spoilt in ("", "AAAA", "ä", event["content"]["ciphertext"][:-3] + "AAA"):
        assert bot.open_message(ROOM, event | {"content": event["content"] | {"ciphertext": spoilt}}) is None
    assert bot.open_message(ROOM, event) is not None


def test_room_keys_keep_what_opens_most():
    account = OlmAccount()
    session = shared()

    def given(sender_key):
        return InboundGroupSession(session.session_key, account.identity_keys["ed25519"], sender_key, ROOM)

    keys = RoomKeys()
    first = given("a")
    session.encrypt("x")
    later, other = given("a"), given("b")
    assert keys.add(later)
    assert keys.add(first)
    assert not keys.add(later)
    assert keys.add(other)
    assert keys.get(ROOM, "a", session.id) is first
    assert set(keys.of(ROOM, session.id)) == {first, other} == set(keys)
    assert not keys.of(ROOM, "other")
    assert len(keys) == 1
