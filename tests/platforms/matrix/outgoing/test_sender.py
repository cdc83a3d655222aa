"""Limits, order and repetition of posts, on a homeserver that answers as scripted."""

import asyncio

import pytest

from bot.domain.document import Document
from bot.domain.effect import Ask, Audience, Choice, Priority, Say
from bot.errors import Forbidden, Gone, RateLimited, Unavailable, Unsupported
from bot.platforms.matrix import names
from bot.platforms.matrix.connection.refusals import Refused
from bot.platforms.matrix.errands import Errands
from bot.platforms.matrix.options import Options
from bot.platforms.matrix.outgoing.outgoing import Outgoing
from bot.platforms.matrix.outgoing.sender import Sender
from bot.platforms.matrix.rooms.rooms import Rooms
from bot.ports.platform import Delivery
from bot.testing.clock import FakeClock
from tests.platforms.matrix.notebook import Notebook
from tests.platforms.matrix.outgoing.scripted import ScriptedHomeserver

A, B, C, D = (f"!{letter}:test.local" for letter in "abcd")


class Desk:
    def __init__(self, tmp_path, homeserver=None):
        self.homeserver, self.clock = homeserver or ScriptedHomeserver(), FakeClock()
        self.rooms = Rooms(self.homeserver)
        for room in (A, B, C, D):
            self.rooms.entered(room)
        self.sender = Sender(self.homeserver, self.rooms, None, self.clock)
        notes = Notebook()
        options = Options("https://test.local", self.homeserver.user, tmp_path)
        errands = Errands({}, notes, self.clock)
        self.outgoing = Outgoing(self.homeserver, self.rooms, self.sender, options, notes, errands, self.clock, None)

    def say(self, room, text, priority=Priority.ANSWER, attempt=1):
        effect = Say(names.conversation_id(room), Document.of(text), priority=priority)
        return self.outgoing.apply(Delivery(f"{room} {text}", "cog", effect, attempt))

    async def limited(self, room, text, **more):
        with pytest.raises(RateLimited) as caught:
            await self.say(room, text, **more)
        return caught.value.retry_after

    async def limit_account(self, seconds):
        """Two rooms in a row are refused."""
        self.homeserver.refuse("*", RateLimited(seconds), RateLimited(seconds))
        assert [await self.limited(room, "refused") for room in (A, B)] == [seconds, seconds]


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


async def test_a_limit_in_one_room_holds_up_no_other(desk):
    desk.homeserver.refuse(A, RateLimited(7))
    assert await desk.limited(A, "one") == 7
    await desk.say(B, "two")
    await desk.say(C, "three")
    assert desk.homeserver.bodies() == ["two", "three"]


async def test_a_limited_room_is_left_alone_for_the_time_that_is_left(desk):
    desk.homeserver.refuse(A, RateLimited(7))
    await desk.limited(A, "one")
    desk.clock.advance(5)
    assert await desk.limited(A, "two") == 2
    assert desk.homeserver.posts_asked() == [A]
    desk.clock.advance(2)
    await desk.say(A, "two", attempt=2)
    assert desk.homeserver.bodies() == ["two"]


async def test_two_rooms_limited_in_a_row_mean_the_account(desk):
    await desk.limit_account(5)
    desk.clock.advance(1)
    assert await desk.limited(C, "not asked") == 4
    assert desk.homeserver.posts_asked() == [A, B]
    desk.clock.advance(4)
    await desk.say(C, "now")
    assert desk.homeserver.bodies() == ["now"]


async def test_two_rooms_limited_with_a_post_between_them_are_two_rooms(desk):
    desk.homeserver.refuse(A, RateLimited(5))
    desk.homeserver.refuse(B, RateLimited(5))
    await desk.limited(A, "one")
    await desk.say(C, "through")
    await desk.limited(B, "two")
    await desk.say(D, "through, too")
    assert desk.homeserver.bodies() == ["through", "through, too"]


async def test_cards_go_before_answers_before_digests_when_the_account_was_limited(desk):
    await desk.limit_account(5)
    desk.clock.advance(5)
    desk.homeserver.going.clear()
    wanted = ((A, Priority.DIGEST), (B, Priority.ANSWER), (C, Priority.DIGEST), (D, Priority.CARD))
    going = [asyncio.create_task(desk.say(room, priority.name, priority)) for room, priority in wanted]
    await desk.homeserver.waiting.wait()
    desk.homeserver.going.set()
    await asyncio.gather(*going)
    # The first was alone when it came and had gone before anybody more urgent was there.
    assert desk.homeserver.bodies() == ["DIGEST", "CARD", "ANSWER", "DIGEST"]


async def test_the_most_urgent_takes_what_the_limit_lets_through(desk):
    await desk.limit_account(5)
    desk.clock.advance(5)
    desk.homeserver.refuse(A, RateLimited(5))
    desk.homeserver.refuse(B, RateLimited(5))
    wanted = ((D, Priority.CARD), (A, Priority.DIGEST), (B, Priority.DIGEST), (C, Priority.DIGEST))
    ends = await asyncio.gather(
        *(desk.say(room, priority.name, priority) for room, priority in wanted), return_exceptions=True
    )
    assert desk.homeserver.bodies() == ["CARD"]
    assert [end.retry_after for end in ends[1:]] == [5, 5, 5]
    assert desk.homeserver.posts_asked()[2:] == [D, A, B]


async def test_somebody_who_gives_up_waiting_leaves_the_way_free(desk):
    await desk.limit_account(5)
    desk.clock.advance(5)
    desk.homeserver.going.clear()
    first = asyncio.create_task(desk.say(A, "first"))
    await desk.homeserver.waiting.wait()
    waiting = [asyncio.create_task(desk.say(room, "waiting")) for room in (B, C)]
    for _ in range(20):
        await asyncio.sleep(0)
    waiting[0].cancel()
    first.cancel()
    desk.homeserver.going.set()
    await waiting[1]
    assert desk.homeserver.bodies() == ["waiting"]


async def test_what_was_posted_is_not_posted_again_after_a_limit(desk):
    desk.homeserver.refuse(A, Unavailable("x"))
    choices = tuple(Choice(str(number), str(number), emoji) for number, emoji in enumerate("✅❌👀"))
    ask = Ask(names.conversation_id(A), Document.of("so?"), "label", choices)
    with pytest.raises(Unavailable):
        await desk.outgoing.apply(Delivery("k", "cog", ask))
    real = desk.homeserver._post
    calls = []

    async def limited_after_two(room, transaction, body):
        calls.append(transaction)
        if len(calls) == 3:
            raise RateLimited(5)
        return await real(room, transaction, body)

    desk.homeserver._post = limited_after_two
    with pytest.raises(RateLimited):
        await desk.outgoing.apply(Delivery("k", "cog", ask, attempt=2))
    desk.clock.advance(5)
    await desk.outgoing.apply(Delivery("k", "cog", ask, attempt=3))
    assert len(desk.homeserver.posted) == 4
    assert len(calls) == 5


async def test_an_earlier_attempt_is_found_when_the_homeserver_forgot_its_transaction(desk, tmp_path):
    first = await desk.say(A, "once")
    desk.homeserver.forget_transactions()
    later = Desk(tmp_path, desk.homeserver)
    assert await later.say(A, "once", attempt=2) == first
    assert desk.homeserver.bodies() == ["once"]


async def test_a_first_attempt_does_not_look(desk):
    await desk.say(A, "once")
    assert [parts for parts in desk.homeserver.asked if "messages" in parts] == []


@pytest.mark.parametrize(
    ("refused", "kind", "words"),
    [
        (Refused("M_FORBIDDEN", 403), Forbidden, r"may not write in !a:test.local: .*power 0 \(m.room.message\)"),
        (Refused("M_TOO_LARGE", 413), Unsupported, "larger"),
        (Refused("M_OTHER", 400), Refused, "M_OTHER"),
        (Gone("x"), Gone, "x"),
    ],
)
async def test_a_refusal_is_told_in_words_and_limits_nothing(desk, refused, kind, words):
    desk.homeserver.refuse(A, refused)
    with pytest.raises(kind, match=words):
        await desk.say(A, "one")
    await desk.say(A, "two")
    assert desk.homeserver.bodies() == ["two"]


async def test_in_a_room_that_was_left_there_is_nothing_to_forbid(desk):
    desk.homeserver.refuse(A, Refused("M_FORBIDDEN", 403))
    desk.rooms.left(A)
    with pytest.raises(Gone):
        await desk.say(A, "one")


async def test_private_words_without_anybody_named_are_refused(desk):
    effect = Say(names.conversation_id(A), Document.of("x"), audience=Audience.ASKER)
    with pytest.raises(Unsupported):
        await desk.outgoing.apply(Delivery("k", "cog", effect))
