import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.errors import Revoked, Unavailable
from bot.platforms.matrix import names
from bot.platforms.matrix.connection.refusals import Refused
from bot.platforms.matrix.options import Options
from bot.platforms.matrix.rooms.room import Room
from bot.platforms.matrix.sources.reports import SCOPE, Mark, ReportSource, read_report
from bot.testing.clock import FakeClock

ROOM, TOKEN = "!square:test.local", SecretStr("an admin's")


class Synapse:
    """Its list of reports, newest first; `failing` are errors of the next requests."""

    def __init__(self):
        self.entries, self.failing, self.asked = [], [], []

    def report(self, number, *, room=ROOM, event=None, user="@mira:test.local", reason="insulting", at=None):
        entry = {"id": number, "received_ts": at if at is not None else number * 1000, "room_id": room}
        self.entries.append(entry | {"event_id": event or f"$event{number}", "user_id": user, "reason": reason})

    async def call(self, method, path, *, query, token):
        self.asked.append(query)
        assert (method, path, token) == ("GET", "/_synapse/admin/v1/event_reports", TOKEN)
        if self.failing:
            raise self.failing.pop(0)
        newest = sorted(self.entries, key=lambda entry: entry["received_ts"], reverse=True)
        start, limit = int(query["from"]), int(query["limit"])
        return {"event_reports": newest[start : start + limit], "total": len(newest)}


class Core:
    def __init__(self):
        self.batches = []

    async def give(self, batch):
        self.batches.append(batch)

    @property
    def events(self):
        return [event for batch in self.batches for event in batch.events]

    @property
    def marks(self):
        return {name: mark for batch in self.batches for name, mark in batch.checkpoints.items()}


@pytest.fixture
def synapse():
    return Synapse()


@pytest.fixture
def core():
    return Core()


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def source(synapse, clock):
    return _source(synapse, clock)


def _source(synapse, clock, rooms=None, **options):
    told = {
        "admin_token": TOKEN,
        "communities": (frozenset({names.conversation_id(ROOM)}),),
        "review_rooms": frozenset({names.conversation_id("!review:test.local")}),
        **options,
    }
    made = Options("https://test.local", "@folkmoot:test.local", Path("nowhere"), **told)
    return ReportSource(made, synapse, rooms or {}, clock, lambda: 0.5)


@asynccontextmanager
async def running(source, core, clock, resume=None):
    """Until it sleeps after its first look."""
    task = asyncio.create_task(source.run(core.give, resume or {}))
    try:
        await clock.until_sleeping()
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def looks_again(clock, seconds=70):
    clock.advance(seconds)
    await clock.until_sleeping()


async def test_a_fresh_install_leaves_old_reports_alone(source, synapse, core, clock):
    synapse.report(1)
    synapse.report(2)
    async with running(source, core, clock):
        assert (core.events, core.marks) == ([], {SCOPE: "2000 2"})
        synapse.report(3, reason="go home")
        await looks_again(clock)
    [event] = core.events
    assert (event.message, event.reason) == (names.message_id(ROOM, "$event3"), "go home")
    assert (event.reporter.id, event.conversation.id) == ("matrix:@mira:test.local", names.conversation_id(ROOM))
    assert event.at.timestamp() == 3
    assert core.marks == {SCOPE: "3000 3"}


async def test_what_was_reported_while_the_bot_was_away_comes_once_and_oldest_first(source, synapse, core, clock):
    for number in range(1, 1301):
        synapse.report(number)
    async with running(source, core, clock, {SCOPE: "100000 100"}):
        assert [event.message for event in core.events] == [
            names.message_id(ROOM, f"$event{number}") for number in range(101, 1301)
        ]
        assert [len(batch.events) for batch in core.batches] == [500, 500, 200]
        assert [dict(batch.checkpoints) for batch in core.batches] == [{}, {}, {SCOPE: "1300000 1300"}]
        await looks_again(clock)
        assert len(core.batches) == 3


async def test_an_id_that_is_given_again_is_a_new_report(source, synapse, core, clock):
    """As Synapse does after a restart, where the last report was deleted."""
    synapse.report(7, at=9000)
    async with running(source, core, clock, {SCOPE: "7000 7"}):
        assert len(core.events) == 1


async def test_a_report_deleted_between_two_pages_hides_no_other(source, synapse, core, clock):
    for number in range(1, 251):
        synapse.report(number)
    page = source._page

    async def deletes(start):
        entries = await page(start)
        synapse.entries = [entry for entry in synapse.entries if entry["id"] != 250]
        return entries

    source._page = deletes
    async with running(source, core, clock, {SCOPE: "1000 1"}):
        assert len(core.events) == 249


async def test_only_rooms_that_the_configuration_names_count(source, synapse, core, clock):
    synapse.report(1, room="!elsewhere:test.local")
    synapse.report(2, room="!review:test.local")
    synapse.report(3, user="@folkmoot:test.local")
    async with running(source, core, clock, {SCOPE: "0 0"}):
        assert (core.events, core.marks) == ([], {SCOPE: "3000 3"})


async def test_names_come_from_the_room(synapse, core, clock):
    room = Room(ROOM, name="The square")
    member = {"membership": "join", "displayname": "Mira"}
    room.apply({"type": "m.room.member", "state_key": "@mira:test.local", "content": member})
    synapse.report(1)
    async with running(_source(synapse, clock, {ROOM: room}), core, clock, {SCOPE: "0 0"}):
        assert [(event.reporter.name, event.conversation.name) for event in core.events] == [("Mira", "The square")]


async def test_looks_are_a_minute_apart_and_never_in_step(source, synapse, core, clock):
    async with running(source, core, clock):
        assert (clock.next_wake - clock.now()).total_seconds() == 67.5


async def test_passing_trouble_is_waited_for_ever_longer(source, synapse, core, clock):
    synapse.report(1)
    synapse.failing = [Unavailable("busy")] * 6
    pauses = []
    async with running(source, core, clock, {SCOPE: "0 0"}):
        for _ in range(6):
            pauses.append((clock.next_wake - clock.now()).total_seconds())
            await looks_again(clock, pauses[-1])
        assert len(core.events) == 1
    assert pauses == [1.0, 1.5, 3.0, 6.0, 12.0, 24.0]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Refused("M_FORBIDDEN", 403), "not one of a server admin"),
        (Refused("M_UNRECOGNIZED", 404), "does not know"),
        (Revoked("void"), "no longer works"),
    ],
)
async def test_what_will_never_work_is_told_once_and_given_up(source, synapse, core, clock, error, said):
    synapse.failing = [error]
    await source.run(core.give, {})
    assert said in source.trouble
    assert (len(synapse.asked), core.batches) == (1, [])


async def test_without_an_admins_token_nothing_is_asked(synapse, core, clock):
    await _source(synapse, clock, admin_token=None).run(core.give, {})
    assert synapse.asked == []


async def test_what_is_no_report_costs_no_other_one(source, synapse, core, clock):
    synapse.report(1)
    synapse.entries += [{"id": "x", "received_ts": 1}, {"id": 3, "received_ts": 2, "room_id": []}]
    synapse.report(4, reason=None)
    async with running(source, core, clock, {SCOPE: "0 0"}):
        assert [event.reason for event in core.events] == ["insulting", ""]


@pytest.mark.parametrize("mark", ["", "7", "a b", "1 2 3", "-1 2", "9" * 60 + " 1", "² 1"])
def test_a_mark_that_cannot_be_read_is_the_beginning(mark):
    assert Mark.read(mark) == Mark()


def test_a_mark_is_read_as_it_was_written():
    assert Mark.read(str(Mark(1_772_474_400_000, 12))) == Mark(1_772_474_400_000, 12)


_ODD = st.sampled_from([None, True, -1, 10**30, 1.5, "", "$event", "@a:b", "!room:b", "x" * 70_000, [], {}])
_FIELDS = ("id", "received_ts", "room_id", "event_id", "user_id", "reason", "name", "canonical_alias")
_ENTRY = st.fixed_dictionaries({}, optional=dict.fromkeys(_FIELDS, _ODD))


@given(entry=_ODD | _ENTRY)
def test_no_entry_is_too_strange(entry):
    report = read_report(entry)
    assert report is None or Mark().after(report) >= Mark()
