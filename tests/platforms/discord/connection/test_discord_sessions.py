"""How shards fare: stuck, broken again and again, begun too often; what an ended client means."""

from types import SimpleNamespace

import discord
import pytest

from bot.errors import ConfigError, Revoked, Unavailable
from bot.platforms.discord.connection.sessions import STEADY_AFTER, STUCK_AFTER, Pace, Sessions
from bot.platforms.discord.connection.trouble import ending, unread
from bot.testing.clock import FakeClock


def begun(shards: int = 1) -> tuple[FakeClock, Sessions]:
    clock = FakeClock()
    sessions = Sessions(clock, Pace())
    sessions.expect(shards)
    return clock, sessions


def test_a_session_that_never_begins_is_given_up() -> None:
    clock, sessions = begun()
    clock.advance(STUCK_AFTER - 1)
    sessions.check()
    clock.advance(1)
    with pytest.raises(Unavailable):
        sessions.check()


def test_shards_come_up_one_after_the_other_and_each_is_progress() -> None:
    clock, sessions = begun(3)
    for shard in range(3):
        clock.advance(STUCK_AFTER - 1)
        sessions.check()
        sessions.note("shard_connect", shard)
    clock.advance(STUCK_AFTER * 5)
    sessions.check()
    assert sessions.are_up


def test_a_shard_that_does_not_come_back_is_given_up() -> None:
    clock, sessions = begun(2)
    sessions.note("shard_connect", 0)
    sessions.note("shard_connect", 1)
    clock.advance(STEADY_AFTER)
    assert sessions.is_steady
    sessions.note("shard_disconnect", 1)
    assert not sessions.is_steady
    for _ in range(4):
        clock.advance(STUCK_AFTER / 5)
        sessions.note("shard_disconnect", 1)  # tried again, and failed
        sessions.check()
    clock.advance(STUCK_AFTER / 5)
    with pytest.raises(Unavailable):
        sessions.check()
    sessions.note("shard_resumed", 1)
    sessions.check()


def test_connections_that_break_all_the_time_are_given_up() -> None:
    clock, sessions = begun()
    for _ in range(19):
        sessions.note("shard_connect", 0)
        sessions.note("shard_disconnect", 0)
        clock.advance(1)
        sessions.check()
    sessions.note("shard_disconnect", 0)
    with pytest.raises(Unavailable):
        sessions.check()
    clock.advance(121)
    sessions.note("shard_connect", 0)
    sessions.check()


def test_sessions_do_not_begin_in_a_circle() -> None:
    clock, sessions = begun()
    for _ in range(5):
        sessions.beginning(0)
        sessions.begun()
        clock.advance(6)
    with pytest.raises(Unavailable):
        sessions.beginning(0)
    sessions.beginning(1)


def test_beginnings_are_apart_also_those_of_several_clients() -> None:
    clock, pace = FakeClock(), Pace()
    first, second = Sessions(clock, pace), Sessions(clock, pace)
    assert first.beginning(0) == 0
    first.begun()
    clock.advance(2)
    assert second.beginning(0) == pytest.approx(3)


def test_other_events_are_none_of_its_business() -> None:
    _, sessions = begun()
    sessions.note("message", SimpleNamespace())
    sessions.note("ready")
    assert not sessions.are_up


def closed(code: int) -> discord.ConnectionClosed:
    return discord.ConnectionClosed(SimpleNamespace(close_code=code), shard_id=0, code=code)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (4004, Revoked),
        (4010, ConfigError),
        (4011, ConfigError),
        (4012, ConfigError),
        (4013, ConfigError),
        (4000, Unavailable),
    ],
)
def test_close_codes(code: int, kind: type[Exception]) -> None:
    assert type(ending(closed(code), None)) is kind


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (0, {"Server Members Intent", "Message Content Intent"}),
        (1 << 14, {"Message Content Intent"}),
        (1 << 15, {"Message Content Intent"}),
        (1 << 18, {"Server Members Intent"}),
        (1 << 19, {"Server Members Intent"}),
        (1 << 15 | 1 << 19, {"Server Members Intent", "Message Content Intent"}),
        (None, {"Server Members Intent", "Message Content Intent"}),
    ],
)
def test_intents_that_are_switched_off_are_named_with_the_clicks(flags: int | None, named: set[str]) -> None:
    known = discord.ApplicationFlags._from_value(flags) if flags is not None else None
    error = ending(discord.PrivilegedIntentsRequired(0), known)
    assert isinstance(error, ConfigError)
    for name in ("Server Members Intent", "Message Content Intent"):
        assert (name in str(error)) == (name in named)
    assert "Privileged Gateway Intents" in str(error)


def parse_message_create() -> None:
    raise KeyError("type")


def test_the_event_that_could_not_be_read_is_found_again() -> None:
    with pytest.raises(KeyError) as caught:
        parse_message_create()
    assert unread(caught.value) == "MESSAGE_CREATE"
    assert unread(KeyError("x")) is None
    assert ending(RuntimeError("x"), None) is None
