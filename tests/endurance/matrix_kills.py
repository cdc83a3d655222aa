"""Kill the bot ten times and the homeserver twice while people talk on Matrix: `make kills-matrix`.

A real Synapse, the real bot as a process, rooms of version 11 and 12 in clear and encrypted. Afterwards every message
must be stored once and in order, and every card, answer and reaction stand in its room once, as members see it; exits
with 1 where it is not so.
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
from tests.endurance.matrix.findings import counts, deviations
from tests.endurance.matrix.process import Account, Bot
from tests.endurance.matrix.square import Square, decision_on
from tests.platforms.matrix.homeserver.people import People
from tests.platforms.matrix.homeserver.synapse import Synapse, missing, started

COGS = ("civility", "review", "summaries", "reading", "admin", "privacy", "help")
_PATIENCE = 300.0
"""Seconds after which a bot that does not come to rest counts as hung."""
_LOOK_AGAIN = 0.1
_LONGEST_PAUSE = 1.0
_AT_WORK = 0.7
"""Share of the kills of the bot that wait until it has read something since its start."""


@dataclass
class Outcome:
    """What a run came to; `wrong` says in words what is not as it must be."""

    counts: Mapping[str, int]
    wrong: list[str]
    seconds: float
    caught: Counter[str] = field(default_factory=Counter)


class Run:
    """One server, one bot, people who talk, and somebody who pulls plugs."""

    def __init__(self, server: Synapse, square: Square, bot: Bot, *, progress: bool) -> None:
        self.server, self.square, self.bot = server, square, bot
        self.caught: Counter[str] = Counter()
        self._progress = progress
        self._born_at: str | None = None
        self._talking: list[asyncio.Task[None]] = []

    async def talked(self, messages: int, kills: int, server_kills: int, commands: int) -> None:
        """Let everybody talk, with the kills spread over it; returns when nothing is left to do."""
        square, total = self.square, messages
        share = messages // len(square.senders)
        every = max(2, messages // commands)
        talking = self._talking = [asyncio.create_task(square.talk(one, share, every)) for one in square.senders]
        moderating = asyncio.create_task(square.moderate())
        try:
            plugs = ["bot"] * kills + ["server"] * server_kills
            square.random.shuffle(plugs)
            for number, plug in enumerate(plugs, 1):
                square.quota = total * (number + 1) // (len(plugs) + 2)  # there is talk at every kill
                await self._until(partial(self._has_said, total * number // (len(plugs) + 2)), *talking)
                await self._pull(plug)
                self._tell(f"{number} kills, the last of the {plug}; {len(square.said)} of {total} messages")
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
        if plug == "bot" and self.square.random.random() < _AT_WORK:
            await self._until(lambda: self._nothing_more() or self.bot.reached != self._born_at or self.bot.ended)
        await asyncio.sleep(self.square.random.uniform(0, _LONGEST_PAUSE))
        if plug == "server":
            await asyncio.to_thread(self._cut_server)
        else:
            self.caught[self._doing()] += 1
            self.bot.kill()
            self._born_at = self.bot.reached
            self.bot.start()

    def _cut_server(self) -> None:
        self.server.kill()
        self.server.start()

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
    server_kills: int = 2,
    senders: int = 8,
    commands: int = 30,
    seed: int = 1,
    progress: bool = False,
) -> Outcome:
    """Everything on a server of its own."""
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="folkmoot-matrix-kills-") as folder, started() as server:
        async with People(server) as people:
            square = await Square.laid_out(people, senders, seed)
            account = Account(server.url, square.bot.user, square.rooms, square.desk, [square.mira.user])
            bot = Bot(Path(folder), account, cogs=COGS)
            plugs = Run(server, square, bot, progress=progress)
            bot.start()
            try:
                await square.bot_has_come()
                await plugs.talked(messages, kills, server_kills, commands)
                code = bot.stop()
            except BaseException:
                print(bot.last_words, file=sys.stderr)
                raise
            finally:
                bot.kill()
            wrong = await deviations(square, bot)
            wrong += [f"the bot stopped with exit code {code}"] if code else []
            found = counts(square, bot, await square.shown())
            if wrong:
                print(bot.last_words, file=sys.stderr)
            return Outcome(found, wrong, time.perf_counter() - begun, plugs.caught)


def shown(outcome: Outcome) -> str:
    """What there was, and where the kills landed."""
    lines = [f"{name:40}{number:>8}" for name, number in outcome.counts.items()]
    lines += [f"{'seconds':40}{round(outcome.seconds):>8}", "", "what the kills of the bot hit:"]
    lines += [f"  {phase:38}{number:>8}" for phase, number in outcome.caught.most_common()]
    return "\n".join(lines)


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--messages", type=int, default=1_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--server-kills", type=int, default=2)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    options = parser.parse_args()
    configure_logging("warning", "console")
    if reason := missing():
        print(reason, file=sys.stderr)
        return 1
    print(f"seed {options.seed}", flush=True)
    outcome = await run(
        options.messages, kills=options.kills, server_kills=options.server_kills, seed=options.seed, progress=True
    )
    print(shown(outcome))
    wrong = outcome.wrong
    print("\n".join(["", "WRONG:", *wrong]) if wrong else "\nnothing lost, nothing done twice")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
