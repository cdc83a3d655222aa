"""What was encrypted counts as an event of its room only as far as no homeserver had to allow it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.matrix.crypto.clear import clear_event

ROOM = "!room:test"
RELATION = {"rel_type": "m.thread", "event_id": "$root"}
OUTER = {
    "event_id": "$event",
    "sender": "@ada:test",
    "origin_server_ts": 5,
    "unsigned": {"age": 1},
    "type": "m.room.encrypted",
    "content": {"ciphertext": "x", "m.relates_to": RELATION},
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def inner(**fields):
    return json.dumps({"room_id": ROOM, "type": "m.room.message", "content": {"body": "x"}} | fields)


def test_the_outside_says_who_and_when_the_inside_what():
    plaintext = inner(sender="@eve:test", event_id="$forged", state_key="", origin_server_ts=9)
    assert clear_event(ROOM, OUTER, plaintext) == {
        "event_id": "$event",
        "sender": "@ada:test",
        "origin_server_ts": 5,
        "unsigned": {"age": 1},
        "type": "m.room.message",
        "content": {"body": "x", "m.relates_to": RELATION},
    }


def test_a_relation_inside_stands():
    own = {"rel_type": "m.replace", "event_id": "$other"}
    clear = clear_event(ROOM, OUTER, inner(content={"m.relates_to": own}))
    assert clear is not None
    assert clear["content"]["m.relates_to"] == own


@pytest.mark.parametrize(
    "kind", ["m.room.redaction", "m.room.member", "m.room.power_levels", "m.room.encrypted", "m.policy.rule.user"]
)
def test_what_the_homeserver_judges_is_none_there(kind):
    assert clear_event(ROOM, OUTER, inner(type=kind)) is None


@pytest.mark.parametrize(
    "plaintext", ["", "[]", "null", inner(room_id="!other"), inner(type=1), inner(content=[]), '{"room_id": "!room']
)
def test_what_is_no_event_of_the_room(plaintext):
    assert clear_event(ROOM, OUTER, plaintext) is None


@given(JSON, JSON, JSON)
def test_nothing_raises(outer, kind, content):
    clear_event(ROOM, {"content": outer}, inner(type=kind, content=content))
