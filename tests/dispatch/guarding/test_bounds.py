"""What a handler wants is bounded: too much is refused as a whole, and what is sensible fits."""

from datetime import UTC, datetime

import pytest

from bot.dispatch.guarding import bounds
from bot.dispatch.guarding.bounds import refuse_excess, size_of
from bot.domain.document import Document, Picture
from bot.domain.effect import Announce, Attach, Remove, Say, Swap, Upsert
from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.domain.moderation import Evidence, Ground
from bot.errors import CogError
from cogs.review.rows import Case, Report

ROOM = ConversationId("fake:square")
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def case(number):
    ground = Ground("respect", "an attack", Evidence("attacks", "1.0", 0.9, 0.66, "person"))
    return Case("tarnwick", number, MessageId(f"fake:{number}"), 1, MemberId("fake:ines"), ROOM, (ground,), NOW)


@pytest.mark.parametrize(
    "effects",
    [
        [Announce("message.withheld", ROOM, {"message": f"fake:{n}"}) for n in range(20_000)],
        [Swap(case(n), case(n + 1)) for n in range(5_000)],
        [Remove(Report("tarnwick", n, MemberId("fake:ines"), "w" * 500, NOW)) for n in range(20_000)],
        [Attach(ROOM, "all.json", b"x" * 50_000_000, Document.of("All of it"))],
        [Say(ROOM, Document.of("w" * 90_000))],
        [Say(ROOM, Document.of(Picture(b"x" * 5_000_000, "a picture")))],
    ],
    ids=[
        "every open case told of",
        "every case redrawn",
        "a member forgotten",
        "an export",
        "a long list",
        "a picture",
    ],
)
def test_the_largest_sensible_runs_fit(effects):
    refuse_excess(effects)


@pytest.mark.parametrize(
    ("effects", "words"),
    [
        ([Announce("x")] * (bounds.MOST_EFFECTS + 1), "50,001 effects; 50,000 are the most"),
        ([Say(ROOM, Document.of("w" * 100_001))], "Say of more than 100,000"),
        ([Say(ROOM, Document.of(*[Document.of("")] * 100_001))], "Say of more than"),
        ([Announce("x", None, {"w": "w" * 100_001})], "Announce of more than"),
        ([Attach(ROOM, "a", b"x" * (bounds.LARGEST_ATTACHMENT + 1), Document(()))], "Attach of more than"),
        (
            [Upsert(Report("t", 1, MemberId("m"), "w" * bounds.LARGEST_ROW, NOW))],
            "Upsert of Report of more than 1,048,576",
        ),
        ([Say(ROOM, Document.of("w" * 90_000))] * 1_200, "in all"),
    ],
)
def test_more_is_refused_with_words(effects, words):
    with pytest.raises(CogError, match=words):
        refuse_excess(effects)


def test_a_thing_that_holds_itself_is_counted_to_the_limit_only():
    round_and_round = []
    round_and_round.append(round_and_round)
    assert size_of(round_and_round, 1_000) == 1_001


GREEDY = '''
from dataclasses import dataclass

@table("rows", key=("name",))
@dataclass(frozen=True, slots=True)
class Row:
    name: str
    words: str

class Unspeakable(UserError):
    def __str__(self):
        raise ValueError

class Greedy(Cog):
    """Wants much."""

    name = "greedy"
    migrations = (Migration(1, (CreateTable(Row),)),)
    rounds = 0
    posted = 0

    def __init__(self, tables: CogTables) -> None:
        self.rows = tables.of(Row)

    async def stored(self):
        return await self.rows.count()

    @listen
    async def hears(self, event: MessagePosted) -> Reply:
        room = event.message.conversation.id
        match event.message.text:
            case "a long post":
                return [Put(Row("a", "")), Say(room, Document.of("fine")), Say(room, Document.of("w" * 200_000))]
            case "a large row":
                return [Put(Row("a", "")), Put(Row("b", "w" * 2_000_000)), Announce("never", room)]
            case "a circle":
                return Announce("go on", room)
            case "a growing circle":
                return Announce("two more", room)
            case "posts":
                return Say(room, Document.of("hello"))
            case "posts for ever":
                return Say(room, Document.of("hello"), label="hello")

    @command("refuse", help="Refuse")
    async def refuse(self, call: Invocation, how: str) -> None:
        raise UserError("w" * 200_000) if how == "long" else Unspeakable

    @command("disown", help="Name nobody")
    async def disown(self, call: Invocation, number: int) -> Reply:
        here, who = call.conversation.id, call.caller.id
        return [
            Erase(5, here), Erase(None, here), Erase(who, 7), Erase("nobody", here), Erase(who, ""),
            OffTheRecord(None, wanted=True), OffTheRecord(call.caller, wanted=True), OffTheRecord(b"x", wanted=False),
        ][number]

    @command("say", help="Say")
    async def say(self, call: Invocation) -> Document:
        return Document.of("said")

    @listen
    async def is_told(self, event: Announced) -> Reply:
        type(self).rounds += 1
        if event.topic == "go on":
            return Announce("go on", event.conversation)
        if event.topic == "two more":
            return [Announce("two more", event.conversation)] * 2

    @listen
    async def posted_one(self, event: EffectApplied) -> Reply:
        type(self).posted += 1
        return Say(event.conversation, Document.of("hello"), label="hello") if event.label else None
'''


@pytest.fixture
def bot(bot_with):
    return bot_with(greedy=GREEDY)


def cog(bot):
    return bot.app.loader.registry.cogs["greedy"].cog


@pytest.mark.parametrize("deed", ["a long post", "a large row"])
async def test_nothing_of_a_run_that_wants_too_much_is_stored(bot, deed):
    async with bot.started():
        await bot.say("Dario", deed)
        assert bot.app.incidents.by_cog == {"greedy": 1}
        assert (await cog(bot).stored(), bot.posts(), type(cog(bot)).rounds) == (0, [], 0)


async def test_a_cog_that_answers_itself_comes_to_an_end(bot):
    async with bot.started():
        await bot.say("Dario", "a circle")
        assert type(cog(bot)).rounds == bounds.MOST_GENERATIONS
        assert bot.app.incidents.by_cog == {"greedy": 1}
        await bot.say("Dario", "a circle")  # a new one has its own length
        assert type(cog(bot)).rounds == 2 * bounds.MOST_GENERATIONS


async def test_one_that_doubles_each_time_is_stopped_long_before(bot, monkeypatch):
    monkeypatch.setattr("bot.dispatch.guarding.lineage.MOST_WAITING_EVENTS", 20)
    async with bot.started():
        await bot.say("Dario", "a growing circle")
        assert bounds.MOST_GENERATIONS < type(cog(bot)).rounds < 21 * bounds.MOST_GENERATIONS
        assert (await bot.app.store.counters())["events waiting"] == 0


async def test_one_that_answers_its_own_posts_comes_to_an_end_too(bot):
    async with bot.started():
        await bot.say("Dario", "posts for ever")
        assert bounds.MOST_GENERATIONS <= len(bot.posts()) <= bounds.MOST_GENERATIONS + 1
        assert type(cog(bot)).posted == len(bot.posts())


async def test_the_posts_of_a_cog_that_wait_are_bounded_and_the_bot_goes_on(bot, monkeypatch):
    monkeypatch.setattr("bot.dispatch.runner.MOST_WAITING_POSTS", 3)
    async with bot.started():
        bot.server.faults.limit_rate(1, 3600)
        for _ in range(5):
            await bot.say("Dario", "posts")
        await bot.say("Dario", "!say")
        assert bot.app.incidents.by_cog == {"greedy": 2}
        assert await bot.app.store.outbox.waiting_of("greedy") == 4  # with the core's word that !say failed


@pytest.mark.parametrize("how", ["long", "wordless"])
async def test_what_a_cog_raises_for_the_asker_to_read_is_bounded_too(bot, how):
    async with bot.started():
        answer = await bot.command("Ines", f"!refuse {how}")
        assert "!refuse failed on our side" in answer
        assert await bot.command("Ines", "!say") == "said"


@pytest.mark.parametrize("number", range(8))
async def test_wishes_and_erasures_of_what_is_nobody_harm_only_the_cog(bot, number):
    async with bot.started():
        assert "failed on our side" in await bot.command("Ines", f"!disown {number}")
    async with bot.started():
        assert await bot.command("Ines", "!say") == "said"
        assert await bot.app.store.records.off_record() == frozenset()
        assert (await bot.app.store.counters())["events waiting"] == 0
