"""How fast the core is, beside the classifier's own time, in one run: `python -m tests.benchmarks.core [--posts FILE]`.

Prints messages per second with the classifier off and on, the longest time for which the event loop was held, and
how soon a command is acknowledged and answered while thousands of messages wait for the classifier. With `--posts` the
texts are those of a JSON-lines file (optionally .zst) whose lines hold `post, discussion, author, text`; without it
they are made from the bundled demonstration thread.
"""

import argparse
import asyncio
import itertools
import json
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.app import App, running, settle_memory
from bot.config import Config
from bot.config.core import Core, ModelsSection
from bot.domain.conversation import Conversation
from bot.domain.effect import Deliverable, Guarantee
from bot.domain.event import CommandInvoked, Incoming, MessagePosted
from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.domain.member import Member, Standing
from bot.domain.message import Message
from bot.inference import local_models
from bot.ports.models import Models, Passage
from bot.ports.platform import Batch, Delivery, Receipt, Remark

BATCH = 200
COMMANDS = 100
SUMMARY_EVERY = 25
"""Every so many commands ask for a summary of a real room, the others for help."""
DESK = ConversationId("bench:desk")


class LoopLag:
    """The longest time for which the event loop did not come round."""

    def __init__(self) -> None:
        self.worst = 0.0

    async def watch(self) -> None:
        pause = 0.002
        while True:
            start = time.perf_counter()
            await asyncio.sleep(pause)
            self.worst = max(self.worst, time.perf_counter() - start - pause)


class Feed:
    """A platform that yields what it was given and notes when answers arrive."""

    name = "bench"

    def __init__(self, events: list[Incoming]) -> None:
        self._events = events
        self._room = busiest(events)
        self._extra: asyncio.Queue[Incoming] = asyncio.Queue()
        self.fed = asyncio.Event()
        self.sent: dict[str, float] = {}
        self.acknowledged: dict[str, float] = {}
        self.answered: dict[str, float] = {}
        self.all_answered = asyncio.Event()

    async def batches(self, resume: Mapping[str, str]) -> AsyncIterator[Batch]:
        for start in range(0, len(self._events), BATCH):
            yield Batch(tuple(self._events[start : start + BATCH]), {"bench": str(start)})
        self.fed.set()
        while True:
            event = await self._extra.get()
            if isinstance(event, CommandInvoked):
                self.acknowledged[event.caller.id] = time.perf_counter()
            yield Batch((event,), {})

    def command(self, number: int) -> None:
        who = Member(MemberId(f"bench:asker{number}"), f"asker{number}")
        room = self._room
        self.sent[who.id] = time.perf_counter()
        name = "summarize" if number % SUMMARY_EVERY == 0 else "help"
        identifier = MessageId(f"bench:command{number}")
        self._extra.put_nowait(CommandInvoked(identifier, name, {}, who, Standing.MEMBER, room, datetime.now(UTC)))

    async def apply(self, delivery: Delivery) -> Receipt:
        asker = getattr(delivery.effect, "asker", None)
        if asker is not None:
            self.answered.setdefault(asker, time.perf_counter())
            if len(self.answered) == COMMANDS:
                self.all_answered.set()
        return Receipt(MessageId(f"bench:{delivery.key}"))

    def linked(self, _: str) -> None:
        return None

    def address(self, _: str) -> None:
        return None

    def guarantee(self, _: Deliverable) -> Guarantee:
        return Guarantee.EXACTLY_ONCE

    async def may_read(self, _member: MemberId, _conversation: ConversationId) -> bool:
        return True

    async def history(self, _conversation: ConversationId, *, before: MessageId | None, limit: int) -> list[Message]:
        del before, limit
        return []

    async def remarks(self, _: MemberId) -> Sequence[Remark]:
        return ()

    async def aclose(self) -> None: ...


def busiest(events: list[Incoming]) -> Conversation:
    """The room with the most messages."""
    rooms = [event.message.conversation for event in events if isinstance(event, MessagePosted)]
    return Counter(rooms).most_common(1)[0][0]


def posts_of(path: Path) -> Iterator[dict[str, object]]:
    """Lines of a JSON-lines file, also a compressed one; parted by "\\n" only."""
    data = path.read_bytes()
    if path.suffix == ".zst":
        import zstandard  # noqa: PLC0415 - only for compressed files

        data = zstandard.ZstdDecompressor().decompressobj().decompress(data)
    return (json.loads(line) for line in data.decode().split("\n") if line)


def bundled() -> Iterator[dict[str, object]]:
    """The demonstration thread over and over, each round another discussion, each text a little different."""
    lines = list(posts_of(Path(__file__).parents[2] / "bot" / "demo" / "thread.jsonl"))
    for turn in itertools.count():
        for line in lines:
            yield {
                "id": f"{turn}.{line['id']}",
                "discussion": f"{turn % 40}",
                "author": line["author"],
                "text": f"{line['text']} ({turn})",
            }


def messages(path: Path | None, count: int) -> list[Incoming]:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    rooms: dict[str, Conversation] = {}
    events: list[Incoming] = []
    for number, post in enumerate(itertools.islice(posts_of(path) if path else bundled(), count)):
        name = f"d{post['discussion']}"
        room = rooms.setdefault(name, Conversation(ConversationId(f"bench:{name}"), name))
        author = Member(MemberId(f"bench:{post['author']}"), str(post["author"]))
        sent = start + timedelta(seconds=number)
        events.append(
            MessagePosted(
                Message(
                    MessageId(f"bench:{name}/{post.get('post', post.get('id'))}"), room, author, str(post["text"]), sent
                )
            )
        )
    return events


def configuration(folder: Path, events: list[Incoming], cogs: tuple[str, ...]) -> Config:
    rooms = sorted({event.message.conversation.id for event in events if isinstance(event, MessagePosted)})
    community = {"id": "bench", "rooms": rooms, "review_room": DESK}
    core = {"store": {"path": "bench.sqlite"}, "cogs": {"enabled": cogs}, "community": [community]}
    # A sample has nearly as many rooms as messages, and each room would be sent the notice that it is watched.
    civility = {"notice": False}
    return Config(
        folder / "config.toml", Core.model_validate(core), {"civility": civility} if "civility" in cogs else {}
    )


@dataclass
class Timing:
    seconds: float
    worst_lag: float
    stored: int


async def through_the_core(events: list[Incoming], cogs: tuple[str, ...], models: Models) -> Timing:
    with tempfile.TemporaryDirectory() as folder:
        feed, lag = Feed(events), LoopLag()
        async with running(configuration(Path(folder), events, cogs), [lambda *_: feed], models=models) as app:
            settle_memory()
            watching = asyncio.create_task(lag.watch())
            start = time.perf_counter()
            await feed.fed.wait()
            await app.idle()
            seconds = time.perf_counter() - start
            watching.cancel()
            stored = (await app.store.counters())["messages"]
        return Timing(seconds, lag.worst, stored)


async def commands_under_load(events: list[Incoming], models: Models) -> tuple[list[float], list[float], int]:
    """Seconds to acknowledge and to answer each command while `events` wait for the classifier."""
    with tempfile.TemporaryDirectory() as folder:
        feed = Feed(events)
        cogs = ("civility", "review", "summaries", "help")
        async with running(configuration(Path(folder), events, cogs), [lambda *_: feed], models=models) as app:
            await feed.fed.wait()
            for number in range(COMMANDS):
                feed.command(number)
                await asyncio.sleep(0.1)
            await feed.all_answered.wait()
            left = await _waiting(app)
        acknowledged = [feed.acknowledged[who] - sent for who, sent in feed.sent.items()]
        answered = [feed.answered[who] - sent for who, sent in feed.sent.items()]
        return acknowledged, answered, left


async def _waiting(app: App) -> int:
    return sum([(await worker.backlog())[0] for worker in app.workers.all()])


async def classifier_alone(events: list[Incoming], models: Models) -> float:
    """Seconds for the same texts, with the words that carried the score for those that are flagged."""
    passages = [Passage(event.message.text) for event in events if isinstance(event, MessagePosted)]
    start = time.perf_counter()
    verdicts = await models.classifier.classify(passages)
    for passage, verdict in zip(passages, verdicts, strict=True):
        if verdict.score >= models.classifier.default_threshold:
            await models.classifier.explain(passage)
    return time.perf_counter() - start


def percentile(values: list[float], share: float) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--posts", type=Path, help="JSON lines of real posts (.zst or plain)")
    parser.add_argument("--count", type=int, default=20_000, help="messages with the classifier off")
    parser.add_argument("--classified", type=int, default=1_000, help="messages with the classifier on")
    options = parser.parse_args()
    events = messages(options.posts, options.count)
    random.seed(1)
    some = random.sample(events, min(options.classified, len(events)))
    async with local_models(ModelsSection()) as models:
        off = await through_the_core(events, (), models)
        print(f"classifier off: {off.stored} messages in {off.seconds:.2f} s = {off.stored / off.seconds:,.0f}/s")
        print(f"                event loop held for at most {off.worst_lag * 1000:.0f} ms")
        if models.classifier.model is None:
            print("no classifier weights: the rest is left out")
            return
        ratios: list[float] = []
        for turn in range(5):
            alone = await classifier_alone(some, models)
            on = await through_the_core(some, ("civility", "review"), models)
            ratios.append(on.seconds / alone)
            print(
                f"classifier on, run {turn + 1}: {on.stored} messages in {on.seconds:.2f} s, the classifier alone "
                f"{alone:.2f} s: {on.seconds / alone:.3f} times; loop held for at most {on.worst_lag * 1000:.0f} ms"
            )
        print(f"classifier on: {statistics.median(ratios):.3f} times the classifier's own time (median of 5)")
        acknowledged, answered, left = await commands_under_load(events[: 5_000 + COMMANDS * 20], models)
        print(
            f"{COMMANDS} commands while at least {left} messages waited: "
            f"acknowledged p99 {percentile(acknowledged, 0.99) * 1000:.0f} ms, "
            f"answered p50 {statistics.median(answered) * 1000:.0f} ms, p99 {percentile(answered, 0.99) * 1000:.0f} ms"
        )


if __name__ == "__main__":
    asyncio.run(main())
