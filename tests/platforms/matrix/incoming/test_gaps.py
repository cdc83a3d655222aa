"""However a history is split into answers, gaps and crashes: each event comes, in the order of its room."""

import asyncio
import json
from contextlib import aclosing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.event import AccessLost, MessagePosted
from bot.errors import Gone, RateLimited, Revoked, Unavailable
from bot.platforms.matrix.connection.refusals import Refused
from bot.platforms.matrix.incoming.gaps import GAP
from bot.ports.platform import Note
from tests.platforms.matrix.incoming.imitation import OWN, HastyClock, Imitation
from tests.platforms.matrix.incoming.reader import Bot, Core, Crash, Options

ROOMS = ["!a:one.example", "!b:one.example", "!c:one.example"]
OPTIONS = Options(homeserver="https://one.example", user=OWN, folder=Path("nowhere"), encryption=False)

say = st.tuples(st.sampled_from(ROOMS), st.integers(1, 9), st.booleans())
run = st.tuples(st.lists(say, max_size=4), st.lists(say, max_size=3), st.integers(0, 6))
trouble = st.sampled_from([None, None, Unavailable("down"), RateLimited(3.0)])


class Life:
    """One bot after the other on one homeserver."""

    def __init__(self, server, core=None):
        self.server, self.core = server, core or Core()
        self.said = {room: [] for room in server.rooms}
        self.late = set()

    def say(self, room, count, late):
        for _ in range(count):
            text = f"{room} {len(self.said[room])}"
            self.server.say(room, text, late=2 if late else 0)
            self.said[room].append(text)
            if late:
                self.late.add(text)

    def bot(self):
        return Bot(OPTIONS, self.core, clock=HastyClock(), homeserver=self.server)

    async def live(self, *, during=(), crash_after=None, until=None):
        """Until the bot dies, or the condition holds."""
        bot = self.bot()
        self.core.crash_at = None if crash_after is None else len(self.core.batches) + crash_after
        reading = asyncio.create_task(bot.read())
        for each in during:
            await asyncio.sleep(0)
            self.say(*each)
        done = asyncio.create_task(self.core.until(until or self.complete, 20))
        await asyncio.wait([reading, done], return_when=asyncio.FIRST_COMPLETED)
        await bot.reading.aclose()
        done.cancel()
        results = await asyncio.gather(reading, done, return_exceptions=True)
        for error in results:
            if isinstance(error, Exception) and not isinstance(error, Crash):
                raise error
        return bot

    def complete(self):
        return all(set(texts) <= set(self.core.texts(room)) for room, texts in self.said.items())


@settings(max_examples=60, deadline=None)
@given(st.lists(run, min_size=1, max_size=4), st.lists(trouble, max_size=25), st.integers(1, 4), st.integers(1, 5))
def test_every_event_comes_in_the_order_of_its_room_however_it_is_split(runs, troubles, limit, page):
    async def story():
        server = Imitation(limit=limit, page=page)
        for room in ROOMS:
            server.room(room)
        life = Life(server)
        await life.live(until=lambda: life.core.checkpoints)
        server.failures = list(troubles)
        for offline, online, crash_after in runs:
            for each in offline:
                life.say(*each)
            await life.live(during=online, crash_after=crash_after)
        server.failures = []
        await life.live()
        for room in ROOMS:
            came = list(dict.fromkeys(life.core.texts(room)))
            assert set(came) == set(life.said[room])
            prompt = [text for text in life.said[room] if text not in life.late]
            assert [text for text in came if text not in life.late] == prompt
        await life.live(until=lambda: not life.core.notes.ids(GAP))

    asyncio.run(story())


@pytest.fixture
def life():
    server = Imitation()
    for room in ROOMS:
        server.room(room)
    return Life(server)


async def begun(life):
    await life.live(until=lambda: life.core.checkpoints)
    return life


async def test_a_room_in_trouble_holds_up_no_other(life):
    await begun(life)
    for room in ROOMS:
        life.say(room, 10, late=False)
    life.server.refused[ROOMS[0]] = Unavailable("down")
    others = ROOMS[1:]
    await life.live(until=lambda: all(set(life.said[room]) <= set(life.core.texts(room)) for room in others))
    assert life.core.texts(ROOMS[0]) == []
    life.server.refused.clear()
    await life.live()
    assert life.core.texts(ROOMS[0]) == life.said[ROOMS[0]]


@pytest.mark.parametrize("refusal", [Refused("M_FORBIDDEN", 403), Gone("gone")])
async def test_a_gap_that_cannot_be_filled_is_counted_and_the_room_goes_on(life, refusal, caplog):
    await begun(life)
    life.say(ROOMS[0], 10, late=False)
    life.server.refused[ROOMS[0]] = refusal
    bot = await life.live(until=lambda: life.core.notes.ids(GAP) == [] and len(life.core.batches) > 2)
    assert bot.reading.gaps.given_up == {ROOMS[0]: 1}
    assert "lost to the bot" in caplog.text
    life.server.refused.clear()
    del life.said[ROOMS[0]][:]
    life.say(ROOMS[0], 1, late=False)
    await life.live()


async def test_of_a_gap_whose_beginning_the_server_forgot_the_end_is_had(life, caplog):
    await begun(life)
    life.say(ROOMS[0], 10, late=False)
    said = {"room": ROOMS[0], "from": "s-forgotten", "to": f"s{life.server.stream}", "number": 1}
    life.core.checkpoints["sync"] = f"s{life.server.stream}"
    life.core.notes.take([Note(GAP, f"{ROOMS[0]} 1", json.dumps(said))])
    await life.live(until=lambda: not life.core.notes.ids(GAP))
    assert life.core.texts(ROOMS[0]) == life.said[ROOMS[0]][-4:]


@pytest.mark.parametrize("text", ["", "[]", '{"room": 1}', '{"room": "!x", "from": "a", "to": 1, "number": 2}'])
async def test_a_note_of_a_gap_that_cannot_be_read_is_left_alone(life, text):
    await begun(life)
    life.core.notes.take([Note(GAP, "bad", text)])
    life.say(ROOMS[0], 2, late=False)
    await life.live()


async def test_of_a_room_that_the_bot_was_sent_out_of_the_gap_ends_there(life):
    await begun(life)
    life.say(ROOMS[0], 10, late=False)
    life.server.send_out(ROOMS[0])
    life.server.say(ROOMS[0], "among ourselves")
    await life.live(until=lambda: life.complete() and life.core.of(AccessLost))
    assert life.core.texts(ROOMS[0]) == life.said[ROOMS[0]]
    assert isinstance(life.core.events[0], AccessLost)


async def test_a_revoked_token_ends_the_reading_also_where_a_gap_meets_it(life):
    await begun(life)
    life.say(ROOMS[0], 10, late=False)
    life.server.refused[ROOMS[0]] = Revoked("void")
    with pytest.raises(Revoked):
        await life.live()


async def test_what_an_answer_holds_besides_goes_in_batches_of_five_hundred_and_its_token_with_the_last(life):
    await begun(life)
    life.server.limit = 2_000
    life.say(ROOMS[0], 1_100, late=False)
    count = len(life.core.batches)
    await life.live()
    new = life.core.batches[count:]
    assert [len(batch.events) for batch in new] == [500, 500, 100]
    assert [bool(batch.checkpoints) for batch in new] == [False, False, True]
    assert all(isinstance(event, MessagePosted) for batch in new for event in batch.events)


async def test_closing_ends_the_reading_at_once_whatever_waits(life):
    await begun(life)
    bot = life.bot()
    life.say(ROOMS[0], 50, late=False)
    async with aclosing(bot.reading.batches(life.core.checkpoints)) as batches:
        async for _ in batches:
            await bot.reading.aclose()
    assert life.core.texts() == []
