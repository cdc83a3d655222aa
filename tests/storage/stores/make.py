"""Write the store of a short, busy life as SQL: `python -m tests.storage.stores.make` names it after its schema.

Run it once before a release whose schema is new, and commit the file: later versions are tested with it.
"""

import asyncio
import sqlite3
import tempfile
from datetime import timedelta
from pathlib import Path

from bot.testing.harness import Harness, harness

HERE = Path(__file__).parent


async def live(bot: Harness) -> None:
    """Leave something in every table: cases decided and open, a summary, a schedule, settings, edits, deletions."""
    async with bot.started():
        posts = [
            await bot.say(name, f"A point about rents, number {n}.") for n, name in enumerate(["Ines", "Dario"] * 5)
        ]
        first = await bot.say("Otto", "You are an idiot, Ines.", reply_to=posts[0])
        second = await bot.say("Otto", "Only an idiot says that.")
        await bot.command("Dario", "!report he does this daily", reply_to=first)
        await bot.command("Mira", "!uphold 1 warn", where=bot.desk)
        await bot.command("Noor", "!dismiss 2 banter", where=bot.desk)
        await bot.command("Mira", "!undo 2", where=bot.desk)
        await bot.command("Ines", "!summarize")
        await bot.command("Mira", "!weekly mon 18:00", where=bot.desk)
        await bot.command("Ada", "!set summaries.issues 3", where=bot.desk)
        await bot.edit(posts[3], "A point about rents, better put.")
        bot.server.react(bot.person("Ines"), posts[4], "👍")
        await bot.delete(posts[5])
        await bot.delete(second)
        await bot.advance(timedelta(days=8))
        await bot.say("Ines", "See you next week.")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        bot = harness(Path(folder))
        asyncio.run(live(bot))
        connection = sqlite3.connect(bot.config.beside(bot.config.store.path))
        (version,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        target = HERE / f"schema_{version}.sql"
        target.write_text("\n".join(connection.iterdump()) + "\n", encoding="utf-8")
        connection.close()


if __name__ == "__main__":
    main()
