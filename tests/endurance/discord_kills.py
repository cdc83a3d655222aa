"""Kill the bot ten times and drop its sockets twenty times while people talk on Discord: `make kills-discord`.

The real bot as a process, on a stand-in for Discord over sockets. Afterwards every message must be stored once and in
order, and every card and answer stand in its channel once, as people see it; exits with 1 where it is not so.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path

from bot.log import configure_logging
from tests.endurance.discord.findings import counts, deviations
from tests.endurance.discord.process import Bot
from tests.endurance.discord.square import Square, decision_on
from tests.endurance.plugs import PATIENCE, Outcome, Plugs
from tests.platforms.discord.standin.standin import Standin

COGS = ("civility", "review", "summaries", "reading", "admin", "privacy", "help")
_DROPS = ("abort", "close", "reconnect", "invalid")


class Trouble(Plugs):
    """The bot is killed, and its sockets are dropped in every way in turn."""

    def __init__(self, square: Square, bot: Bot, *, progress: bool) -> None:
        super().__init__(square, bot, square.members, decision_on, progress=progress)
        self._standin = square.standin
        self._dropped = 0

    async def pull(self, plug: str) -> None:
        if plug == "kill":
            await self.killed()
            return
        await self._standin.until(lambda: self._standin.gateway.open, "a socket to drop", PATIENCE)
        how = _DROPS[self._dropped % len(_DROPS)]
        self.caught[f"drop, {how}"] += 1
        await self._standin.drop(how, resumable=self._dropped % (2 * len(_DROPS)) < len(_DROPS))
        self._dropped += 1


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
            plugs = Trouble(square, bot, progress=progress)
            bot.start()
            try:
                await standin.connected()
                await standin.until(lambda: standin.world.commands, "slash commands", PATIENCE)
                await plugs.talked(messages, {"kill": kills, "drop": drops}, commands)
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
    print(outcome.shown)
    return 1 if outcome.wrong else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
