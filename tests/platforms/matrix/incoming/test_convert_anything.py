"""Whatever strangers write: nothing raises, and what it means can be stored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.cleaning import cleaned_event
from bot.domain.event import (
    MessageEdited,
    MessagePosted,
    event_key,
)
from bot.platforms.matrix.incoming.convert import Surroundings, events_of
from bot.platforms.matrix.rooms.room import Room
from tests.platforms.matrix.incoming.square import (
    ADA,
    AROUND,
    BOT,
    MIRA,
    NOOR,
    NOW,
    OPTIONS,
    SQUARE,
    member,
    message_of,
    square,
    text,
)


@pytest.fixture
def room():
    return square()


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
KINDS = [
    "m.room.message",
    "m.reaction",
    "m.room.redaction",
    "m.sticker",
    "m.poll.start",
    "org.matrix.msc3381.poll.start",
]
KINDS += ["m.room.member", "m.room.tombstone", "m.room.power_levels", "m.message", "m.room.encrypted"]
relation = st.fixed_dictionaries(
    {},
    optional={
        "rel_type": st.sampled_from(["m.thread", "m.replace", "m.annotation"]) | anything,
        "event_id": st.sampled_from(["$first"]) | anything,
        "key": st.sampled_from(["👍"]) | anything,
        "is_falling_back": anything,
        "m.in_reply_to": st.sampled_from([{"event_id": "$first"}]) | anything,
    },
)
words = st.sampled_from(["words", "> <@a:b> x\n\ny", "\ud800", "<b>x", "* ", "\x00"]) | anything
forms = st.lists(st.fixed_dictionaries({}, optional={"body": words, "mimetype": words}), max_size=3) | anything
poll = st.fixed_dictionaries({}, optional={"question": forms | anything, "answers": st.lists(anything) | anything})
content = st.fixed_dictionaries(
    {},
    optional={
        "msgtype": st.sampled_from(["m.text", "m.emote", "m.image", "m.notice"]) | anything,
        "body": words,
        "format": st.sampled_from(["org.matrix.custom.html"]) | anything,
        "formatted_body": words,
        "filename": words,
        "m.relates_to": relation | anything,
        "m.new_content": st.fixed_dictionaries({}, optional={"body": words, "msgtype": words}) | anything,
        "m.mentions": st.fixed_dictionaries({}, optional={"user_ids": st.lists(anything) | anything}) | anything,
        "m.text": forms,
        "m.poll": poll | anything,
        "org.matrix.msc3381.poll.start": poll | anything,
        "membership": st.sampled_from(["join", "leave", "ban", "invite"]) | anything,
        "displayname": words,
        "reason": words,
        "redacts": st.sampled_from(["$first"]) | anything,
        "replacement_room": st.sampled_from(["!new"]) | anything,
        "users": st.dictionaries(st.sampled_from([ADA, MIRA]) | st.text(max_size=3), anything, max_size=3) | anything,
    },
)
unsigned = st.fixed_dictionaries({}, optional={"prev_content": content | anything, "redacted_because": anything})
sent = st.fixed_dictionaries(
    {
        "type": st.sampled_from(KINDS),
        "sender": st.sampled_from([ADA, MIRA, NOOR, BOT]),
        "event_id": st.just("$said"),
        "origin_server_ts": st.integers(),
        "content": content | anything,
    },
    optional={
        "state_key": st.sampled_from(["", MIRA, BOT]) | anything,
        "unsigned": unsigned | anything,
        "redacts": st.sampled_from(["$first"]) | anything,
    },
)


def crowded():
    made = Room(SQUARE, own=BOT)
    for user in (BOT, ADA, MIRA):
        made.apply(member(user, "join"))
    return made


@given(sent | anything | st.dictionaries(st.sampled_from(list(text())), anything))
def test_nothing_that_a_stranger_writes_raises_or_cannot_be_stored(value):
    for found in events_of(value, crowded(), Surroundings(BOT, OPTIONS, NOW, authors={"$first": NOOR})):
        assert found.at <= NOW
        assert event_key(cleaned_event(found)).encode()
        if isinstance(found, MessagePosted | MessageEdited):
            found.message.text.encode()
            assert found.message.author.id != f"matrix:{BOT}"


@given(sent)
def test_the_same_event_means_the_same_twice(value):
    assert events_of(value, crowded(), AROUND) == events_of(value, crowded(), AROUND)


@pytest.mark.parametrize(
    "body", ["x" * 60_000, "> " * 30_000, "\n" * 60_000, "> <@a:b> x\n" * 5_000, "\ud800" * 60_000]
)
@pytest.mark.parametrize("markup", [None, "<b>" * 20_000, "<!--" * 15_000, "<a href='" * 7_000, "&#" * 30_000])
def test_the_largest_events_are_read(room, body, markup):
    formatted = {} if markup is None else {"format": "org.matrix.custom.html", "formatted_body": markup}
    reply = {"m.relates_to": {"m.in_reply_to": {"event_id": "$first"}}}
    message = message_of(text(body, **formatted, **reply), room, AROUND)
    assert len(message.text) <= 200_000
