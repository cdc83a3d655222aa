"""A flood in one room waits in the store, not in memory, and holds up neither commands nor other rooms."""

import asyncio

import pytest

from bot.dispatch.completions import Completions
from bot.ports.models import Models
from bot.storage import open_store
from bot.testing.factories import batch, posted
from bot.testing.harness import harness
from bot.testing.models import ScriptedClassifier, ScriptedSummarizer

FLOOD = 20_000
CAPACITY = 100
PAGE = 500
"""Events that are read again at once."""

HEARER = '''
import asyncio

class Hearer(Cog):
    """Listens slowly in the room that is flooded."""

    name = "hearer"

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.heard: list[tuple[str, str]] = []
        self.told: list[str] = []

    @listen
    async def hears(self, event: MessagePosted) -> Reply:
        if event.message.text.startswith("flood"):
            await self.open.wait()
        self.heard.append((event.message.conversation.name, event.message.text))
        if event.message.text.startswith("tell"):
            return [Announce(f"{n}", event.message.conversation.id) for n in range(int(event.message.text[5:]))]

    @listen
    async def is_told(self, event: Announced) -> Reply:
        self.told.append(event.topic)

    @command("ping", help="Answer")
    async def ping(self, call: Invocation) -> Document:
        return Document.of("pong")
'''


class Arrivals:
    """Wakes a test when the bot has posted something."""

    def __init__(self, server):
        self._put, self._news = server.put, asyncio.Event()
        server.put = self._seen

    def _seen(self, post):
        kept = self._put(post)
        self._news.set()
        return kept

    async def next(self):
        await self._news.wait()
        self._news.clear()


def most_waiting(lanes):
    """A list whose last entry is the most that has waited in these lanes so far."""
    most, put = [0], lanes.put

    def counted(lane, envelope):
        put(lane, envelope)
        most.append(max(most[-1], lanes.waiting))

    lanes.put = counted
    return most


@pytest.fixture
def flooded(bot_with):
    return bot_with(hearer=HEARER, limits={"waiting": CAPACITY})


async def test_a_command_in_another_room_is_answered_while_nearly_the_whole_flood_waits(flooded):
    bot = flooded
    async with bot.started():
        arrivals, most = Arrivals(bot.server), most_waiting(bot.app.traffic.rooms)
        dario, eve = bot.person("Dario"), bot.person("Eve")
        for number in range(FLOOD):
            bot.server.post(dario, bot.square, f"flood {number}")
        bot.server.post(eve, bot.far_square, "!ping")
        await arrivals.next()
        assert [post.text for post in bot.posts(bot.far_square)] == ["pong"]
        assert (await bot.app.store.journal.waiting()).count >= FLOOD
        assert (await bot.app.store.counters())["messages"] == FLOOD + 1
        hearer = bot.app.loader.registry.cogs["hearer"].cog
        assert hearer.heard == [("far-square", "!ping")]
        hearer.open.set()
        await bot.settle()
        assert [text for room, text in hearer.heard if room == "square"] == [f"flood {n}" for n in range(FLOOD)]
        assert CAPACITY <= most[-1] <= CAPACITY + PAGE
        assert (await bot.app.store.journal.waiting()).count == 0


async def test_a_quiet_room_is_not_held_up_and_each_room_keeps_its_order(flooded):
    bot = flooded
    async with bot.started():
        hearer = bot.app.loader.registry.cogs["hearer"].cog
        dario, eve = bot.person("Dario"), bot.person("Eve")
        for number in range(1_000):
            bot.server.post(dario, bot.square, f"flood {number}")
            if number % 10 == 0:
                bot.server.post(eve, bot.far_square, f"calm {number}")
        bot.server.post(eve, bot.far_square, "!ping")
        await Arrivals(bot.server).next()
        calm = [("far-square", f"calm {number}") for number in range(0, 1_000, 10)]
        assert hearer.heard[: len(calm)] == calm
        hearer.open.set()
        await bot.settle()
        assert [one for one in hearer.heard if one[0] == "square"] == [("square", f"flood {n}") for n in range(1_000)]
        assert len(hearer.heard) == 1_101


async def test_what_a_handler_announces_is_bounded_in_memory_and_all_of_it_is_heard(flooded):
    bot = flooded
    async with bot.started():
        hearer, most = bot.app.loader.registry.cogs["hearer"].cog, most_waiting(bot.app.traffic.rooms)
        for _ in range(3):
            bot.server.post(bot.person("Dario"), bot.square, "tell 2000")
        await bot.settle()
        assert hearer.told == [str(number) for _ in range(3) for number in range(2_000)]
        assert most[-1] <= 2 * CAPACITY + PAGE


async def test_what_was_left_unfinished_is_read_page_by_page_before_what_is_new(flooded):
    bot = flooded
    store = await open_store(bot.config.beside(bot.config.store.path))
    texts = [f"earlier {number}" for number in range(2_000)]
    for start in range(0, 2_000, 200):
        events = (posted(text, conversation=bot.square, id=text) for text in texts[start : start + 200])
        await store.journal.ingest("fake", batch(*events, checkpoints={"sync": "0"}), bot.clock.now())
    await store.aclose()
    for number in range(100):
        bot.server.post(bot.person("Dario"), bot.square, f"new {number}")
    bot.server.faults.redeliver = 100
    async with bot.started():
        hearer = bot.app.loader.registry.cogs["hearer"].cog
        texts += [f"new {number}" for number in range(100)]
        assert [text for _, text in hearer.heard] == texts
        assert (await bot.app.store.journal.waiting()).count == 0


async def test_messages_are_stored_at_once_and_judged_by_age_when_the_classifier_cannot_keep_up(tmp_path):
    ready = asyncio.Event()

    class Slow(ScriptedClassifier):
        async def classify(self, passages, *, floor=0.0):
            await ready.wait()
            return await super().classify(passages, floor=floor)

    classifier = Slow()
    bot = harness(tmp_path, cogs=("civility", "admin"), models=Models(classifier, ScriptedSummarizer()))
    async with bot.started():
        arrivals, dario = Arrivals(bot.server), bot.person("Dario")
        rooms = (bot.square, bot.far_square)
        for number in range(400):
            bot.server.post(dario, rooms[number % 2], f"message {number}")
        bot.server.post(bot.person("Mira"), bot.desk, "!health")
        await arrivals.next()
        assert (await bot.app.store.counters())["messages"] == 401
        bot.clock.advance(600)
        bot.server.post(bot.person("Mira"), bot.desk, "!health")
        await arrivals.next()
        shown = bot.posts(bot.desk)[-1].text
        assert "Messages for civility to judge: 40" in shown
        assert "the oldest for 10 min" in shown
        ready.set()
        await bot.settle()
        assert [one.text for one in classifier.seen] == [f"message {number}" for number in range(400)]


class Noting:
    """A journal that notes how much it is asked to finish at once."""

    def __init__(self):
        self.finished = []
        self.open = asyncio.Event()

    async def finish(self, numbers):
        await self.open.wait()
        await asyncio.sleep(0)
        self.finished.append(list(numbers))


async def test_very_many_finished_events_are_stored_in_parts_and_hold_up_who_brings_more():
    journal = Noting()
    completions = Completions(journal)
    for number in range(20_000):
        completions.add(number)
    storing = asyncio.create_task(completions.flush())
    waiting = asyncio.create_task(completions.room())
    for _ in range(5):
        await asyncio.sleep(0)
    assert not waiting.done()
    journal.open.set()
    await waiting
    assert sum(map(len, journal.finished)) < 20_000
    await storing
    assert [number for part in journal.finished for number in part] == list(range(20_000))
    assert max(map(len, journal.finished)) <= PAGE
