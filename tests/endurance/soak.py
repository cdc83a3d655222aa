"""Watch one bot for a long time: `make soak MINUTES=30`.

The real core, store, cogs and clock. People talk without a pause, edit, delete, give commands; moderators decide; a cog
with a schedule posts every minute, and a cog is reloaded every minute. Prints a line a minute; at the end says whether
memory, open files, tasks or threads grew after the first part of the time, and exits with 1 where one did.
"""

import argparse
import asyncio
import contextlib
import gc
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bot.app import App, running, settle_memory
from bot.domain.member import Standing
from tests.endurance.crowd import DESK, MIRA, Crowd, configuration
from tests.endurance.process import open_files, resident_mb, threads
from tests.endurance.verdicts import hash_models

RELOADED = ("civility", "review", "summaries", "reading", "ticker")
TICKER = '''"""A cog that posts every minute."""

from bot.api import Cog, CogStarted, Document, JobDue, Reply, Say, Schedule, job, listen


class Ticker(Cog):
    """Post every minute."""

    name = "ticker"

    @listen
    async def started(self, event: CogStarted) -> Reply:
        return [Schedule(f"tick {minute}", "tick", f"{minute} * * * *", "UTC") for minute in range(60)]

    @job("tick")
    async def tick(self, event: JobDue) -> Reply:
        return Say("crowd:desk", Document.of(f"tick {event.due:%H:%M}"))
'''
_PAUSE = 0.005
_WARM_UP = 0.3
"""The share of the time in which caches may still fill."""
_GROWTH = {"memory": 0.1, "files": 0.0, "tasks": 0.05, "threads": 0.0}
"""How much each may grow from the end of the warm-up to the end, as a share.

What is being handled at the moment of a look has tasks, two or three; one that each reload left behind would be a third
more in half an hour.
"""


class LoopLag:
    """How late the event loop came round, in milliseconds, since it was last asked."""

    def __init__(self) -> None:
        self._late: list[float] = []

    async def watch(self) -> None:
        while True:
            start = time.perf_counter()
            await asyncio.sleep(_PAUSE)
            self._late.append((time.perf_counter() - start - _PAUSE) * 1000)

    def taken(self) -> tuple[float, float]:
        """The longest, and the 99th percentile."""
        late, self._late = self._late, []
        return (max(late), statistics.quantiles(late, n=100)[98]) if len(late) > 1 else (0.0, 0.0)


@dataclass(frozen=True)
class Look:
    """What was seen at the end of a minute."""

    minute: float
    memory: float
    files: int
    tasks: int
    threads: int
    waiting: int
    store: float
    lag: tuple[float, float]

    def __str__(self) -> str:
        return (
            f"minute {self.minute:5.1f}: {self.memory:6.1f} MB, {self.files:3} files, {self.tasks:3} tasks, "
            f"{self.threads:2} threads, loop late by {self.lag[0]:4.0f} ms at most ({self.lag[1]:3.0f} p99), "
            f"{self.waiting:5} waiting, store {self.store:6.1f} MB"
        )


async def look(app: App, lag: LoopLag, start: float) -> Look:
    counters = await app.store.counters()
    backlog = sum([(await worker.backlog())[0] for worker in app.workers.all()])
    path = app.config.beside(app.config.store.path)
    size = sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*"))
    late = lag.taken()
    gc.collect()
    return Look(
        minute=(time.monotonic() - start) / 60,
        memory=resident_mb(),
        files=open_files(),
        tasks=len(asyncio.all_tasks()),
        threads=threads(),
        waiting=counters["events waiting"] + counters["posts waiting"] + backlog,
        store=size / 2**20,
        lag=late,
    )


async def talk(crowd: Crowd, rate: float) -> None:
    """So many messages a second."""
    while True:
        await crowd.talk(max(1, round(rate / 5)))
        await asyncio.sleep(0.2)


async def reload(app: App, crowd: Crowd, minute: int) -> None:
    """One cog is loaded anew, in turn by the loader itself and by an admin's command."""
    name = RELOADED[minute % len(RELOADED)]
    if minute % 2:
        await app.loader.reload(name)
    else:
        await crowd.happen([crowd.command(f"!cogs reload {name}", DESK, MIRA, Standing.ADMIN)])


async def watched(posts: Path | None, minutes: float, rate: float) -> list[Look]:
    with tempfile.TemporaryDirectory(prefix="folkmoot-soak-") as name:
        folder = Path(name)
        (folder / "cogs").mkdir()
        (folder / "cogs" / "ticker.py").write_text(TICKER, encoding="utf-8")
        crowd, lag = Crowd(posts), LoopLag()
        config = configuration(folder, cogs=("ticker",), paths=(folder / "cogs",))
        async with running(config, [lambda *_: crowd], models=hash_models()) as app:
            settle_memory()
            tasks = [asyncio.create_task(lag.watch()), asyncio.create_task(talk(crowd, rate))]
            looks, start = list[Look](), time.monotonic()
            while (passed := time.monotonic() - start) < minutes * 60:
                await asyncio.sleep(min(60.0, minutes * 60 - passed))
                looks.append(await look(app, lag, start))
                print(looks[-1], flush=True)
                await reload(app, crowd, len(looks))
            for task in tasks:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            print(f"the bot posted: {dict(crowd.posted)}; {app.incidents.total} failures")
    return looks


def grown(looks: list[Look]) -> list[str]:
    """What is larger in the last third than it was in the third of the time after the warm-up, and by how much."""
    settled = looks[round(len(looks) * _WARM_UP) :]
    part = max(1, len(settled) // 3)
    found = []
    for name, allowed in _GROWTH.items():
        before = statistics.median(getattr(one, name) for one in settled[:part])
        after = statistics.median(getattr(one, name) for one in settled[-part:])
        growth = (after - before) / before
        print(f"{name}: {before:g} after the warm-up, {after:g} at the end ({growth:+.1%})")
        if growth > allowed:
            found.append(f"{name} grew by {growth:.1%}")
    return found


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--posts", type=Path, help="JSON lines of real posts (.zst or plain)")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--rate", type=float, default=20, help="messages a second")
    options = parser.parse_args()
    looks = await watched(options.posts, options.minutes, options.rate)
    found = grown(looks)
    print("; ".join(found) if found else "nothing grew")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
