"""How soon people on Discord are answered while the classifier has thousands of messages to go: `make answers-discord`.

The bot as a process, with its real models, on a stand-in for Discord over sockets. All the while commands are given and
buttons pressed. Exits with 1 where an acknowledgement takes a second or more, or an answer at p99 more than five.
"""

import argparse
import asyncio
import itertools
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.core import bundled
from tests.endurance.bot_process import rows_of
from tests.platforms.discord.standin.channels import Channel
from tests.platforms.discord.standin.people import Person
from tests.platforms.discord.standin.permissions import Can
from tests.platforms.discord.standin.posts import Post
from tests.platforms.discord.standin.standin import Standin

ROOT = Path(__file__).parents[2]
BACKLOG = 5_000
ASKERS = 40
_EVERY = 0.1
"""Seconds between two gestures."""
_AT_ONCE = 10
_SUMMARY_EVERY = 25
"""One gesture in so many asks for a summary, as in the benchmark of the core; nobody may ask twice in a minute."""
_PATIENCE = 300.0
_ACKNOWLEDGED_WITHIN, _ANSWERED_WITHIN = 1.0, 5.0

_CONFIG = """\
[store]
path = "bot.sqlite"

[discord]
api_base = "{standin.api_base}"
gateway = "{standin.gateway_address}"

[[community]]
id = "square"
rooms = ["discord:{square.id}"]
review_room = "discord:{desk.id}"

[[community.rules]]
id = "respect"
text = "Argue with the claim, not with the person."
"""


@dataclass
class Timings:
    """Seconds by kind of gesture."""

    acknowledged: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    answered: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    backlog: list[int] = field(default_factory=list)


class Scene:
    """One server with a square and a desk; `store` is the bot's."""

    def __init__(self, standin: Standin, store: Path) -> None:
        self.standin, self.store = standin, store
        self.mira = standin.person("mira")
        self.server = standin.server("Agora", self.mira)
        self.square = self.server.channel("square")
        self.desk = self.server.channel("desk", hidden_from=[self.server.id])
        self.desk.change(
            permission_overwrites=[
                self.server.overwrite(self.server.id, deny=Can.VIEW),
                self.server.overwrite(standin.bot.id, allow=Can.VIEW | Can.SEND | Can.HISTORY),
            ]
        )
        self.askers = [standin.person(f"asker{number}") for number in range(ASKERS)]
        for one in self.askers:
            self.server.join(one)
        self.timings = Timings()
        self.decided: set[int] = set()
        self._words = bundled()

    def waiting(self) -> int:
        """Messages that the classifier has yet to see."""
        found = rows_of(
            self.store,
            "SELECT count(*) FROM journal WHERE kind = 'MessagePosted' AND number > "
            "(SELECT coalesce(max(number), 0) FROM cursors WHERE cog = 'civility')",
        )
        return int(found[0][0]) if found else 0

    async def talk(self, count: int) -> None:
        """A little at a time: this process must not hold up what it measures."""
        for number, line in enumerate(itertools.islice(self._words, count)):
            random.choice(self.askers).says(self.square, str(line["text"]))
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)

    async def until_waiting(self, least: int) -> None:
        async with asyncio.timeout(_PATIENCE):
            while self.waiting() < least:  # noqa: ASYNC110 - a store that another process writes
                await asyncio.sleep(0.2)

    # --- gestures -----------------------------------------------------------------------------------------------

    async def command(self, person: Person, channel: Channel, name: str, **options: str) -> None:
        """A slash command: from the moment that it is given to the promise, and to the answer."""
        begun = time.perf_counter()
        given = person.gives(channel, name, **options)
        await given.acknowledged()
        self.timings.acknowledged["slash command"].append(time.perf_counter() - begun)
        await self.standin.until(lambda: given.posts, f"an answer to /{name}", _PATIENCE)
        self.timings.answered[f"/{name}"].append(time.perf_counter() - begun)

    async def form(self, card: Post) -> None:
        """A button that opens a form, which nobody fills in."""
        begun = time.perf_counter()
        pressed = self.mira.presses(card, "Uphold and warn")
        await pressed.form()
        self.timings.acknowledged["a form opens"].append(time.perf_counter() - begun)

    async def decision(self, card: Post) -> None:
        """A button that decides: to the acknowledgement, and to the card that shows it."""
        begun = time.perf_counter()
        self.decided.add(card.id)
        pressed = self.mira.presses(card, "Dismiss")
        await pressed.acknowledged()
        self.timings.acknowledged["a button"].append(time.perf_counter() - begun)
        await self.standin.until(lambda: "Dismissed" in card.text, "the card shows the decision", _PATIENCE)
        self.timings.answered["a decision on its card"].append(time.perf_counter() - begun)

    def open_cards(self) -> list[Post]:
        """Those that nobody has pressed on yet to decide them."""
        open_ones = (post for post in self.desk.by_bot() if any("Dismiss" in one["label"] for one in post.buttons))
        return [post for post in open_ones if post.id not in self.decided]


async def measured(scene: Scene, gestures: int) -> None:
    """Gestures one after the other, none waiting for another, on a backlog that is filled up again and again."""
    await scene.talk(BACKLOG)
    await scene.until_waiting(BACKLOG // 2)
    running: set[asyncio.Task[None]] = set()
    askers = itertools.cycle(scene.askers)
    for number in range(gestures):
        doing = _gesture(scene, number, next(askers))
        if doing is not None:
            running.add(asyncio.create_task(doing()))
        await asyncio.sleep(_EVERY)
        if number % 10 == 0:
            waiting = await asyncio.to_thread(scene.waiting)
            scene.timings.backlog.append(waiting)
            if waiting < BACKLOG:
                await scene.talk(BACKLOG - waiting)
    async with asyncio.timeout(_PATIENCE):
        await asyncio.gather(*running)


def _gesture(scene: Scene, number: int, asker: Person) -> Callable[[], Awaitable[None]] | None:
    cards = scene.open_cards()
    match number % 5:
        case 0 if cards:
            return lambda: scene.form(cards[-1])
        case 1 if len(cards) > 1:
            return lambda: scene.decision(cards[0])
        case 2 if number % _SUMMARY_EVERY == 2:
            return lambda: scene.command(asker, scene.square, "summarize", span="50")
        case 3:
            return lambda: scene.command(asker, scene.square, "privacy")
        case _:
            return lambda: scene.command(asker, scene.square, "help")


async def run(gestures: int) -> Timings:
    with tempfile.TemporaryDirectory(prefix="folkmoot-discord-answers-") as folder:
        async with Standin.started() as standin:
            scene = Scene(standin, Path(folder) / "bot.sqlite")
            config = Path(folder) / "config.toml"
            config.write_text(_CONFIG.format(standin=standin, square=scene.square, desk=scene.desk))
            environment = {**os.environ, "FOLKMOOT_DISCORD_TOKEN": standin.token}
            with (Path(folder) / "bot.log").open("wb") as log:
                line = [sys.executable, "-m", "bot", "run", "--config", str(config)]
                bot = await asyncio.create_subprocess_exec(*line, cwd=ROOT, stdout=log, stderr=log, env=environment)
            try:
                await standin.connected()
                await standin.until(lambda: standin.world.commands, "the bot's commands", _PATIENCE)
                await measured(scene, gestures)
            except BaseException:
                print((Path(folder) / "bot.log").read_text()[-3_000:], file=sys.stderr)
                raise
            finally:
                bot.terminate()
                await bot.wait()
            return scene.timings


def _row(name: str, seconds: list[float]) -> str:
    ordered = sorted(seconds)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return f"{name:32}{len(ordered):>6}{statistics.median(ordered):>9.3f}{p99:>9.3f}{ordered[-1]:>9.3f}"


async def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--gestures", type=int, default=400)
    timings = await run(parser.parse_args().gestures)
    print(f"messages that waited for the classifier: {min(timings.backlog)} to {max(timings.backlog)}")
    print(json.dumps({"processors": os.cpu_count()}))
    print(f"{'seconds':32}{'count':>6}{'p50':>9}{'p99':>9}{'most':>9}")
    for title, kinds in (("acknowledged", timings.acknowledged), ("answered", timings.answered)):
        print(f"{title}:")
        for name, seconds in sorted(kinds.items()):
            print(_row(f"  {name}", seconds))
    acknowledged = [seconds for kind in timings.acknowledged.values() for seconds in kind]
    answered = [seconds for kind in timings.answered.values() for seconds in kind]
    print(_row("all acknowledgements", acknowledged))
    print(_row("all answers", answered))
    late = max(acknowledged) >= _ACKNOWLEDGED_WITHIN
    slow = sorted(answered)[int(len(answered) * 0.99)] > _ANSWERED_WITHIN
    return 1 if late or slow else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
