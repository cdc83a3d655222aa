"""Starting the bot, killing it at a chosen kind of moment, and noting what the kill hit."""

import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.endurance.town import Town
from tests.endurance.wire import serve

ROOT = Path(__file__).parents[2]
_PATIENCE = 120.0
"""Seconds after which a bot that does not come to rest counts as hung."""


class Hung(Exception):
    """The bot neither came to rest nor died."""


@dataclass
class Life:
    """One run of the bot, from its start to its end.

    Attributes:
        kill_at: "before apply" and "after apply" kill it around the `countdown`th request to the town's server,
            "events" after it has been given so many events, None leaves it alone.
        greeted, reading, rested: how far it has come.
    """

    process: asyncio.subprocess.Process
    kill_at: str | None = None
    countdown: int = 0
    greeted: bool = False
    reading: bool = False
    rested: bool = False
    given: int = 0
    applying: int = 0
    came: asyncio.Event = field(default_factory=asyncio.Event)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    cut: str = ""
    born_at: float = field(default_factory=time.monotonic)

    def kill(self, why: str = "") -> None:
        if self.process.returncode is None and not self.cut:
            self.cut = why or self.phase
            self.process.kill()

    @property
    def phase(self) -> str:
        """What the bot is doing, as far as the town can see."""
        if not self.greeted:
            return "loading the program"
        if not self.reading:
            return "starting"
        if self.rested:
            return "at rest"
        return "delivering a post" if self.applying else "at work on events"


class Supervisor:
    """Runs one bot after the other on one store and one town."""

    def __init__(self, town: Town, folder: Path, seed: int) -> None:
        self.town = town
        self.store = folder / "town.sqlite"
        self.phases: Counter[str] = Counter()
        self.lives = 0
        self.trouble: list[str] = []
        self._socket = folder / "socket"
        self._log = folder / "log"
        self._random = random.Random(seed)
        self._life: Life | None = None
        self._start_takes = 1.0

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Supervisor"]:
        server = await asyncio.start_unix_server(
            lambda reader, writer: serve(reader, writer, self._answer), self._socket
        )
        try:
            yield self
        finally:
            server.close()
            if self._life is not None and self._life.process.returncode is None:
                self._life.process.kill()
                await self._life.process.wait()

    # --- what the bot asks --------------------------------------------------------------------------------------

    async def _answer(self, what: str, given: tuple[Any, ...]) -> Any:
        assert self._life is not None
        try:
            return await self._answered(self._life, what, given)
        except Exception as error:
            self.trouble.append(f"the town could not answer {what!r}: {error!r}")
            self._life.kill("a fault of the town's")
            raise

    async def _answered(self, life: Life, what: str, given: tuple[Any, ...]) -> Any:
        match what, given:
            case "hello", ():
                life.greeted = True
            case "resume", (position,):
                life.reading = True
                self._start_takes = time.monotonic() - life.born_at
                return self.town.resumed(position)
            case "since", (position, limit):
                return self._since(life, position, limit)
            case "news", (position,):
                while position >= len(self.town.timeline):
                    self.town.news.clear()
                    await self.town.news.wait()
            case "apply", (delivery,):
                return await self._apply(life, delivery)
            case "rest", (position, events, posts):
                if position >= len(self.town.timeline) and not events and not posts:
                    life.rested = True
                    life.came.set()
            case "stop", ():
                await life.stop.wait()
        return None

    def _since(self, life: Life, position: int, limit: int) -> tuple[list[Any], int]:
        events, reached = self.town.since(position, limit)
        life.given += len(events)
        life.rested = life.rested and not events
        if life.kill_at == "events" and life.given >= life.countdown:
            later = self._random.uniform(0, 0.08)
            asyncio.get_running_loop().call_later(later, life.kill)
        return events, reached

    async def _apply(self, life: Life, delivery: Any) -> Any:
        life.rested = False
        life.applying += 1
        try:
            if life.kill_at in {"before apply", "after apply"}:
                life.countdown -= 1
            if life.kill_at == "before apply" and life.countdown <= 0:
                life.kill("before the server took a post")
            receipt = self.town.carry_out(delivery) if not life.cut else None
            if life.kill_at == "after apply" and life.countdown <= 0:
                life.kill("after the server took a post")
            await asyncio.sleep(0)
            return receipt
        finally:
            life.applying -= 1

    # --- lives --------------------------------------------------------------------------------------------------

    async def _born(self, kill_at: str | None = None, countdown: int = 0) -> Life:
        arguments = ("-m", "tests.endurance.resident", str(self._socket), str(self.store))
        self.lives += 1
        with self._log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT, stdout=log, stderr=log)
        self._life = Life(process, kill_at, countdown)
        return self._life

    async def killed(self, quota: int) -> None:
        """Let `quota` things happen, start the bot, and kill it at a moment of a kind chosen by lot."""
        kinds = ("start", "events", "events", "before apply", "after apply", "rest")
        kind = self._random.choice(kinds)
        countdown = self._random.randint(1, max(1, quota if kind == "events" else 6))
        self.town.publish(quota)
        life = await self._born(kind, countdown)
        if kind == "start":
            wait = self._random.uniform(0, self._start_takes)
            await self._ended(life, wait)
        else:
            await self._until_rest(life)
            await self._ended(life, self._random.uniform(0, 0.05))
        life.kill()
        await life.process.wait()
        self.phases[life.cut or "ended by itself"] += 1
        if not life.cut:
            self.trouble.append(f"the bot ended by itself with exit code {life.process.returncode}: {self.last_words}")

    async def to_the_end(self) -> None:
        """A last start: let everything happen, and stop the bot in order when nothing is left to do."""
        life = await self._born()
        while self.town.left or not life.rested:
            life.came.clear()
            life.rested = False
            self.town.publish(max(500, len(self.town.timeline) // 4))
            await self._until_rest(life)
        life.stop.set()
        if await asyncio.wait_for(life.process.wait(), _PATIENCE):
            self.trouble.append(f"the bot stopped with exit code {life.process.returncode}: {self.last_words}")

    async def _until_rest(self, life: Life) -> None:
        """Until the bot is at rest, or dead."""
        ended = asyncio.create_task(life.process.wait())
        try:
            async with asyncio.timeout(_PATIENCE):
                while not life.rested and life.process.returncode is None:
                    came = asyncio.create_task(life.came.wait())
                    await asyncio.wait({ended, came}, return_when=asyncio.FIRST_COMPLETED)
                    came.cancel()
                    life.came.clear()
        except TimeoutError as hung:
            raise Hung(f"no rest within {_PATIENCE:.0f} s in life {self.lives}: {self.last_words}") from hung
        finally:
            ended.cancel()

    @staticmethod
    async def _ended(life: Life, seconds: float) -> None:
        """Until the bot is dead, at most so long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(life.process.wait(), seconds)

    @property
    def last_words(self) -> str:
        return self._log.read_text(errors="replace")[-2_000:] if self._log.exists() else ""
