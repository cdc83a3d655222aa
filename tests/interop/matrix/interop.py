"""The bot and Element's own crypto stack in encrypted rooms, both ways, in both modes: `make interop-matrix`.

Needs Node (20 or newer) and npm, which installs what package.json pins. Exits with 1 where something did not decrypt.
"""

import asyncio
import json
import shutil
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Any

from bot.platforms.matrix import names
from tests.endurance.matrix.process import Account, Bot
from tests.platforms.matrix.homeserver.synapse import PASSWORD, missing, started

HERE = Path(__file__).parent
_PATIENCE = 600.0


async def talked(node: Process, bot_of: Any) -> tuple[Bot, list[dict[str, Any]]]:
    """Start the bot once the rooms are there; gives what the other side told of each mode and room."""
    assert node.stdout is not None
    first = json.loads(await node.stdout.readline())
    bot = bot_of(first["rooms"])
    bot.start()
    told = [json.loads(line) async for line in node.stdout]
    await node.wait()
    return bot, told


def judged(bot: Bot, told: list[dict[str, Any]]) -> list[str]:
    """What is not as it must be."""
    wrong = []
    stored = {
        names.event_of(identity)[1]: text  # type: ignore[index] - of our own making
        for identity, text in bot.rows("SELECT id, text FROM messages WHERE author IS NOT NULL")
    }
    modes = [one for one in told if "mode" in one]
    for one in modes:
        where = f"{one['mode']}, room version {one['version']}"
        if stored.get(one.get("said")) != f"{one['words']}, edited":
            wrong.append(f"{where}: the bot stored {stored.get(one.get('said'))!r}")
        if not one.get("answer") or not one["encrypted"]:
            wrong.append(f"{where}: no encrypted answer came ({one.get('error', 'nothing for a minute')})")
        elif one["shield"] != 0:
            wrong.append(f"{where}: the answer is shown with a warning, shield {one['shield']}")
        if one["undecryptable"]:
            wrong.append(f"{where}: undecryptable on Element's side: {one['undecryptable']}")
    if len(modes) != 4:
        wrong.append(f"{len(modes)} of 4 talks took place")
    if unread := bot.count("undecryptable"):
        wrong.append(f"{unread} messages stay undecryptable for the bot")
    return wrong


async def main() -> int:
    node_path = shutil.which("node")
    if reason := missing() or (None if node_path else "Node is not installed"):
        print(reason, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="folkmoot-interop-") as folder, started() as server:
        person, account = server.register("element"), server.register("folkmoot")

        def bot_of(rooms: list[str]) -> Bot:
            cogs = ("admin", "help")
            return Bot(Path(folder), Account(server.url, account.user, rooms, inviters=[person.user]), cogs=cogs)

        node = await asyncio.create_subprocess_exec(
            str(node_path), "interop.mjs", server.url, person.user, PASSWORD, account.user, cwd=HERE, stdout=PIPE
        )
        bot: Bot | None = None
        try:
            bot, told = await asyncio.wait_for(talked(node, bot_of), _PATIENCE)
            for line in told:
                print(json.dumps(line, ensure_ascii=False))
            wrong = judged(bot, told)
            if wrong:
                print(bot.last_words, file=sys.stderr)
        finally:
            if node.returncode is None:
                node.kill()
            if bot is not None:
                bot.kill()
    print("\n".join(["", "WRONG:", *wrong]) if wrong else "\nboth modes decrypt, both ways")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
