"""How long a bot takes to read what it missed on Matrix: `make catch-up-matrix`.

500 messages are said in five rooms, in clear and encrypted, while the bot is down. After the restart all of them must
be stored, the oldest of each room first, in under 10 s of the bot's time, its start included; no classifier runs. Exits
with 1 where it is not so.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from bot.log import configure_logging
from bot.platforms.matrix import names
from tests.endurance.matrix.process import Account, Bot
from tests.platforms.matrix.homeserver.encrypted import EncryptedPerson
from tests.platforms.matrix.homeserver.people import People
from tests.platforms.matrix.homeserver.synapse import Synapse, missing, started

KINDS = (("11", False), ("11", True), ("12", False), ("12", True), ("11", False))
COGS = ("admin", "help")
MOST_SECONDS = 10.0
_PATIENCE = 120.0


@dataclass
class Outcome:
    """Seconds from the start of the process until the last message was stored; those of them on a processor."""

    messages: int
    stored: int
    seconds: float
    processor_seconds: float
    wrong: list[str]


async def run(messages: int = 500) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="folkmoot-catch-up-") as folder, started() as server:
        async with People(server) as people:
            return await _missed(server, people, Path(folder), messages)


async def _missed(server: Synapse, people: People, folder: Path, messages: int) -> Outcome:
    account = server.register("folkmoot")
    ada = await people.encrypted("ada")
    rooms = [await ada.create_room(account.user, version=version, encrypted=sealed) for version, sealed in KINDS]
    bot = Bot(folder, Account(server.url, account.user, rooms, inviters=[ada.user]), cogs=COGS)
    bot.start()
    try:
        for room in rooms:
            await ada.in_room(room, account.user)
        await ada.until(lambda: ada.devices_with_keys(account.user), "keys of the bot's device")
        for room in rooms:
            await ada.say(room, "the bot hears this")
        await ada.until(lambda: _stored(bot) >= len(rooms) and bot.at_rest, "a bot that has heard everything")
        bot.stop()
        said = await _talked(ada, rooms, messages)
        return await _caught_up(ada, bot, said)
    except BaseException:
        print(bot.last_words, file=sys.stderr)
        raise
    finally:
        bot.kill()


async def _talked(ada: EncryptedPerson, rooms: list[str], messages: int) -> dict[str, list[str]]:
    """What was said in each room, in order."""
    said: dict[str, list[str]] = defaultdict(list)
    ada.eager = False
    for number in range(messages):
        room = rooms[number % len(rooms)]
        said[room].append(await ada.say(room, f"missed {number}"))
    return said


async def _caught_up(ada: EncryptedPerson, bot: Bot, said: dict[str, list[str]]) -> Outcome:
    count, before = sum(map(len, said.values())), _stored(bot)
    begun = time.perf_counter()
    bot.start()
    ada.patience = _PATIENCE
    await ada.until(lambda: _stored(bot) >= before + count or bot.ended, "everything stored")
    seconds, on_processor = time.perf_counter() - begun, 0.0 if bot.ended else bot.processor_seconds
    stored: dict[str, list[str]] = defaultdict(list)
    for identity, text in bot.rows("SELECT id, text FROM messages WHERE author IS NOT NULL ORDER BY number"):
        room, event = names.event_of(identity) or ("", "")
        if text.startswith("missed "):
            stored[room].append(event)
    wrong = [f"{room} is not stored whole and in order" for room, events in said.items() if stored[room] != events]
    found = sum(map(len, stored.values()))
    if wrong:
        print(bot.last_words, file=sys.stderr)
    return Outcome(count, found, seconds, on_processor, wrong)


def _stored(bot: Bot) -> int:
    return bot.count("messages WHERE author IS NOT NULL")


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--messages", type=int, default=500)
    options = parser.parse_args()
    configure_logging("warning", "console")
    if reason := missing():
        print(reason, file=sys.stderr)
        return 1
    outcome = await run(options.messages)
    if outcome.seconds >= MOST_SECONDS:
        outcome.wrong.append(f"it took {outcome.seconds:.1f} s, not under {MOST_SECONDS:.0f} s")
    print(f"missed in {len(KINDS)} rooms  {outcome.messages:>8}")
    print(f"stored             {outcome.stored:>8}")
    print(f"seconds, start included {outcome.seconds:>8.1f}")
    print(f"of them on a processor  {outcome.processor_seconds:>8.1f}")
    print("\n".join(["", "WRONG:", *outcome.wrong]) if outcome.wrong else "\nall caught up, oldest first")
    return 1 if outcome.wrong else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
