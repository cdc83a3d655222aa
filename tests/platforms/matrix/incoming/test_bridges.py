"""People who come over a bridge are people; who is heard on their own network already is not heard again."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.event import MemberJoined, MessageEdited, MessagePosted, Reacted
from bot.domain.member import MemberKind
from bot.platforms.matrix import names
from bot.platforms.matrix.incoming.convert import Surroundings, events_of
from bot.platforms.matrix.options import Bridge, Options
from bot.platforms.matrix.rooms.room import Room

BOT, BRIDGE, PUPPET = "@folkmoot:example.org", "@discordbot:example.org", "@_discord_81:example.org"
SQUARE, GARDEN = "!square:example.org", "!garden:example.org"
NOW = datetime(2026, 3, 2, 18, tzinfo=UTC)

DISCORD = Bridge("@_discord_*:example.org", BRIDGE, frozenset({names.conversation_id(SQUARE)}))
OPTIONS = Options("https://example.org", BOT, Path("nowhere"), bots=("@feeds*:example.org",), bridges=(DISCORD,))


def room(identity=GARDEN, **shown):
    made = Room(identity, name="a room", own=BOT)
    for user, name in {PUPPET: "Ada (Discord)", **shown}.items():
        member = {"membership": "join", "displayname": name}
        made.apply({"type": "m.room.member", "state_key": user, "content": member})
    return made


def heard(where, sender, kind="m.room.message", content=None, **more):
    event = {
        "event_id": "$1",
        "sender": sender,
        "type": kind,
        "content": content or {"msgtype": "m.text", "body": "hello"},
        "origin_server_ts": 1_772_474_300_000,
        **more,
    }
    return events_of(event, where, Surroundings(BOT, OPTIONS, NOW))


def author(events):
    [posted] = events
    assert isinstance(posted, MessagePosted)
    return posted.message.author


def test_a_puppet_is_a_person_under_the_name_that_the_bridge_gives():
    somebody = author(heard(room(), PUPPET))
    assert (somebody.id, somebody.name, somebody.kind) == (f"matrix:{PUPPET}", "Ada (Discord)", MemberKind.PERSON)


def test_a_puppet_and_somebody_on_matrix_of_the_same_name_are_told_apart():
    where = room(**{"@ada:example.org": "Ada (Discord)"})
    shown = {author(heard(where, user)).name for user in (PUPPET, "@ada:example.org")}
    assert shown == {f"Ada (Discord) ({PUPPET})", "Ada (Discord) (@ada:example.org)"}


@pytest.mark.parametrize("user", [BRIDGE, "@feeds-of-the-city:example.org"])
def test_the_bridges_own_account_and_named_bots_are_none(user):
    assert author(heard(room(), user)).kind is MemberKind.BOT


def test_a_bot_of_the_other_network_speaks_in_notices_through_its_puppet():
    assert author(heard(room(), PUPPET, content={"msgtype": "m.notice", "body": "beep"})).kind is MemberKind.BOT


def test_an_account_that_only_looks_like_a_puppet_of_that_bridge_is_anybody():
    assert author(heard(room(SQUARE), "@_discord_81:evil.example")).kind is MemberKind.PERSON


EDIT = {
    "msgtype": "m.text",
    "body": "* hello again",
    "m.new_content": {"msgtype": "m.text", "body": "hello again"},
    "m.relates_to": {"rel_type": "m.replace", "event_id": "$0"},
}
REACTION = {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$0", "key": "👍"}}


@pytest.mark.parametrize(
    ("kind", "content", "more", "meant"),
    [
        ("m.room.message", None, {}, MessagePosted),
        ("m.room.message", EDIT, {}, MessageEdited),
        ("m.reaction", REACTION, {}, Reacted),
        ("m.room.member", {"membership": "join", "displayname": "Ada"}, {"state_key": PUPPET}, MemberJoined),
    ],
)
def test_in_a_paired_room_nothing_of_a_puppet_is_heard_and_all_of_it_elsewhere(kind, content, more, meant):
    fresh = {place: Room(place, name="a room", own=BOT) for place in (SQUARE, GARDEN)}
    assert heard(fresh[SQUARE], PUPPET, kind, content, **more) == []
    assert [type(event) for event in heard(fresh[GARDEN], PUPPET, kind, content, **more)] == [meant]


def test_in_a_paired_room_those_who_are_on_matrix_themselves_are_heard():
    assert author(heard(room(SQUARE), "@ada:example.org")).id == "matrix:@ada:example.org"


def test_in_a_paired_room_threads_are_paired_too():
    threaded = {"msgtype": "m.text", "body": "aside", "m.relates_to": {"rel_type": "m.thread", "event_id": "$root"}}
    assert heard(room(SQUARE), PUPPET, content=threaded) == []
