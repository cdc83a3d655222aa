"""Timeouts that begin and end at the same moment."""

import asyncio
from pathlib import Path

import pytest

from bot.domain.effect import Timeout
from bot.domain.moderation import Ground, Origin
from bot.platforms.matrix import names
from bot.platforms.matrix.errands import Errands
from bot.platforms.matrix.options import Options
from bot.platforms.matrix.outgoing.levels import level_of
from bot.platforms.matrix.outgoing.mutes import SCOPE, Mutes
from bot.platforms.matrix.outgoing.places import Places
from bot.platforms.matrix.rooms.rooms import Rooms
from bot.ports.platform import Delivery
from bot.testing.clock import FakeClock
from tests.platforms.matrix.notebook import Notebook
from tests.platforms.matrix.outgoing.scripted import ScriptedHomeserver

BOT, NOOR, ROOM = ScriptedHomeserver.user, "@noor:test.local", "!square:test.local"


class Levels:
    """A room's levels; while `going` is not set, no change comes through, and `waiting` says that one waits."""

    def __init__(self):
        self.content = {"users": {BOT: 100}}
        self.going, self.waiting = asyncio.Event(), asyncio.Event()
        self.going.set()

    async def read(self, room):
        return self.content

    async def change(self, room, change):
        if not self.going.is_set():
            self.waiting.set()
        await self.going.wait()
        self.content = change(self.content)


@pytest.fixture
def levels():
    return Levels()


@pytest.fixture
def notebook():
    return Notebook()


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def mutes(levels, notebook, clock):
    rooms = Rooms(ScriptedHomeserver())
    create = {"type": "m.room.create", "state_key": "", "sender": BOT, "content": {"room_version": "11"}}
    rooms.entered(ROOM).apply(create)
    places = Places(BOT, rooms, Options("https://test.local", BOT, Path("nowhere")))
    return Mutes(levels, rooms, places, notebook, Errands({}, notebook, clock), clock)


def timeout(key):
    effect = Timeout(
        conversation=names.conversation_id(ROOM),
        ground=Ground("respect", "a personal attack"),
        origin=Origin.HUMAN,
        member=names.member_id(NOOR),
        seconds=60,
    )
    return Delivery(key, "cog", effect, 1, None), effect


@pytest.mark.parametrize("ending", ["its time is over", "on order"])
async def test_a_timeout_that_begins_while_another_ends_is_known_and_ends_itself(
    mutes, levels, notebook, clock, ending
):
    async def ends():
        if ending == "on order":
            await mutes.end(ROOM, NOOR)
        else:
            await mutes.lift({"room": ROOM, "user": NOOR})

    await mutes.set(ROOM, NOOR, *timeout("first"))
    clock.advance(60)
    levels.going.clear()
    async with asyncio.TaskGroup() as group:
        group.create_task(ends())
        await levels.waiting.wait()
        group.create_task(mutes.set(ROOM, NOOR, *timeout("second")))
        for _ in range(20):
            await asyncio.sleep(0)
        levels.going.set()
    assert level_of(levels.content, NOOR) == -1
    assert notebook.ids(SCOPE) == [f"{ROOM} {NOOR}"]
    clock.advance(60)
    await mutes.lift({"room": ROOM, "user": NOOR})
    assert level_of(levels.content, NOOR) is None
    assert notebook.kept == {}
