from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.matrix.incoming.gestures import bare, reaction, reply, same_emoji

NOW = datetime(2026, 3, 2, 18, tzinfo=UTC)


def event(kind="m.reaction", content=None, **more):
    related = {"rel_type": "m.annotation", "event_id": "$card", "key": "✅"}
    return {
        "event_id": "$1",
        "sender": "@mira:test.local",
        "type": kind,
        "origin_server_ts": 1_700_000_000_000,
        "content": {"m.relates_to": related} if content is None else content,
        **more,
    }


def words(body="hello", related=None, **more):
    return event("m.room.message", {"msgtype": "m.text", "body": body, "m.relates_to": related or {}}, **more)


ANSWERS = {"m.in_reply_to": {"event_id": "$question"}}


def test_a_reaction_says_who_what_and_when():
    found = reaction(event(), NOW)
    assert (found.id, found.sender, found.target, found.emoji) == ("$1", "@mira:test.local", "$card", "✅")
    assert found.at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def test_nothing_was_pressed_in_the_future():
    stamp = int((NOW + timedelta(days=900)).timestamp() * 1000)
    assert reaction(event(origin_server_ts=stamp), NOW).at == NOW


@pytest.mark.parametrize(
    "broken",
    [
        {"event_id": None},
        {"event_id": "no id"},
        {"sender": "mira"},
        {"sender": ["@mira:test.local"]},
        {"origin_server_ts": "yesterday"},
        {"origin_server_ts": True},
        {"content": "text"},
        {"content": {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$card", "key": ""}}},
        {"content": {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$card", "key": "x" * 65}}},
        {"content": {"m.relates_to": {"rel_type": "m.reference", "event_id": "$card", "key": "✅"}}},
        {"type": "m.room.message"},
    ],
)
def test_what_is_no_whole_reaction_is_none(broken):
    assert reaction(event(**broken), NOW) is None


@pytest.mark.parametrize(
    ("related", "targets"),
    [
        (ANSWERS, ("$question",)),
        ({**ANSWERS, "rel_type": "m.thread", "event_id": "$root", "is_falling_back": False}, ("$question", "$root")),
        ({**ANSWERS, "rel_type": "m.thread", "event_id": "$root", "is_falling_back": True}, ("$root",)),
        ({**ANSWERS, "rel_type": "m.thread", "event_id": "$root"}, ("$question", "$root")),
        ({"rel_type": "m.thread", "event_id": "$root"}, ("$root",)),
    ],
)
def test_a_reply_names_what_it_answers_and_the_thread_that_it_stands_in(related, targets):
    assert reply(words(related=related), NOW).targets == targets


@pytest.mark.parametrize(
    "related",
    [
        None,
        {"m.in_reply_to": "$question"},
        {"m.in_reply_to": {"event_id": 7}},
        {**ANSWERS, "rel_type": "m.replace", "event_id": "$1"},
    ],
)
def test_what_answers_nothing_is_no_reply(related):
    assert reply(words(related=related), NOW) is None


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("  words \n", "words"),
        ("> <@bot:x> Why?\n> Really?\n\nbecause", "because"),
        ("> <@bot:x> Why?", ""),
        ("> a quote of my own\n\nand words", "> a quote of my own\n\nand words"),
        ("half a \ud83d pair", "half a \ufffd pair"),
    ],
)
def test_the_words_of_a_reply_are_its_own(body, said):
    assert reply(words(body, ANSWERS), NOW).words == said


@given(emoji=st.sampled_from(["✅", "❌", "👍", "🙈", "⏭"]), more=st.text("\ufe0e\ufe0f🏻🏽🏿", max_size=4))
def test_variations_and_tones_do_not_matter(emoji, more):
    assert same_emoji(emoji + more, emoji)
    assert bare(emoji + more) == emoji


@pytest.mark.parametrize(("one", "other"), [("✅", "❌"), ("", ""), ("\ufe0f", "\ufe0f"), ("✅✅", "✅"), ("🏽", "")])
def test_others_are_others_and_nothing_is_not_even_itself(one, other):
    assert not same_emoji(one, other)
