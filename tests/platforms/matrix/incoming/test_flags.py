import pytest

from bot.domain.event import Reported
from bot.platforms.matrix import names
from bot.platforms.matrix.rooms.room import Room
from tests.platforms.matrix.incoming.desk import BOT, MIRA, NOOR, PRIVATE, ROOM, Desk

SQUARE = names.conversation_id(ROOM)


@pytest.fixture
def desk():
    return Desk(communities=(frozenset({SQUARE}),))


@pytest.mark.parametrize("emoji", ["🚩", "🚩️"])
async def test_the_emoji_reports_and_is_taken_out_of_sight(desk, emoji):
    flag = desk.reacts(MIRA, "$insult", emoji)
    await desk.goes_on()
    [event] = desk.heard
    assert isinstance(event, Reported)
    assert (event.message, event.reporter.name, event.reason) == (
        names.message_id(ROOM, "$insult"),
        "Mira",
        "",
    )
    assert event.conversation == desk.rooms[ROOM].conversation()
    assert desk.channel.redactions == [flag]


async def test_nobody_keeps_a_room_from_reporting_by_calling_an_invitation_private(desk):
    invitation = {"type": "m.room.member", "state_key": "@ada:test.local", "sender": NOOR}
    desk.rooms[ROOM].apply({**invitation, "content": {"membership": "invite", "is_direct": True}})
    desk.reacts(MIRA, "$insult", "🚩")
    await desk.goes_on()
    assert len(desk.heard) == 1


async def test_a_room_of_a_community_reports_also_where_the_bot_was_asked_in_as_to_a_private_one(desk):
    invitation = {"type": "m.room.member", "state_key": BOT, "sender": NOOR}
    desk.rooms[ROOM].apply({**invitation, "content": {"membership": "invite", "is_direct": True}})
    desk.reacts(MIRA, "$insult", "🚩")
    await desk.goes_on()
    assert len(desk.heard) == 1


async def test_it_stays_where_the_bot_has_no_power(desk):
    desk.rooms[ROOM].apply(
        {"type": "m.room.power_levels", "state_key": "", "content": {"users": {BOT: 49}, "redact": 50}}
    )
    desk.reacts(MIRA, "$insult", "🚩")
    await desk.goes_on()
    assert len(desk.heard) == 1
    assert (desk.channel.redactions, desk.notebook.ids("errand")) == ([], [])


async def test_it_does_not_report_what_the_bot_posts():
    desk = Desk(communities=(frozenset({SQUARE}),))
    card = desk.card()
    answer = desk.channel.add(ROOM, BOT, "m.room.message", {"msgtype": "m.notice", "body": "An answer."})
    desk.reacts(MIRA, card, "🙈")
    await desk.goes_on()
    for event in (card, answer, desk.question):
        desk.reacts(MIRA, event, "🚩")
    await desk.goes_on()
    assert desk.heard == []


async def test_elsewhere_it_is_a_reaction_like_any_other(desk):
    flags = [desk.reacts(MIRA, "$words", "🚩", room=PRIVATE)]
    await desk.goes_on()
    assert (desk.heard, desk.usual) == ([], flags)


async def test_in_the_moderators_room_it_is_too():
    desk = Desk(communities=(frozenset({SQUARE}),), review_rooms=frozenset({SQUARE}))
    desk.reacts(MIRA, "$words", "🚩")
    await desk.goes_on()
    assert desk.heard == []


async def test_another_emoji_can_be_chosen_or_none():
    chosen, none = (Desk(communities=(frozenset({SQUARE}),), report_emoji=emoji) for emoji in ("⚠️", ""))
    for desk in (chosen, none):
        desk.reacts(MIRA, "$insult", "⚠")
        desk.reacts(MIRA, "$insult", "🚩")
        desk.reacts(MIRA, "$insult", "️")
        await desk.goes_on()
    assert [event.message for event in chosen.heard] == [names.message_id(ROOM, "$insult")]
    assert none.heard == []


@pytest.mark.parametrize("left", [False, True])
async def test_a_room_that_was_upgraded_still_belongs_to_its_community(desk, left):
    _follows(desk, "!new:test.local", ROOM)
    desk.rooms[ROOM].apply(
        {"type": "m.room.tombstone", "state_key": "", "content": {"replacement_room": "!new:test.local"}}
    )
    if left:
        del desk.rooms[ROOM]
    desk.reacts(MIRA, "$insult", "🚩", room="!new:test.local")
    await desk.reads()
    assert [event.conversation.id for event in desk.heard] == ["matrix:!new:test.local"]


async def test_a_room_that_only_says_it_was_upgraded_does_not(desk):
    _follows(desk, "!new:test.local", ROOM)
    desk.reacts(MIRA, "$insult", "🚩", room="!new:test.local")
    await desk.goes_on()
    assert desk.heard == []


async def test_rooms_that_name_each_other_as_their_former_selves_end_the_search(desk):
    for one, other in (("!a:x", "!b:x"), ("!b:x", "!a:x")):
        _follows(desk, one, other)
        tombstone = {"replacement_room": other}
        desk.rooms[one].apply({"type": "m.room.tombstone", "state_key": "", "content": tombstone})
    desk.reacts(MIRA, "$insult", "🚩", room="!a:x")
    await desk.goes_on()
    assert desk.heard == []


def _follows(desk, room, former):
    desk.rooms[room] = Room(room)
    create = {"room_version": "11", "predecessor": {"room_id": former}}
    desk.rooms[room].apply({"type": "m.room.create", "state_key": "", "sender": MIRA, "content": create})
