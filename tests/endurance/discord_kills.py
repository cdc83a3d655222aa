"""Kill the bot ten times and drop its sockets twenty times while people talk on Discord: `make kills-discord`.

The real bot as a process, on a stand-in for Discord over sockets. Afterwards every message must be stored once and in
order, and every card and answer stand in its channel once, as people see it; exits with 1 where it is not so.
"""

import argparse
import asyncio
import math
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bot.log import configure_logging
from tests.endurance.discord.findings import counts, deviations
from tests.endurance.discord.process import Bot
from tests.endurance.discord.square import Square, decision_on
from tests.platforms.discord.standin.standin import Standin

COGS = ("civility", "review", "summaries", "reading", "admin", "privacy", "help")
_DROPS = ("abort", "close", "reconnect", "invalid")
_PATIENCE = 300.0
"""Seconds after which a bot that does not come to rest counts as hung."""
_LOOK_AGAIN = 0.1
_LONGEST_PAUSE = 0.8
_AT_WORK = 0.7
"""Share of the plugs that wait until the bot has read something since its start."""


@dataclass
class Outcome:
    """What a run came to; `wrong` says in words what is not as it must be."""

    counts: Mapping[str, int]
    wrong: list[str]
    seconds: float
    caught: Counter[str] = field(default_factory=Counter)


class Run:
    """One stand-in, one bot, people who talk, and somebody who pulls plugs."""

    def __init__(self, square: Square, bot: Bot, *, progress: bool) -> None:
        self.square, self.bot = square, bot
        self.caught: Counter[str] = Counter()
        self._progress = progress
        self._born_at: tuple[str, ...] = ()
        self._dropped = 0
        self._talking: list[asyncio.Task[None]] = []

    async def talked(self, messages: int, kills: int, drops: int, commands: int) -> None:
        """Let everybody talk, with the kills and drops spread over it; returns when nothing is left to do."""
        square = self.square
        share = messages // len(square.members)
        every = max(2, messages // commands)
        talking = self._talking = [asyncio.create_task(square.talk(one, share, every)) for one in square.members]
        moderating = asyncio.create_task(square.moderate())
        plugs = ["kill"] * kills + ["drop"] * drops
        square.random.shuffle(plugs)
        try:
            for number, plug in enumerate(plugs, 1):
                square.quota = messages * (number + 1) // (len(plugs) + 2)  # there is talk at every plug
                await self._until(partial(self._has_said, messages * number // (len(plugs) + 2)), *talking)
                await self._pull(plug)
                self._tell(f"{number} plugs, the last was to {plug}; {len(square.said)} of {messages} messages")
            square.quota = math.inf
            await asyncio.gather(*talking)
            self._tell(f"everything is said: {len(square.said)} messages")
            await self._until(self._all_done, moderating)
        finally:
            for task in (*talking, moderating):
                task.cancel()
            await asyncio.gather(*talking, moderating, return_exceptions=True)

    def _has_said(self, messages: int) -> bool:
        return len(self.square.said) >= messages

    def _nothing_more(self) -> bool:
        return all(task.done() for task in self._talking)

    async def _pull(self, plug: str) -> None:
        if self.square.random.random() < _AT_WORK:
            await self._until(lambda: self._nothing_more() or self.bot.reached != self._born_at or self.bot.ended)
        await asyncio.sleep(self.square.random.uniform(0, _LONGEST_PAUSE))
        if plug == "drop":
            await self.square.standin.until(lambda: self.square.standin.gateway.open, "a socket to drop", _PATIENCE)
            how = _DROPS[self._dropped % len(_DROPS)]
            self.caught[f"drop, {how}"] += 1
            await self.square.standin.drop(how, resumable=self._dropped % (2 * len(_DROPS)) < len(_DROPS))
            self._dropped += 1
            return
        self.caught[f"kill, {self._doing()}"] += 1
        await asyncio.to_thread(self.bot.kill)
        self._born_at = self.bot.reached
        self.bot.start()

    def _doing(self) -> str:
        """What a kill of the bot hits, as far as its store tells."""
        if self.bot.ended:
            return "ended by itself"
        if self.bot.reached == self._born_at:
            return "starting, or nothing new yet"
        if self.bot.count("outbox WHERE state = 'leased'"):
            return "delivering a post"
        return "at work on events" if self.bot.count("journal WHERE finished = 0") else "at rest"

    def _all_done(self) -> bool:
        """Everything is stored and handled, every press among it; a bot that ended by itself is a fault."""
        assert not self.bot.ended, f"the bot ended by itself: {self.bot.last_words}"
        stored = self.bot.count("messages WHERE author IS NOT NULL")
        cases = self.bot.count("cog_review__cases")
        decided = self.bot.count("cog_review__cases WHERE state != 'open'")
        expected = sum(decision_on(f"case:{number}") is not None for number in range(1, cases + 1))
        return stored >= len(self.square.said) and self.bot.at_rest and decided >= expected

    async def _until(self, true: Callable[[], bool], *tasks: asyncio.Task[None]) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                while not true():
                    for task in tasks:
                        if task.done():
                            task.result()
                    await asyncio.sleep(_LOOK_AGAIN)
                return
        self._tell(f"not at rest within {_PATIENCE:.0f} s; goes on to the findings")

    def _tell(self, line: str) -> None:
        if self._progress:
            print(line, flush=True)


async def run(
    messages: int = 1_000,
    *,
    kills: int = 10,
    drops: int = 20,
    members: int = 8,
    commands: int = 100,
    seed: int = 1,
    progress: bool = False,
) -> Outcome:
    """Everything on a stand-in of its own."""
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="folkmoot-discord-kills-") as folder:
        async with Standin.started() as standin:
            square = Square.laid_out(standin, members, seed)
            bot = Bot(Path(folder), standin, square.rooms, square.desk, cogs=COGS)
            plugs = Run(square, bot, progress=progress)
            bot.start()
            try:
                await standin.connected()
                await standin.until(lambda: standin.world.commands, "slash commands", _PATIENCE)
                await plugs.talked(messages, kills, drops, commands)
                code = await asyncio.to_thread(bot.stop)
            except BaseException:
                print(bot.last_words, file=sys.stderr)
                raise
            finally:
                bot.kill()
            wrong = deviations(square, bot)
            wrong += [f"the bot stopped with exit code {code}"] if code else []
            if wrong:
                print(bot.last_words, file=sys.stderr)
            return Outcome(counts(square, bot), wrong, time.perf_counter() - begun, plugs.caught)


def shown(outcome: Outcome) -> str:
    """What there was, and where the plugs were pulled."""
    lines = [f"{name:45}{number:>8}" for name, number in outcome.counts.items()]
    lines += [f"{'seconds':45}{round(outcome.seconds):>8}", "", "what was pulled, and what it hit:"]
    lines += [f"  {phase:43}{number:>8}" for phase, number in outcome.caught.most_common()]
    return "\n".join(lines)


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--messages", type=int, default=1_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--drops", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    options = parser.parse_args()
    configure_logging("warning", "console")
    print(f"seed {options.seed}", flush=True)
    outcome = await run(options.messages, kills=options.kills, drops=options.drops, seed=options.seed, progress=True)
    print(shown(outcome))
    wrong = outcome.wrong
    print("\n".join(["", "WRONG:", *wrong]) if wrong else "\nnothing lost, nothing done twice")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
