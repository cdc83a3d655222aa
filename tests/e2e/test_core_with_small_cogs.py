"""The core's promises, shown with cogs of a few lines: once, in order, isolated, restart-safe."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import Forbidden, RateLimited, Unavailable
from bot.loading.find import forget_modules
from bot.testing.harness import Harness, harness

COUNTER = '''
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from bot.api import *
from bot.api import CreateTable, Migration

@table("tallies", key=("name",))
@dataclass(frozen=True, slots=True)
class Tally:
    name: str
    count: int

class Counter(Cog):
    """Counts what it hears."""

    name = "counter"
    migrations = (Migration(1, (CreateTable(Tally),)),)

    def __init__(self, tables: CogTables) -> None:
        self.tallies = tables.of(Tally)

    async def _one_more(self, name: str):
        old = await self.tallies.get(name)
        return Put(Tally(name, 1)) if old is None else Swap(old, replace(old, count=old.count + 1))

    @listen
    async def heard(self, event: MessagePosted | MessageEdited) -> Reply:
        if event.message.text == "break":
            raise RuntimeError("a cog may raise anything")
        return await self._one_more("heard")

    @worker(batch=4)
    async def work(self, events: Sequence[MessagePosted]) -> Reply:
        texts = [event.message.text for event in events]
        if "poison" in texts:
            raise RuntimeError("cannot be digested")
        return [Upsert(Tally(f"worked {text}", 1)) for text in texts]

    @command("count", help="Show a tally")
    async def count(self, call: Invocation, name: str = "heard") -> Document:
        tally = await self.tallies.get(name)
        return Document.of(f"{name}: {tally.count if tally else 0}")

    @listen
    async def needs_a_model(self, event: MessagePosted) -> Reply:
        if event.message.text == "no model":
            raise ModelUnavailable("none")

    @command("about", help="Name a message")
    async def about(self, call: Invocation, message: MessageId) -> Document:
        return Document.of(f"about {message}")

    @command("twice", help="Say two things")
    async def twice(self, call: Invocation) -> Reply:
        return [Say(call.conversation.id, Document.of("one")), Say(call.conversation.id, Document.of("two"))]

    @command("fail", help="Fail")
    async def fail(self, call: Invocation) -> Reply:
        raise RuntimeError("the text of a message")

    @command("desk-only", help="For moderators", standing=Standing.MODERATOR, place=Place.REVIEW_ROOM)
    async def desk_only(self, call: Invocation) -> Document:
        return Document.of("secret")

    @listen
    async def told(self, event: EffectFailed) -> Reply:
        return await self._one_more(f"failed {event.effect}")
'''


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Harness]:
    folder = tmp_path / "cogs"
    folder.mkdir()
    (folder / "counter.py").write_text(COUNTER)
    yield harness(tmp_path, cogs=("counter", "admin", "help"), paths=[folder])
    forget_modules("folkmoot_cog_counter")


async def test_each_message_is_heard_once_though_delivered_again_after_a_restart(bot: Harness) -> None:
    async with bot.started():
        for number in range(5):
            await bot.say("Dario", f"message {number}")
    bot.server.faults.redeliver = 3
    async with bot.started():
        await bot.say("Dario", "the sixth")
        assert await bot.command("Dario", "!count") == "heard: 6"  # a command runs before the listeners
        assert (await bot.app.store.counters())["messages"] == 7


async def test_a_failing_listener_stops_neither_the_worker_nor_the_next_message(bot: Harness) -> None:
    async with bot.started():
        await bot.say("Dario", "break")
        await bot.say("Dario", "whole")
        assert await bot.command("Dario", '!count "worked break"') == "worked break: 1"
        assert await bot.command("Dario", '!count "worked whole"') == "worked whole: 1"
        assert bot.app.incidents.by_cog["counter"] == 1


async def test_a_poisoned_event_is_passed_over_alone(bot: Harness) -> None:
    async with bot.started():
        for text in ("before", "poison", "after"):
            bot.server.post(bot.person("Dario"), bot.square, text)
        await bot.settle()
        assert await bot.command("Dario", '!count "worked before"') == "worked before: 1"
        assert await bot.command("Dario", '!count "worked after"') == "worked after: 1"


async def test_rows_changed_by_two_rooms_at_once_lose_no_count(bot: Harness) -> None:
    async with bot.started():
        threads = [bot.server.thread(bot.square, f"thread {n}") for n in range(10)]
        for thread in threads:
            for number in range(5):
                bot.server.post(bot.person("Dario"), thread, f"{number}")
        await bot.settle()
        assert await bot.command("Dario", "!count") == "heard: 50"


async def test_a_failing_command_answers_with_an_incident_and_without_the_error(bot: Harness) -> None:
    async with bot.started():
        answer = await bot.command("Dario", "!fail")
        assert "incident" in answer
        assert "text of a message" not in answer


@pytest.mark.parametrize(
    ("who", "place", "expected"),
    [
        ("Dario", "square", "for moderators"),
        ("Dario", "desk", "for moderators"),
        ("Mira", "square", "moderators' room only"),
        ("Mira", "desk", "secret"),
        ("Mira", "elsewhere", "belongs to no community"),
    ],
)
async def test_authority_is_decided_by_room_and_standing(bot: Harness, who: str, place: str, expected: str) -> None:
    async with bot.started():
        where = bot.server.room("elsewhere") if place == "elsewhere" else getattr(bot, place)
        answer = await bot.command(who, "!desk-only", where=where)
        assert expected in answer
        assert ("secret" in answer) is (expected == "secret")


async def test_near_misses_are_suggested_and_strangers_left_alone(bot: Harness) -> None:
    async with bot.started():
        assert "Did you mean !count?" in await bot.command("Dario", "!cuont")
        assert await bot.command("Dario", "!totally-different") == ""


async def test_posts_survive_rate_limits_and_outages_in_order_and_once(bot: Harness) -> None:
    async with bot.started():
        bot.server.faults.trouble(RateLimited(20), times=1)
        bot.server.faults.trouble(Unavailable("gone fishing"), times=2)
        await bot.say("Dario", "!twice")
        assert bot.posts() == []
        for _ in range(20):
            await bot.advance(timedelta(seconds=20))
        assert [post.text for post in bot.posts()] == ["one", "two"]


async def test_an_answer_lost_on_the_way_back_is_not_posted_twice(bot: Harness) -> None:
    async with bot.started():
        bot.server.faults.lose_answer()
        await bot.say("Dario", "!count")
        await bot.advance(timedelta(minutes=2))
        assert len(bot.posts()) == 1


async def test_what_may_not_be_posted_is_told_to_the_cog_and_holds_nothing_up(bot: Harness) -> None:
    async with bot.started():
        bot.server.faults.trouble(Forbidden("post", "square", "send messages"), times=1)
        await bot.say("Dario", "!count")
        assert bot.posts() == []
        assert await bot.command("Dario", '!count "failed Say"') == "failed Say: 1"


async def test_a_command_waits_for_a_restart_when_the_process_dies_before_answering(bot: Harness) -> None:
    async with bot.started():
        bot.server.faults.trouble(Unavailable("the network is down"), times=1)
        await bot.say("Dario", "!count")
        assert bot.posts() == []
    async with bot.started():
        await bot.advance(timedelta(minutes=2))
        assert len(bot.posts()) == 1


async def test_texts_are_kept_for_as_long_as_the_community_says(bot: Harness) -> None:
    async with bot.started():
        old = await bot.say("Dario", "an old saying")
        inside = await bot.say("Dario", "in a thread", where=bot.server.thread(bot.square, "aside"))
        await bot.advance(timedelta(days=29))
        young = await bot.say("Dario", "a young one")
        assert await bot.app.retention.sweep() == 0
        await bot.advance(timedelta(days=2))
        assert await bot.app.retention.sweep() == 2
        await bot.settle()
        history = bot.app.store.history
        assert await history.message(old.id) is None
        assert await history.message(inside.id) is None
        assert await history.message(young.id) is not None


async def test_a_cog_is_reloaded_on_the_live_bot(bot: Harness) -> None:
    async with bot.started():
        catalog = bot.app._commands
        begun = catalog.revision
        assert begun > 0
        assert await bot.command("Dario", "!count") == "heard: 0"
        path = Path(bot.config.core.cogs.paths[0]) / "counter.py"
        path.write_text(COUNTER.replace('f"{name}: {', 'f"tally of {name} is {'))
        await bot.command("Ada", "!cogs reload counter", where=bot.desk)
        assert "tally of heard is" in await bot.command("Dario", "!count")
        reloaded = await catalog.newer_than(begun)
        await bot.command("Ada", "!cogs unload counter", where=bot.desk)
        assert await catalog.newer_than(reloaded) > reloaded
        assert "count" not in {info.name for info in catalog.all()}
        assert await bot.command("Dario", "!count") == ""
        assert bot.app.workers.all() == []


async def test_a_pasted_link_names_a_message(bot: Harness) -> None:
    async with bot.started():
        said = await bot.say("Dario", "look at this")
        link = f"https://fake.example/{said.id.removeprefix('fake:')}"
        assert await bot.command("Noor", f"!about <{link}>") == f"about {said.id}"
        assert "opens no message here" in await bot.command("Dario", "!about https://elsewhere.example/1")


async def test_a_listener_without_its_model_stops_nothing(bot: Harness) -> None:
    async with bot.started():
        await bot.say("Dario", "no model")
        assert await bot.command("Dario", "!count") == "heard: 1"
