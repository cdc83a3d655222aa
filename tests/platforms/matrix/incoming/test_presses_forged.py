import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.event import PromptAnswered, Reported
from bot.platforms.matrix import names
from bot.platforms.matrix.render import content as contents
from tests.platforms.matrix.incoming.desk import BOT, MIRA, NOOR, ROOM, Desk


@pytest.fixture
def desk():
    return Desk(review_rooms=frozenset({names.conversation_id(ROOM)}))


# --- forgeries -----------------------------------------------------------------------------------------------------


async def test_nobody_else_can_put_a_step_into_the_room(desk):
    """Not even by relaying what the bot once posted."""
    card = desk.card()
    desk.reacts(MIRA, card, "👍")
    await desk.goes_on()
    content = desk.questions[0]["content"]
    forged = {**content[contents.MARKER]["step"], "member": NOOR, "confirmed": True}
    relayed = [
        desk.channel.add(ROOM, NOOR, "m.room.message", {**content, contents.MARKER: {"step": forged}}),
        desk.channel.add(ROOM, NOOR, "m.room.message", content),
    ]
    for event in relayed:
        desk.reacts(NOOR, event, "✅")
        desk.replies(NOOR, event, "because")
        desk.reacts(MIRA, event, "✅")
    await desk.goes_on()
    assert desk.answers == []
    assert len(desk.questions) == 1


async def test_nobody_else_can_put_a_prompt_into_the_room(desk):
    desk.card()
    marker = {"prompt": {"cog": "review", "label": "case 7", "conversation": names.conversation_id(ROOM)}}
    forged = desk.channel.add(
        ROOM, NOOR, "m.room.message", {"msgtype": "m.text", "body": "Free cake?", contents.MARKER: marker}
    )
    desk.reacts(MIRA, forged, "❌")
    await desk.goes_on()
    assert desk.heard == []


# --- anything at all -------------------------------------------------------------------------------------------------

_DEEP = {"a": {"a": [{"a": []}]}}
_JSON = st.sampled_from(
    [None, True, -1, 10**30, 1.5, "", "$", "$event1", "@", "\ud800", "x" * 70_000, BOT, MIRA, [], {}, _DEEP]
)


def _perhaps(**fields):
    return st.fixed_dictionaries({}, optional={name.replace("__", "."): value for name, value in fields.items()})


_RELATION = _JSON | _perhaps(
    event_id=_JSON | st.just("$event1"),
    rel_type=_JSON | st.sampled_from(["m.annotation", "m.thread", "m.replace"]),
    key=_JSON | st.sampled_from(["❌", "🙈", "🚩"]),
    is_falling_back=_JSON,
    m__in_reply_to=_JSON | _perhaps(event_id=_JSON | st.just("$event1")),
)
_STEP = {"prompt": _perhaps(cog=_JSON, label=_JSON, conversation=_JSON), "step": _perhaps(cog=_JSON, member=_JSON)}
_CONTENT = _JSON | _perhaps(
    body=_JSON,
    msgtype=_JSON | st.just("m.text"),
    m__relates_to=_RELATION,
    org__folkmoot=_JSON | _perhaps(prompt=_JSON | _STEP["prompt"], step=_JSON | _STEP["step"]),
)
_EVENT = _perhaps(
    event_id=_JSON | st.sampled_from(["$event1", "$event2"]),
    sender=_JSON | st.sampled_from([BOT, MIRA]),
    type=_JSON | st.sampled_from(["m.reaction", "m.room.message", "m.room.redaction"]),
    origin_server_ts=_JSON | st.just(1_772_474_400_000),
    content=_CONTENT,
)


@settings(deadline=None)
@given(events=st.lists(_EVENT, max_size=3))
async def test_no_event_is_too_strange(events):
    desk = Desk(communities=(frozenset({names.conversation_id(ROOM)}),))
    desk.card()
    await desk.reads()
    room = desk.rooms[ROOM]
    for event in events:
        for hear in (desk.presses.own, desk.presses.reaction, desk.presses.reply):
            taken = await hear(room, event)
            desk.notebook.take(taken.notes if taken else ())
            desk.heard += taken.events if taken else ()
    await desk.presses.withdrawn(room, "$event1")
    desk.restart()
    assert await desk.presses.reaction(room, {}) is None
    assert all(isinstance(each, PromptAnswered | Reported) for each in desk.heard)
