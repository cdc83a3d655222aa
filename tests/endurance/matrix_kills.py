"""Kill the bot ten times and the homeserver twice while people talk on Matrix: `make kills-matrix`.

A real Synapse, the real bot as a process, rooms of version 11 and 12 in clear and encrypted. Afterwards every message
must be stored once and in order, and every card, answer and reaction stand in its room once, as members see it; exits
with 1 where it is not so.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path

from bot.log import configure_logging
from tests.endurance.matrix.findings import counts, deviations
from tests.endurance.matrix.process import Account, Bot
from tests.endurance.matrix.square import Square, decision_on
from tests.endurance.plugs import Outcome, Plugs
from tests.platforms.matrix.homeserver.people import People
from tests.platforms.matrix.homeserver.synapse import Synapse, missing, started

COGS = ("civility", "review", "summaries", "reading", "admin", "privacy", "help")


class Trouble(Plugs):
    """The bot is killed, and the homeserver too."""

    def __init__(self, server: Synapse, square: Square, bot: Bot, *, progress: bool) -> None:
        super().__init__(square, bot, square.senders, decision_on, progress=progress)
        self._server = server

    async def pull(self, plug: str) -> None:
        if plug == "kill":
            await self.killed()
            return
        self.caught["the homeserver"] += 1
        await asyncio.to_thread(self._cut)

    def _cut(self) -> None:
        self._server.kill()
        self._server.start()


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
            plugs = Trouble(server, square, bot, progress=progress)
            bot.start()
            try:
                await square.bot_has_come()
                await plugs.talked(messages, {"kill": kills, "cut the homeserver": server_kills}, commands)
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
    print(outcome.shown)
    return 1 if outcome.wrong else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
