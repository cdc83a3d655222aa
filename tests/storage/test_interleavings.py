"""However a message's events are ordered, repeated and cut into batches, the same is stored in the end."""

from dataclasses import replace
from datetime import timedelta
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.event import MessageDeleted, MessageEdited, MessagePosted, Reacted, ReactionRemoved
from bot.testing import factories
from bot.testing.contracts.store_opened import NOW

_SERIAL = count()
_TEXTS = st.sampled_from(["", "one", "two", "three \ud800", "🚌\r\n"])


def _later(minutes):
    return NOW + timedelta(minutes=minutes)


@st.composite
def lives(draw):
    """A message's events in the order in which they happened."""
    original = factories.message(draw(_TEXTS), id=f"life {next(_SERIAL)}", at=NOW, author="Mira")
    mallory = replace(original, author=factories.member("Mallory"))
    events = [MessagePosted(original)]
    for minute in range(1, draw(st.integers(1, 5))):
        source = draw(st.sampled_from([original, original, mallory]))
        events.append(factories.edited(source, draw(_TEXTS), at=_later(minute)))
    for minute in range(6, draw(st.integers(6, 9))):
        events.append(factories.reacted(original, "👍" if minute % 3 else "🤔", at=_later(minute)))
        if draw(st.booleans()):
            liked = events[-1]
            events.append(
                ReactionRemoved(liked.message, liked.conversation, liked.member, liked.emoji, _later(minute + 0.5))
            )
    if draw(st.booleans()):
        events.append(factories.deleted(original, at=_later(60)))
    return events


@st.composite
def deliveries(draw):
    """The same events as a platform may deliver them: (what happened, batches)."""
    life = draw(lives())
    repeated = [*life, *draw(st.lists(st.sampled_from(life), max_size=4))]
    order = draw(st.permutations(repeated))
    cuts = sorted(draw(st.sets(st.integers(1, len(order)), max_size=4)))
    batches = [order[start:end] for start, end in zip([0, *cuts], [*cuts, len(order)], strict=True)]
    return life, batches


def _expected(life):
    """The message as its author last wrote it, and whether the last word on the thumb was a yes."""
    if any(isinstance(event, MessageDeleted) for event in life):
        return None
    message = life[0].message
    own = [event for event in life if isinstance(event, MessageEdited) and event.message.author == message.author]
    newest = own[-1].message if own else message
    votes = [event for event in life if isinstance(event, Reacted | ReactionRemoved) and event.emoji == "👍"]
    likes = 1 if votes and isinstance(votes[-1], Reacted) else 0
    return newest.text.replace("\ud800", "\ufffd"), newest.edited_at, likes


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(delivery=deliveries())
async def test_the_end_is_the_same(store, delivery):
    life, batches = delivery
    heard = []
    for events in batches:
        heard += (await store.journal.ingest("fake", factories.batch(*events), NOW)).fresh
    found = await store.history.message(life[0].message.id)
    assert (found and (found.text, found.edited_at, found.likes)) == _expected(life)

    told = [envelope.event for envelope in heard]
    assert sum(isinstance(event, MessagePosted) for event in told) <= 1
    assert sum(isinstance(event, MessageDeleted) for event in told) == sum(isinstance(e, MessageDeleted) for e in life)
    if found:
        forms = [event.message for event in told if isinstance(event, MessagePosted | MessageEdited)]
        assert [form.revision for form in forms] == list(range(forms[0].revision, found.revision + 1))
        assert forms[-1].text == found.text
