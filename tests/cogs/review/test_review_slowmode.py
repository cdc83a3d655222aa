"""Slow mode: which room, how long, and what is said of it."""

from dataclasses import replace

import pytest

from bot.api import Origin, Record, Say, SlowMode, Standing, UserError, plain
from bot.testing.factories import community, member, room, thread
from cogs.review.slowmode import Pause
from tests.cogs.review.steps import failure, only


def slowmode(bench, pause, name="", *, where=None):
    call = bench.ports.call("slowmode", conversation=where or room(), standing=Standing.MODERATOR)
    return bench.do(bench.cog.slowmode(call, Pause.parse(pause), name))


@pytest.fixture
def docks(bench):
    bench.ports.known[0] = community(rooms=(room(), room("docks")))
    bench.ports.conversations[room("docks").id] = room("docks")
    return room("docks")


@pytest.mark.parametrize(
    ("text", "seconds", "words"),
    [
        ("30s", 30, "30 seconds"),
        ("1s", 1, "1 second"),
        ("0.2s", 1, "1 second"),
        ("90S", 90, "90 seconds"),
        ("2m", 120, "2 minutes"),
        ("6h", 21_600, "6 hours"),
        ("7h", 25_200, "7 hours"),
    ],
)
async def test_how_long_it_is(bench, text, seconds, words):
    effects = await slowmode(bench, text)
    assert only(effects, SlowMode).seconds == seconds
    assert f"{words} between two messages of one member" in plain(only(effects, Say).body)


@pytest.mark.parametrize("text", ["off", "OFF", "0", "none"])
async def test_it_is_switched_off(bench, text):
    effects = await slowmode(bench, text)
    assert only(effects, SlowMode).seconds == 0
    assert "the slow mode of city-politics: off" in plain(only(effects, Say).body)


@pytest.mark.parametrize("text", ["soon", "", "-5s", "10", "5000d"])
def test_what_is_no_length_of_time(text):
    with pytest.raises(UserError, match="; or off"):
        Pause.parse(text)


async def test_it_is_a_moderators_measure_and_in_the_trail(bench):
    effects = await slowmode(bench, "30s")
    measure = only(effects, SlowMode)
    assert (measure.conversation, measure.origin, measure.by) == (room().id, Origin.HUMAN, member("Noor").id)
    assert "Noor" in measure.ground.reason
    record = only(effects, Record)
    bench.ports.apply(
        replace(record, action="sanction.failed", details={"effect": "SlowMode", "note": "no such thing"})
    )
    text = plain(await bench.cog.audit(bench.ports.call("audit")))
    assert "Slow mode of city-politics: 30 seconds, by Noor" in text
    assert "Did not work: Slow mode set, by Noor: “no such thing”" in text


@pytest.mark.parametrize(
    ("where", "name", "slowed"),
    [
        (room(), "", "city-politics"),
        (thread(room()), "", "city-politics"),
        (room(), "docks", "docks"),
        (room("moderators"), "#Docks", "docks"),
        (room("moderators"), "fake:docks", "docks"),
    ],
)
async def test_which_room_is_meant(bench, docks, where, name, slowed):
    assert only(await slowmode(bench, "30s", name, where=where), SlowMode).conversation == room(slowed).id


@pytest.mark.parametrize(
    ("name", "match"),
    [("", r"Name the room, too\. There are: city-politics, docks"), ("dcoks", "no room “dcoks” here")],
)
async def test_in_the_moderators_room_one_is_named(bench, docks, name, match):
    with pytest.raises(UserError, match=match):
        await slowmode(bench, "30s", name, where=room("moderators"))


async def test_another_communitys_room_is_none_of_ours(bench, two_communities):
    bench.ports.conversations[room("parks").id] = room("parks")
    with pytest.raises(UserError, match="no room “parks” here"):
        await slowmode(bench, "30s", "parks", where=room("moderators"))


async def test_two_rooms_of_one_name_are_told_apart_by_where_one_is(bench, docks):
    bench.ports.conversations[docks.id] = replace(docks, name="city-politics")
    with pytest.raises(UserError, match="Several rooms"):
        await slowmode(bench, "30s", "city-politics", where=room("moderators"))
    assert only(await slowmode(bench, "30s", where=docks), SlowMode).conversation == docks.id


async def test_what_cannot_be_done_is_said_plainly(bench):
    refused = failure("SlowMode", reason="Matrix rooms have no slow mode")
    text = plain(only(await bench.do(bench.cog.measure_failed(refused)), Say).body)
    assert "I could not set the slow mode, concerning city-politics. Matrix rooms have no slow mode." in text
    assert "Nothing has changed there." in text
    assert "!undo" not in text
