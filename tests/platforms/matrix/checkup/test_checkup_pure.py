"""What the checkup makes of answers that no honest server gives, and of levels that few rooms have."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import ConversationId
from bot.platforms.found import State
from bot.platforms.matrix.checkup.account import homeserver_found
from bot.platforms.matrix.checkup.keys import Published, keys_found, published
from bot.platforms.matrix.checkup.lag import Sent, lag_found, newest
from bot.platforms.matrix.checkup.power import give, power_found
from bot.platforms.matrix.checkup.room import Seen, look_at
from bot.platforms.matrix.names import conversation_id, message_id
from bot.platforms.matrix.options import Bridge, Options
from bot.platforms.matrix.rooms.power import Power
from bot.platforms.matrix.rooms.room import Room

BOT, ROOM = "@folkmoot:example.org", "!room:example.org"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OPTIONS = Options("https://matrix.example.org", BOT, Path("matrix"))
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside, max_size=3),
    max_leaves=12,
)


class Scripted:
    """Answers everything with the same."""

    def __init__(self, answer, date=NOW):
        self.answer, self.date = answer, date

    async def ask(self, *_, **__):
        return self.answer


# --- power --------------------------------------------------------------------------------------------------------


def room_power(own, **levels):
    return Power(levels={"users": {BOT: own}, **levels}, integers_only=True)


def test_each_thing_is_named_with_the_level_that_it_needs():
    power = room_power(40, ban=75, kick=30, redact=50, events={"m.room.redaction": 60, "m.room.power_levels": 90})
    (found,) = power_found("room", power, BOT, review=False, encrypted=False)
    assert found.state is State.NOTE
    assert "power 40 and cannot hide messages (needs 60), ban (needs 75) or time out (needs 90)." in found.words
    assert "Give it 75: in Element" in found.words
    assert "Custom level 75" in found.words
    assert "kick" not in found.words


@pytest.mark.parametrize(
    ("level", "role"), [(0, "Default (0)"), (50, "Moderator (50)"), (100, "Admin (100)"), (7, "Custom level 7")]
)
def test_roles_are_called_as_element_calls_them(level, role):
    assert f"its role to {role}." in give(level)
    assert give(math.inf) == "No level is high enough."


def test_in_an_encrypted_room_it_is_encrypted_events_that_must_be_allowed():
    power = room_power(0, events={"m.room.encrypted": 10})
    assert "cannot write (needs 10)" in next(power_found("room", power, BOT, review=True, encrypted=True)).words
    assert next(power_found("room", power, BOT, review=True, encrypted=False)).state is State.OK


def test_a_creator_has_all_power():
    power = Power(frozenset({BOT}), privileged_creators=True, levels={"ban": 100})
    (found,) = power_found("room", power, BOT, review=False, encrypted=False)
    assert found.state is State.OK
    assert "as the room's creator" in found.words


# --- keys ---------------------------------------------------------------------------------------------------------


def test_a_device_is_vouched_for_by_the_accounts_own_key_alone():
    def answer(signer):
        return {
            "device_keys": {BOT: {"DEV": {"keys": {"ed25519:DEV": "k"}, "signatures": {BOT: {signer: "signature"}}}}},
            "master_keys": {BOT: {"keys": {"ed25519:m": "m"}}},
            "self_signing_keys": {BOT: {"keys": {"ed25519:s": "s"}}},
        }

    assert published(answer("ed25519:s"), BOT).signed == {"DEV"}
    assert published(answer("ed25519:DEV"), BOT).signed == frozenset()
    assert published(answer("ed25519:s"), BOT).identity
    assert published(answer("ed25519:s"), BOT).devices == {"DEV": "k"}


@given(ANYTHING, ANYTHING)
def test_any_answer_about_keys_is_read(one, other):
    for answer in (
        {"device_keys": one, "self_signing_keys": other, "master_keys": one},
        {"device_keys": {BOT: {"DEV": one}}, "self_signing_keys": {BOT: {"keys": other}}, "master_keys": {BOT: one}},
        {"device_keys": {BOT: one}, "self_signing_keys": {BOT: other}},
    ):
        list(keys_found(published(answer, BOT), "DEV", stored=True))


@pytest.mark.parametrize(
    ("keys", "stored", "words"),
    [
        (Published(), False, "made at its first start"),
        (Published(), True, "not on the homeserver yet"),
        (Published({"DEV": "abc"}), False, "are lost"),
        (Published({"DEV": "abc"}), True, "no identity yet"),
        (Published({"DEV": "abc"}, identity=True), True, "Verify session DEV, key abc"),
        (Published({"DEV": "abc"}, frozenset({"DEV"}), identity=True), True, "vouches for"),
    ],
)
def test_what_is_said_of_keys(keys, stored, words):
    *_, last = keys_found(keys, "DEV", stored=stored)
    assert words in last.words
    assert (last.state is State.MEND) == (words == "are lost")


# --- lag ----------------------------------------------------------------------------------------------------------


def message(event="$e", at=NOW, **changes):
    sent = {
        "event_id": event,
        "origin_server_ts": int(at.timestamp() * 1000),
        "sender": "@ada:example.org",
        "type": "m.room.message",
        "content": {"body": "hello"},
    }
    return {**sent, **changes}


async def sent(*events, options=OPTIONS, since=0, kept=timedelta(days=30)):
    seen = Seen(Room(ROOM), "join", since)
    return [one.id for one in await newest(Scripted({"chunk": list(events)}), options, seen, NOW, kept)]


async def test_what_would_never_be_stored_is_no_lag():
    edit = message("$edit", content={"body": "* hello", "m.relates_to": {"rel_type": "m.replace", "event_id": "$e"}})
    deleted = message("$deleted", content={})
    old = message("$old", at=NOW - timedelta(days=31))
    assert await sent(message(), edit, deleted, old) == [message_id(ROOM, "$e")]
    assert await sent(message(), since=int(NOW.timestamp() * 1000) + 1) == []
    paired = frozenset({ConversationId(conversation_id(ROOM))})
    bridged = replace(OPTIONS, bridges=(Bridge("@_d_*:example.org", paired=paired),))
    assert await sent(message(sender="@_d_1:example.org"), options=bridged) == []


@given(ANYTHING, st.sampled_from(["event_id", "origin_server_ts", "sender", "content"]))
async def test_any_event_is_read(value, field):
    assert len(await sent(message(**{field: value}), value, message("$last"))) in {1, 2}


@given(ANYTHING)
async def test_any_list_of_events_is_read(value):
    await newest(Scripted({"chunk": value}), OPTIONS, Seen(Room(ROOM)), NOW, timedelta(days=1))


def test_only_what_is_newer_than_the_newest_that_is_stored_counts():
    def at(minutes, event):
        return Sent(message_id(ROOM, event), NOW - timedelta(minutes=minutes))

    line = [at(1, "$c"), at(90, "$b"), at(200, "$a"), at(300, "$never")]
    found = lag_found("room", line, {line[2].id}, NOW, running=True)
    assert (found.state, "1 h 30 min behind: 2 messages" in found.words) == (State.NOTE, True)
    assert lag_found("room", line, {line[0].id}, NOW, running=True).state is State.OK
    assert "at least 4 messages" in lag_found("room", line, set(), NOW, running=False).words


# --- what a homeserver says of itself and its rooms ---------------------------------------------------------------


@given(ANYTHING, ANYTHING)
async def test_any_answer_about_versions_is_read(versions, features):
    found = await homeserver_found(
        Scripted({"versions": versions, "unstable_features": features}), "https://matrix.example.org", NOW
    )
    assert found


@given(ANYTHING)
async def test_any_state_is_read(content):
    await look_at(Scripted({"type": "m.room.member", "content": {"membership": "join"}, "x": content}), ROOM, BOT)
    await look_at(Scripted(content if isinstance(content, dict) else {}), ROOM, BOT)
