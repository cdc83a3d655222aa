"""Order and marks of each channel."""

import pytest

from bot.domain.event import MessagePosted
from bot.platforms.discord.incoming import lines as module
from bot.platforms.discord.incoming.feed import Feed
from bot.platforms.discord.incoming.lines import Lines, Marks
from bot.testing.factories import posted

PLACE, ROOM = 7, 70


class Rig:
    def __init__(self):
        self.feed, self.marks, self.fallen = Feed(), Marks(), []
        self.lines = Lines(self.feed, self.marks, lambda place, channel: self.fallen.append((place, channel)))

    def hear(self, *messages):
        for message in messages:
            self.lines.message(PLACE, ROOM, message, (posted(f"m{message}"),))

    @property
    def came(self):
        heard = [entry for entry, _ in self.feed._waiting]
        return [event.message.text for one in heard for event in one.events if isinstance(event, MessagePosted)]

    @property
    def stored_marks(self):
        return [one.marks[ROOM] for one, _ in self.feed._waiting if ROOM in one.marks]


@pytest.fixture
async def rig():
    return Rig()


async def test_until_a_server_is_known_live_messages_wait(rig):
    rig.hear(1, 2)
    assert rig.came == []
    assert rig.lines.first_held(ROOM) == 1
    assert rig.lines.settle(PLACE) == [ROOM]
    rig.lines.behind(ROOM)
    rig.hear(3)
    assert rig.lines.caught_up(ROOM, 1)
    assert rig.came == ["m2", "m3"]
    rig.hear(4)
    assert rig.stored_marks == [2, 3, 4]


async def test_marks_never_go_back(rig):
    rig.lines.settle(PLACE)
    rig.hear(5, 4)
    assert rig.stored_marks == [5]
    rig.lines.mark(ROOM, 3)
    assert rig.stored_marks == [5]


async def test_of_too_many_that_wait_all_are_read_again(rig, monkeypatch):
    monkeypatch.setattr(module, "_MOST_HELD", 3)
    rig.lines.settle(PLACE)
    rig.lines.behind(ROOM)
    rig.hear(*range(1, 6))
    assert not rig.lines.caught_up(ROOM, 2)
    rig.lines.reading(ROOM)
    rig.hear(6)
    assert rig.lines.caught_up(ROOM, 5)
    assert rig.came == ["m6"]


async def test_a_feed_that_is_full_takes_no_more_live_messages(rig, monkeypatch):
    monkeypatch.setattr(module, "_MOST_WAITING", 2)
    rig.lines.settle(PLACE)
    rig.hear(1, 2, 3, 4)
    assert rig.came == ["m1", "m2"]
    assert rig.fallen == [(PLACE, ROOM)]
    assert not rig.lines.caught_up(ROOM, 2)


async def test_a_session_that_begins_meanwhile_keeps_what_waits(rig):
    rig.lines.settle(PLACE)
    rig.lines.behind(ROOM)
    rig.hear(3)
    rig.lines.unsettle(lambda place: place == PLACE)
    assert rig.lines.caught_up(ROOM, 2)
    rig.hear(4)
    assert rig.came == []
    assert rig.lines.settle(PLACE) == [ROOM]


def test_marks_of_others_are_left_out():
    marks = Marks()
    marks.load({"70": "5", "sync": "s1", "71": "x"})
    assert list(marks) == [70]
