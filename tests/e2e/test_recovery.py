"""What a crash left behind is taken up: all of it, in any amount, and none of it twice."""

import pytest

from bot.domain.document import Document
from bot.domain.effect import Say
from bot.ports.stores import Outcome, Post
from bot.storage import open_store
from bot.testing.factories import batch, posted

TELLER = '''
class Teller(Cog):
    """Tells of what it hears, and hears what is told."""

    name = "teller"

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.told: list[str] = []
        self.second: list[str] = []

    @listen
    async def hears(self, event: MessagePosted) -> Reply:
        self.heard.append(event.message.text)
        return [Announce(f"{event.message.text}, {n}", event.message.conversation.id) for n in range(2)]

    @listen
    async def hears_too(self, event: MessagePosted) -> Reply:
        self.second.append(event.message.text)

    @listen
    async def is_told(self, event: Announced) -> Reply:
        self.told.append(event.topic)

    @command("ping", help="Answer")
    async def ping(self, call: Invocation) -> Document:
        self.heard.append("!ping")
        return Document.of("pong")
'''


async def left_behind(bot, *events):
    """Stored, and nobody was told: what a crash right after the ingestion leaves. Gives the envelopes."""
    store = await open_store(bot.config.beside(bot.config.store.path))
    try:
        return (await store.journal.ingest("fake", batch(*events, checkpoints={"sync": "0"}), bot.clock.now())).fresh
    finally:
        await store.aclose()


async def committed(bot, outcome):
    store = await open_store(bot.config.beside(bot.config.store.path))
    await store.journal.commit(outcome)
    await store.aclose()


async def test_more_than_a_page_and_more_than_may_wait_are_each_heard_once_with_all_that_follows(bot_with):
    bot = bot_with(teller=TELLER, limits={"waiting": 100})
    rooms = [bot.square, *(bot.server.thread(bot.square, f"thread {n}") for n in range(3))]
    texts = [f"message {n}" for n in range(1_150)]
    await left_behind(bot, *(posted(text, conversation=rooms[n % 4]) for n, text in enumerate(texts)))
    async with bot.started():
        teller = bot.app.loader.registry.cogs["teller"].cog
        assert sorted(teller.heard) == sorted(texts)
        for number in range(4):  # each room's in their order
            assert [text for text in teller.heard if text in texts[number::4]] == texts[number::4]
        assert sorted(teller.told) == sorted(f"{text}, {n}" for text in texts for n in range(2))
        assert (await bot.app.store.counters())["events waiting"] == 0
    async with bot.started():
        assert bot.app.loader.registry.cogs["teller"].cog.heard == []


async def test_a_listener_that_was_done_before_the_crash_does_not_hear_it_again(bot_with):
    bot = bot_with(teller=TELLER)
    (envelope,) = await left_behind(bot, posted("once", conversation=bot.square))
    await committed(bot, Outcome("teller", bot.clock.now(), "hears", handled=(envelope.number,)))
    async with bot.started():
        teller = bot.app.loader.registry.cogs["teller"].cog
        assert (teller.heard, teller.second) == ([], ["once"])


@pytest.mark.parametrize("text", ["!ping", "!ping too many words"])
async def test_a_command_that_was_answered_before_the_crash_is_not_answered_again(bot_with, text):
    bot = bot_with(teller=TELLER)
    async with bot.started():
        finished = []

        async def never(numbers):  # the process dies before it can note that everybody is done
            finished.extend(numbers)

        bot.app.store.journal.finish = never
        await bot.say("Dario", text)
        assert finished
        assert len(bot.posts()) == 1
    async with bot.started():
        assert len(bot.posts()) == 1
        assert bot.app.loader.registry.cogs["teller"].cog.heard.count("!ping") == 0
        assert (await bot.app.store.counters())["events waiting"] == 0


async def test_an_answer_that_was_stored_but_not_sent_leaves_after_the_restart(bot_with):
    bot = bot_with(teller=TELLER)
    (envelope,) = await left_behind(bot, posted("!ping", conversation=bot.square))
    say = Say(bot.square.id, Document.of("pong"))
    post = Post(f"{envelope.number}.teller.!ping.0", "teller", envelope.number, "fake", bot.square.id, 1, say)
    outcome = Outcome("teller", bot.clock.now(), "!ping", handled=(envelope.number,), posts=(post,))
    await committed(bot, outcome)
    async with bot.started():
        assert [post.text for post in bot.posts()] == ["pong"]


FLAGGER = '''
class Flagger(Cog):
    """Flags what it reads, at once."""

    name = "flagger"

    @worker(batch=8)
    async def work(self, events: Sequence[MessagePosted]) -> Reply:
        return [
            Flag(event.message.id, 0, event.message.author, event.message.conversation.id, Ground("respect", "rude"))
            for event in events
        ]
'''

HEARER = '''
class Hearer(Cog):
    """Loaded last, and hears of flags."""

    name = "hearer"

    def __init__(self) -> None:
        self.flagged: list[str] = []

    @listen
    async def of_a_flag(self, event: Flagged) -> Reply:
        self.flagged.append(event.message)
'''


async def test_what_a_worker_flags_at_the_start_is_heard_by_cogs_that_are_loaded_after_it(bot_with):
    bot = bot_with(flagger=FLAGGER, hearer=HEARER)
    said = [posted(f"message {n}", conversation=bot.square) for n in range(20)]
    await left_behind(bot, *said)
    async with bot.started():
        hearer = bot.app.loader.registry.cogs["hearer"].cog
        assert hearer.flagged == [event.message.id for event in said]


ASKER = '''
from dataclasses import dataclass

class Asker(Cog):
    """Asks what should be done about a message, and closes the question with the first answer."""

    name = "asker"

    def __init__(self) -> None:
        self.noted: list[str] = []

    @listen
    async def ask(self, event: MessagePosted) -> Reply:
        choices = (Choice("yes", "Yes", "✅"), Choice("no", "No", "❌"))
        return Ask(event.message.conversation.id, Document.of("well?"), "question", choices)

    @listen
    async def answered(self, event: PromptAnswered) -> Reply:
        return Edit(event.conversation.id, "question", Document.of(f"{event.choice}, says {event.member.name}"))

    @listen
    async def notes(self, event: PromptAnswered) -> Reply:
        self.noted.append(event.choice)
'''


async def test_an_answer_that_counted_before_the_crash_counts_after_it_though_it_closed_the_prompt(bot_with):
    bot = bot_with(asker=ASKER)
    async with bot.started():
        await bot.say("Dario", "a question", where=bot.desk)
        (prompt,) = bot.posts(bot.desk)
        loaded = bot.app.loader.registry.cogs["asker"]

        async def never(_):
            pass

        bot.app.store.journal.finish = never
        await bot.press("Mira", prompt, "yes")
        assert loaded.cog.noted == ["yes"]
    async with bot.started():
        assert [post.text for post in bot.posts(bot.desk)] == ["yes, says Mira"]
        assert bot.app.loader.registry.cogs["asker"].cog.noted == ["yes"]  # it stored nothing: it hears it again
