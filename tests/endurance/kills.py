"""Kill the bot again and again at random moments, and see that nothing is lost or done twice: `make kills`.

The real core, store and cogs replay messages of several rooms, with commands, edits, deletions, reports, and moderators
who decide on the cards that appear. The chat server lives on in this process. After the last start everything must be
as in a run that nobody interrupted; exits with 1 where it is not.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.endurance.findings import Store, counts, deviations
from tests.endurance.lives import Supervisor
from tests.endurance.script import written
from tests.endurance.town import Town


@dataclass
class Outcome:
    """What a run came to; `wrong` says in words what is not as it must be."""

    counts: Mapping[str, int]
    wrong: list[str]
    phases: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    whispered_twice: int = 0
    pressed_in_vain: int = 0
    asked_again: int = 0


async def run(posts: Path | None, messages: int, kills: int, seed: int, *, progress: bool = False) -> Outcome:
    """Replay one script with so many kills."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="folkmoot-kills-") as name:
        town = Town(written(posts, messages, seed), random.Random(seed))
        supervisor = Supervisor(town, Path(name), seed)
        async with supervisor.listening():
            for number in range(kills):
                share = town.left / (kills - number + 1)
                await supervisor.killed(town.random.randint(1, max(1, round(2 * share) - 1)))
                if progress and (number + 1) % 10 == 0:
                    print(f"{number + 1} kills, {len(town.timeline)} of {len(town.timeline) + town.left} events")
            await supervisor.to_the_end()
        store = Store(supervisor.store)
        wrong = [*supervisor.trouble, *await deviations(town, store)]
        keys = {key for key, _ in town.whispers}
        return Outcome(
            counts(town, store),
            wrong,
            supervisor.phases,
            time.perf_counter() - start,
            len(town.whispers) - len(keys),
            town.pressed_in_vain,
            sum(number - 1 for number in town.requests.values()),
        )


def differences(killed: Outcome, whole: Outcome) -> list[str]:
    names = sorted(killed.counts.keys() | whole.counts.keys())
    pairs = ((name, killed.counts.get(name, 0), whole.counts.get(name, 0)) for name in names)
    return [f"{name}: {mine} with kills, {theirs} without" for name, mine, theirs in pairs if mine != theirs]


def shown(killed: Outcome, whole: Outcome) -> str:
    """Both runs side by side, and where the kills landed."""
    names = sorted(killed.counts.keys() | whole.counts.keys())
    rows = [(name, killed.counts.get(name, 0), whole.counts.get(name, 0)) for name in names]
    rows += [
        ("private words said again", killed.whispered_twice, whole.whispered_twice),
        ("requests made again", killed.asked_again, whole.asked_again),
        ("presses in vain", killed.pressed_in_vain, whole.pressed_in_vain),
        ("seconds", round(killed.seconds), round(whole.seconds)),
    ]
    lines = [f"{'':34}{'with kills':>12}{'without':>12}"]
    lines += [f"{name:34}{mine:>12}{theirs:>12}" for name, mine, theirs in rows]
    lines += ["", "where the kills landed:"]
    lines += [f"  {phase:32}{number:>12}" for phase, number in killed.phases.most_common()]
    return "\n".join(lines)


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--posts", type=Path, help="JSON lines of real posts (.zst or plain)")
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    whole = await run(options.posts, options.messages, 0, options.seed)
    print(f"without kills: {whole.seconds:.0f} s", flush=True)
    killed = await run(options.posts, options.messages, options.kills, options.seed, progress=True)
    print(shown(killed, whole))
    wrong = [*(f"without kills: {one}" for one in whole.wrong), *killed.wrong, *differences(killed, whole)]
    if killed.pressed_in_vain:
        wrong.append(f"{killed.pressed_in_vain} presses were refused although their card stood open")
    print("\n".join(["", "WRONG:", *wrong]) if wrong else "\nnothing lost, nothing done twice")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
