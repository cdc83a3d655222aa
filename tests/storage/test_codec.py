import dataclasses
import json
from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import document as d
from bot.domain import effect as e
from bot.domain import event as ev
from bot.domain.moderation import Origin
from bot.storage import codec
from bot.testing import factories
from bot.testing.clock import START

_TEXT = st.text(st.characters(), max_size=20)
_MOMENTS = st.datetimes(timezones=st.just(START.tzinfo))
_INLINE = st.one_of(
    *(st.builds(kind, _TEXT) for kind in (d.Text, d.Strong, d.Faint, d.Code)),
    st.builds(d.Link, _TEXT, _TEXT),
    st.builds(d.Jump, _TEXT, _TEXT),
    st.builds(d.Mention, _TEXT, _TEXT, st.booleans()),
    st.builds(d.Moment, _MOMENTS),
)
_INLINES = st.lists(_INLINE, max_size=3).map(tuple)
_SPANS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=2).map(tuple)
_BLOCK = st.one_of(
    st.builds(d.Heading, _INLINES, st.integers(1, 3)),
    st.builds(d.Paragraph, _INLINES),
    st.builds(d.Listing, st.lists(_INLINES, max_size=3).map(tuple), st.booleans()),
    st.builds(d.Quote, _TEXT, _INLINES, _SPANS),
    st.builds(d.CodeBlock, _TEXT, _TEXT),
    st.builds(d.Picture, st.binary(max_size=20), _TEXT),
)
_DOCUMENT = st.builds(d.Document, st.lists(_BLOCK, max_size=4).map(tuple))


@given(_DOCUMENT)
def test_every_document_comes_back(document):
    say = e.Say("fake:room", document)
    assert codec.effect_from(codec.effect_payload(say)) == say


def _effects():
    body = d.Document.of("hello")
    where = {"conversation": "fake:room", "ground": factories.ground(score=0.7), "origin": Origin.HUMAN, "case": 3}
    form = (e.Field("why", "Why?", long=True),)
    yield e.Say("fake:room", body, "l", e.Audience.ASKER, "fake:mira", "fake:1", e.Priority.DIGEST, START)
    yield e.Ask("fake:room", body, "l", (e.Choice("y", "Yes", "👍", danger=True, confirm="Sure?", form=form),))
    yield e.Edit("fake:room", "l", body, (e.Choice("n", "No", "👎"),))
    yield e.React("fake:room", "fake:1", "👍")
    yield e.Attach("fake:room", "x.json", b"\x00\xff", body, e.Audience.ASKER, "fake:mira", "fake:1")
    yield e.DirectMessage("fake:room", "fake:mira", body, "l", (e.Choice("n", "No", "👎"),), START)
    yield e.OpenThread("fake:room", "name", "l", body)
    yield e.Hide(**where, message="fake:1")
    yield e.Restore(**where, message="fake:1")
    yield e.Warn(
        **where, member="fake:mira", body=body, label="l", choices=(e.Choice("n", "No", "👎"),), expires_at=START
    )
    yield e.Timeout(**where, member="fake:mira", seconds=60.5)
    yield e.LiftTimeout(**where, member="fake:mira")
    yield e.Kick(**where, member="fake:mira")
    yield e.Ban(**where, member="fake:mira")
    yield e.Unban(**where, member="fake:mira")
    yield e.SlowMode(**where, seconds=30)


def test_the_samples_are_all_that_a_platform_may_be_asked():
    assert {type(effect) for effect in _effects()} == set(get_args(e.Deliverable))


@pytest.mark.parametrize("effect", list(_effects()), ids=lambda effect: type(effect).__name__)
def test_every_effect_comes_back(effect):
    assert codec.effect_from(codec.effect_payload(effect)) == effect


_LATER_FIELDS = {e.Attach: {"reply_to"}, e.DirectMessage: {"label", "choices", "expires_at"}}
_LATER_FIELDS[e.Warn] = _LATER_FIELDS[e.DirectMessage]


@pytest.mark.parametrize("kind", _LATER_FIELDS, ids=lambda kind: kind.__name__)
def test_an_effect_stored_before_it_had_all_its_fields_comes_back(kind):
    effect = next(each for each in _effects() if type(each) is kind)
    payload = json.loads(codec.effect_payload(effect))
    for name in _LATER_FIELDS[kind]:
        del payload[name]
    defaults = {field.name: field.default for field in dataclasses.fields(kind) if field.name in _LATER_FIELDS[kind]}
    assert codec.effect_from(json.dumps(payload)) == dataclasses.replace(effect, **defaults)


def _events():
    message, mira, room = factories.message(), factories.member(), factories.room()
    yield from (factories.posted(), factories.edited(message, "new"), factories.deleted(message))
    yield from (factories.reacted(message), ev.ReactionRemoved(message.id, room, mira, "👍", START))
    yield from (ev.MemberJoined(mira, room, START), ev.MemberLeft(mira, factories.thread(), START))
    yield from (factories.reported(message), factories.invoked("queue", {"a": "b"}, target=message.id))
    yield factories.answered("review", "case 1", "uphold", fields={"why": "\ud800"})
    yield ev.ModerationObserved("kick", mira.id, room, START, factories.member("Noor"), "rude", message.id)
    yield ev.Undecryptable(message.id, factories.room(encrypted=True), mira, START)
    yield ev.AccessLost(room, START, banned=True, by=mira, reason="too loud")
    yield ev.ConversationReplaced(room, factories.room("new"), START)
    yield ev.CogStarted("review", START)
    yield ev.JobDue("reading", "prompt", "weekly", START, START + timedelta(seconds=1), (START,), {"deck": "a"})
    yield ev.Flagged(message.id, 1, mira, room.id, (factories.ground(score=0.5), factories.ground()), START)
    yield ev.EffectApplied("review", "Say", "l", 1, room.id, START, message.id, 4)
    yield ev.EffectFailed("review", "Say", None, 1, room.id, START, "no permission")
    yield ev.Announced("review", "decided", START, room.id, {"case": "1"})
    yield ev.ErasureDue(mira.id, room.id, START)


def test_the_samples_are_all_that_can_happen():
    assert {type(event) for event in _events()} == set(get_args(ev.Event))


@pytest.mark.parametrize("event", list(_events()), ids=lambda event: type(event).__name__)
def test_every_event_comes_back(event):
    message = getattr(event, "message", None)
    assert codec.event_from(type(event).__name__, codec.event_payload(event), message) == event
