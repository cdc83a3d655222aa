"""People talk, and somebody pulls plugs meanwhile: what the kill runs on all platforms have in common."""

import asyncio
import math
import random
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from tests.endurance.bot_process import BotProcess

PATIENCE = 300.0
"""Seconds after which a bot that does not come to rest counts as hung."""

_LOOK_AGAIN = 0.1
_LONGEST_PAUSE = 1.0
_AT_WORK = 0.7
"""Share of the plugs that wait until the bot has read something since its start."""


@dataclass
class Outcome:
    """What a run came to; `wrong` says in words what is not as it must be."""

    counts: Mapping[str, int]
    wrong: list[str]
    seconds: float
    caught: Counter[str] = field(default_factory=Counter)

    @property
    def shown(self) -> str:
        """What there was, and where the plugs were pulled."""
        lines = [f"{name:45}{number:>8}" for name, number in self.counts.items()]
        lines += [f"{'seconds':45}{round(self.seconds):>8}", "", "what was pulled, and what it hit:"]
        lines += [f"  {phase:43}{number:>8}" for phase, number in self.caught.most_common()]
        lines += ["", "WRONG:", *self.wrong] if self.wrong else ["", "nothing lost, nothing done twice"]
        return "\n".join(lines)


class Square(Protocol):
    """Rooms with people in them; `quota`: they wait when so many messages have been said."""

    random: random.Random
    quota: float

    @property
    def said(self) -> Sequence[object]: ...

    async def talk(self, one: Any, count: int, every: int, /) -> None: ...

    async def moderate(self) -> None: ...


class Plugs(ABC):
    """One bot, people who talk, and somebody who pulls plugs.

    Attributes:
        people: who talk.
        decides: what the moderator makes of a card; None: she leaves it open.
    """

    def __init__(
        self,
        square: Square,
        bot: BotProcess,
        people: Sequence[Any],
        decides: Callable[[str], str | None],
        *,
        progress: bool,
    ) -> None:
        self.bot, self.people, self.decides = bot, people, decides
        self.caught: Counter[str] = Counter()
        self._square = square
        self._progress = progress
        self._born_at: object = bot.reached
        self._talking: list[asyncio.Task[None]] = []

    @abstractmethod
    async def pull(self, plug: str) -> None: ...

    async def talked(self, messages: int, plugs: Mapping[str, int], commands: int) -> None:
        """Let everybody talk, with the plugs spread over it; returns when nothing is left to do."""
        square, share = self._square, messages // len(self.people)
        every = max(2, messages // commands)
        talking = self._talking = [asyncio.create_task(square.talk(one, share, every)) for one in self.people]
        moderating = asyncio.create_task(square.moderate())
        order = [plug for plug, times in plugs.items() for _ in range(times)]
        square.random.shuffle(order)
        try:
            for number, plug in enumerate(order, 1):
                square.quota = messages * (number + 1) // (len(order) + 2)  # there is talk at every plug
                await self._until(partial(self._has_said, messages * number // (len(order) + 2)), *talking)
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

    async def killed(self) -> None:
        """The bot dies and is started anew."""
        self.caught[f"kill, {self._doing()}"] += 1
        await asyncio.to_thread(self.bot.kill)
        self._born_at = self.bot.reached
        self.bot.start()

    async def _pull(self, plug: str) -> None:
        if self._square.random.random() < _AT_WORK:
            await self._until(lambda: self._nothing_more() or self.bot.reached != self._born_at or self.bot.ended)
        await asyncio.sleep(self._square.random.uniform(0, _LONGEST_PAUSE))
        await self.pull(plug)

    def _has_said(self, messages: int) -> bool:
        return len(self._square.said) >= messages

    def _nothing_more(self) -> bool:
        return all(task.done() for task in self._talking)

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
        expected = sum(self.decides(f"case:{number}") is not None for number in range(1, cases + 1))
        return stored >= len(self._square.said) and self.bot.at_rest and decided >= expected

    async def _until(self, true: Callable[[], bool], *tasks: asyncio.Task[None]) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while not true():
                    for task in tasks:
                        if task.done():
                            task.result()
                    await asyncio.sleep(_LOOK_AGAIN)
                return
        self._tell(f"not at rest within {PATIENCE:.0f} s; goes on to the findings")

    def _tell(self, line: str) -> None:
        if self._progress:
            print(line, flush=True)
