"""Memory after a replay of many messages beside that after few: `make memory`.

The real core, store and cogs; people also edit, delete, give commands, and moderators decide each case. The classifier
is scripted, unless `--real-models` asks for the shipped ones: then give fewer messages, since judging takes its time.
Exits with 1 where memory grew by more than a fifth.
"""

import argparse
import asyncio
import gc
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.app import running, settle_memory
from bot.config.core import ModelsSection
from bot.inference import local_models
from bot.ports.models import Models
from tests.endurance.crowd import Crowd, configuration
from tests.endurance.process import peak_mb, resident_mb
from tests.endurance.verdicts import hash_models

MOST = 1.2
"""How many times the memory after few messages that after many may be."""


@asynccontextmanager
async def _models(*, real: bool) -> AsyncIterator[Models]:
    if real:
        async with local_models(ModelsSection()) as models:
            yield models
    else:
        yield hash_models()


async def measured(posts: Path | None, counts: list[int], *, real: bool = False) -> dict[int, float]:
    """Megabytes in use at rest after so many messages, in one run."""
    found: dict[int, float] = {}
    with tempfile.TemporaryDirectory(prefix="folkmoot-memory-") as folder:
        crowd = Crowd(posts)
        async with (
            _models(real=real) as models,
            running(configuration(Path(folder)), [lambda *_: crowd], models=models) as app,
        ):
            settle_memory()
            reached, start = 0, time.perf_counter()
            for count in counts:
                await crowd.talk(count - reached)
                await crowd.taken()
                await app.idle()
                reached = count
                gc.collect()
                found[count] = resident_mb()
                store = (Path(folder) / "crowd.sqlite").stat().st_size / 2**20
                print(
                    f"{count:>8,} messages: {found[count]:6.1f} MB in use, at most {peak_mb():6.1f} MB, "
                    f"store {store:5.0f} MB, {time.perf_counter() - start:5.0f} s",
                    flush=True,
                )
        print(f"the bot posted: {dict(crowd.posted)}")
    return found


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--posts", type=Path, help="JSON lines of real posts (.zst or plain)")
    parser.add_argument("--few", type=int, default=20_000)
    parser.add_argument("--many", type=int, default=200_000)
    parser.add_argument("--real-models", action="store_true", help="judge with the shipped models")
    options = parser.parse_args()
    step = max(1, (options.many - options.few) // 4)
    counts = [options.few, *range(options.few + step, options.many, step), options.many]
    found = await measured(options.posts, counts, real=options.real_models)
    ratio = found[options.many] / found[options.few]
    print(f"after {options.many:,} messages {ratio:.3f} times the memory after {options.few:,} (at most {MOST})")
    return 0 if ratio <= MOST else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
