"""How far behind each room is."""

from datetime import timedelta

from bot.dispatch.observing.room_lag import RoomLag
from bot.ports.stores import Envelope
from bot.testing import factories
from bot.testing.clock import START
from bot.testing.harness import harness

SQUARE, PARKS = factories.room("square"), factories.room("parks")


def after(**time):
    return START + timedelta(**time)


def said(where, at):
    return Envelope(1, factories.posted(conversation=where, at=at), at)


def test_the_newest_message_of_a_batch_counts_and_threads_are_their_rooms():
    lag = RoomLag(lambda _: True)
    fresh = [said(SQUARE, after(seconds=50)), said(factories.thread(SQUARE), after(seconds=20)), said(PARKS, START)]
    lag.stored(fresh, after(seconds=60))
    assert lag.seconds(after(seconds=60)) == {SQUARE.id: 10.0, PARKS.id: 60.0}
    lag.stored([said(PARKS, after(seconds=61))], after(seconds=62))
    assert lag.seconds(after(seconds=62)) == {SQUARE.id: 10.0, PARKS.id: 1.0}


def test_it_is_never_negative_whatever_a_servers_clock_says():
    lag = RoomLag(lambda _: True)
    lag.stored([said(SQUARE, after(hours=3))], START)
    assert lag.seconds(START) == {SQUARE.id: 0.0}


def test_only_messages_in_known_rooms_count():
    lag = RoomLag(lambda room: room == SQUARE.id)
    private = factories.direct()
    others = [
        Envelope(2, event, START) for event in (factories.invoked("help"), factories.reacted(factories.message()))
    ]
    lag.stored([said(PARKS, START), said(private, START), *others], after(seconds=9))
    assert lag.seconds(START) == {}
    RoomLag(lambda _: True).stored([said(private, START)], START)


def test_what_was_measured_long_ago_says_nothing_any_more():
    lag = RoomLag(lambda _: True)
    lag.stored([said(SQUARE, START)], after(hours=2))
    assert lag.seconds(after(hours=3)) == {SQUARE.id: 7200.0}
    assert lag.seconds(after(hours=3, seconds=1)) == {}
    assert lag.seconds(after(hours=2)) == {}


async def test_a_bot_that_was_away_is_behind_until_it_has_caught_up(tmp_path):
    bot = harness(tmp_path, cogs=("admin",))
    async with bot.started():
        await bot.say("Ben", "hello")
    bot.server.post(bot.person("Ben"), bot.square, "said while it was away")
    bot.server.post(bot.person("Ben"), bot.server.room("elsewhere"), "not looked after")
    bot.clock.advance(timedelta(minutes=10))
    async with bot.started():
        measures = await bot.app.measuring.measures()
        assert measures.health.room_lag == {bot.square.id: 600.0}
        text = await bot.command("Mira", "!health", where=bot.desk)
        assert "Furthest behind is square: its newest message was stored 10 min after it was sent" in text
        assert "square" not in await bot.command("Mira", "!health", where=bot.far_desk)
        await bot.say("Ben", "and now")
        assert (await bot.app.measuring.measures()).health.room_lag[bot.square.id] == 0.0
