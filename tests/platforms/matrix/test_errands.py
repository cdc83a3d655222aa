import asyncio
import json
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.domain.ids import MemberId
from bot.errors import Forbidden, Gone, RateLimited, StorageError, Unavailable
from bot.platforms.matrix.errands import SCOPE, Errands
from bot.ports.platform import Note
from bot.testing.clock import FakeClock
from tests.platforms.matrix.notebook import Notebook


class Doer:
    """Does errands of the kind "do": notes what was done, fails as told, waits where told."""

    def __init__(self):
        self.done = []
        self.begun = []
        self.errors = {}
        self.gates = {}
        self.changed = asyncio.Condition()

    async def __call__(self, data):
        name = data["name"]
        self.begun.append(name)
        await self._tell()
        if name in self.gates:
            await self.gates[name].wait()
        if self.errors.get(name):
            raise self.errors[name].pop(0)
        self.done.append(name)
        await self._tell()

    async def _tell(self):
        async with self.changed:
            self.changed.notify_all()

    async def until(self, true):
        async with asyncio.timeout(20), self.changed:
            await self.changed.wait_for(true)


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def notebook():
    return Notebook()


@asynccontextmanager
async def running(errands):
    task = asyncio.create_task(errands.run())
    try:
        await asyncio.sleep(0)
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def forgotten(notebook):
    await notebook.until(lambda: not notebook.ids(SCOPE))


async def wake(clock):
    """Let the time pass that the next sleeper wants; gives how long that was."""
    await clock.until_sleeping()
    pause = (clock.next_wake - clock.now()).total_seconds()
    clock.advance(pause + 0.001)
    return pause


def errand(errands, name, **more):
    return errands.note("do", name, {"name": name}, **more)


async def test_a_noted_errand_is_done_once_and_forgotten(notebook, clock):
    doer = Doer()
    errands = Errands({"do": doer}, notebook, clock)
    async with running(errands):
        note = errand(errands, "a", room="!r", member=MemberId("matrix:@m:x"))
        await errands.add(note)
        await forgotten(notebook)
        errands.noted((Note("gap", "!r", "another scope"),))
    assert doer.done == ["a"]
    assert note.member == "matrix:@m:x"
    assert note.until > clock.now()


async def test_errands_of_one_room_keep_their_order_and_rooms_do_not_wait_for_each_other(notebook, clock):
    doer = Doer()
    doer.gates["slow"] = asyncio.Event()
    errands = Errands({"do": doer}, notebook, clock)
    async with running(errands):
        for name, room in (("slow", "!1"), ("after", "!1"), ("elsewhere", "!2"), ("nowhere", "")):
            await errands.add(errand(errands, name, room=room))
        await doer.until(lambda: len(doer.done) == 2)
        assert sorted(doer.done) == ["elsewhere", "nowhere"]
        doer.gates["slow"].set()
        await forgotten(notebook)
    assert doer.done[2:] == ["slow", "after"]


async def test_what_an_earlier_run_left_is_taken_up_in_the_order_in_which_it_was_noted(notebook, clock):
    before = Errands({}, notebook, clock)
    for name in ("z", "y", "x"):
        notebook.take([errand(before, name, room="!r")])
        clock.advance(1)
    doer = Doer()
    async with running(Errands({"do": doer}, notebook, clock)):
        await forgotten(notebook)
    assert doer.done == ["z", "y", "x"]


async def test_passing_trouble_is_tried_again_later_each_time_and_a_rate_limit_is_waited_out(notebook, clock):
    doer = Doer()
    doer.errors["a"] = [Unavailable("down"), Unavailable("down"), RateLimited(77), StorageError("busy")]
    errands = Errands({"do": doer}, notebook, clock)
    async with running(errands):
        await errands.add(errand(errands, "a"))
        pauses = [await wake(clock) for _ in range(4)]
        await forgotten(notebook)
    assert doer.begun == ["a"] * 5
    assert 1 <= pauses[0] <= 1
    assert 1 <= pauses[1] <= 2
    assert 77 <= pauses[2] <= 78
    assert 4 <= pauses[3] <= 8


@pytest.mark.parametrize("error", [Gone("gone"), Forbidden("join", "there", "invite"), KeyError("a fault")])
async def test_a_refusal_for_good_and_a_fault_end_the_errand_and_nothing_else(notebook, clock, error):
    doer = Doer()
    doer.errors["bad"] = [error]
    errands = Errands({"do": doer}, notebook, clock)
    async with running(errands):
        await errands.add(errand(errands, "bad", room="!r"))
        await errands.add(errand(errands, "good", room="!r"))
        await forgotten(notebook)
    assert doer.done == ["good"]


async def test_a_later_errand_waits_for_its_time_and_holds_up_no_other(notebook, clock):
    doer = Doer()
    due = clock.now() + timedelta(hours=3)
    errands = Errands({"do": doer}, notebook, clock)
    async with running(errands):
        await errands.add(errand(errands, "later", room="!r", due=due))
        await errands.add(errand(errands, "now", room="!r"))
        await doer.until(lambda: doer.done == ["now"])
        while clock.now() < due:
            assert doer.done == ["now"]
            await wake(clock)
        await forgotten(notebook)
    assert doer.done == ["now", "later"]
    assert errand(errands, "later", due=due).until > due


async def test_a_due_time_survives_a_restart_that_comes_after_it(notebook, clock):
    notebook.take([errand(Errands({}, notebook, clock), "lift", due=clock.now() + timedelta(hours=1))])
    clock.advance(timedelta(hours=2))
    doer = Doer()
    async with running(Errands({"do": doer}, notebook, clock)):
        await forgotten(notebook)
    assert doer.done == ["lift"]


async def test_what_is_called_off_is_not_done(notebook, clock):
    doer = Doer()
    errands = Errands({"do": doer}, notebook, clock)
    async with running(errands):
        await errands.add(errand(errands, "lift", due=clock.now() + timedelta(seconds=30)))
        await errands.add(errand(errands, "erased", due=clock.now() + timedelta(seconds=30)))
        await clock.until_sleeping(2)
        await errands.add(errands.forgotten("do", "lift"))
        notebook.kept.pop((SCOPE, "do erased"))  # as the store does when whom it concerned is erased
        clock.advance(60)
        await errands.add(errand(errands, "next"))
        await forgotten(notebook)
    assert doer.done == ["next"]


async def test_a_newer_form_of_an_errand_replaces_one_that_waits_and_follows_one_that_runs(notebook, clock):
    doer = Doer()
    doer.gates["old"] = asyncio.Event()
    errands = Errands({"do": doer}, notebook, clock)
    async with running(errands):
        await errands.add(errands.note("do", "same", {"name": "old"}, room="!r"))
        await doer.until(lambda: doer.begun == ["old"])
        await errands.add(errands.note("do", "same", {"name": "old"}, room="!r"))
        await errands.add(errands.note("do", "same", {"name": "newer"}, room="!r"))
        await errands.add(errands.note("do", "same", {"name": "newest"}, room="!r"))
        doer.gates["old"].set()
        await forgotten(notebook)
    assert doer.done == ["old", "newest"]


async def test_what_is_noted_before_the_run_begins_is_done_once(notebook, clock):
    doer = Doer()
    errands = Errands({"do": doer}, notebook, clock)
    await errands.add(errand(errands, "early"))
    notebook.failing = [StorageError("busy")]
    async with running(errands):
        await clock.until_sleeping()
        clock.advance(10)
        await forgotten(notebook)
    assert doer.done == ["early"]


WHOLE = {"kind": "do", "data": {}, "room": "", "due": None, "order": [1, 2]}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        '{"kind": "do"}',
        json.dumps({**WHOLE, "kind": 1}),
        json.dumps({**WHOLE, "order": 1}),
        json.dumps({**WHOLE, "due": "2026-01-01T00:00:00"}),
    ],
)
async def test_a_note_that_cannot_be_read_and_an_unknown_kind_stop_nothing(notebook, clock, text):
    notebook.take([Note(SCOPE, "do bad", text)])
    doer = Doer()
    errands = Errands({"do": doer}, notebook, clock)
    async with running(errands):
        await errands.add(errands.note("unknown", "x", {}))
        await errands.add(errand(errands, "good"))
        await doer.until(lambda: doer.done == ["good"])
