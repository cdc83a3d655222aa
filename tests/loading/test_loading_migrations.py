"""A bad migration changes nothing: the old cog goes on with its rows, and the others never notice."""

import sqlite3

import pytest

from bot.errors import CogError
from bot.loading.find import forget_modules

BASE = '''
from dataclasses import dataclass, replace

@table("tallies", key=("name",))
@dataclass(frozen=True, slots=True)
class Tally:
    name: str
    count: int
    # more fields

@table("others", key=("name",), index=(("count",),))
@dataclass(frozen=True, slots=True)
class Other:
    name: str
    count: int

class Tallies(Cog):
    """Counts."""

    name = "tallies"
    migrations = (Migration(1, (CreateTable(Tally),)),
                  # more steps
                  )

    def __init__(self, tables: CogTables) -> None:
        self.rows = tables.of(Tally)

    @listen
    async def heard(self, event: MessagePosted) -> Reply:
        if event.message.text.startswith("!"):
            return None
        old = await self.rows.get("heard")
        return Swap(old, replace(old, count=old.count + 1)) if old else Put(Tally("heard", 1))

    @command("tally", help="Show the tally")
    async def tally(self, call: Invocation) -> Document:
        return Document.of(f"{(await self.rows.get('heard')).count}")
'''
NEIGHBOUR = BASE.replace("tallies", "neighbour").replace('"tally"', '"neighbours"')
CREATE = "Migration(2, (CreateTable(Other), {}))"
BAD = {
    "raises": ("Migration(2, (CreateTable(Other), 1 / 0)),", "ZeroDivisionError"),
    "is no step": (CREATE.format("'DROP TABLE messages'") + ",", "str is no step"),
    "creates what is there": (CREATE.format("CreateTable(Tally)") + ",", "migration 2 failed, nothing was changed"),
    "drops what it uses": (CREATE.format('DropTable("tallies")') + ",", "there is no table for Tally"),
    "drops what is not there": (CREATE.format('DropTable("nothing")') + ",", "migration 2 failed"),
    "drops a neighbour's": (CREATE.format('DropTable("neighbour__tallies")') + ",", "cannot name a table"),
    "drops the core's": (CREATE.format('DropTable("../messages")') + ",", "cannot name a table"),
    "adds an unknown column": (CREATE.format('AddColumn(Tally, "colour", "")') + ",", "no field 'colour'"),
    "fills a column with nonsense": (
        CREATE.format('AddColumn(Tally, "weight", object())') + ",",
        "migration 2 failed|weight",
    ),
    "has one version twice": ("Migration(1, (CreateTable(Other),)),", r"not \[1, 1\]"),
    "leaves one out": ("Migration(3, (CreateTable(Other),)),", r"not \[1, 3\]"),
}


def contents(tmp_path):
    connection = sqlite3.connect(tmp_path / "folkmoot.sqlite")
    try:
        tables = connection.execute("SELECT name, sql FROM sqlite_master WHERE name LIKE '%cog_%' ORDER BY name")
        return [*tables, *connection.execute("SELECT * FROM cog_schemas ORDER BY cog")]
    finally:
        connection.close()


@pytest.fixture
def bot(bot_with):
    return bot_with(tallies=BASE, neighbour=NEIGHBOUR)


def rewrite(tmp_path, steps="", fields=""):
    header = "from collections.abc import Sequence\nfrom bot.api import *\n"
    (tmp_path / "cogs" / "tallies.py").write_text(
        header + BASE.replace("# more steps", steps).replace("# more fields", fields)
    )


@pytest.mark.parametrize("what", BAD)
async def test_a_reload_with_a_bad_migration_leaves_the_old_cog_and_the_store(bot, tmp_path, what):
    steps, words = BAD[what]
    async with bot.started():
        await bot.say("Dario", "one")
        before = contents(tmp_path)
        rewrite(tmp_path, steps, "weight: float = 0.0" if "weight" in steps else "")
        with pytest.raises(CogError, match=f"({words})(.|\n)*The old 'tallies' goes on"):
            await bot.app.loader.reload("tallies")
        assert contents(tmp_path) == before
        await bot.say("Dario", "two")
        assert await bot.command("Dario", "!tally") == "2"
        assert await bot.command("Dario", "!neighbours") == "2"
        rewrite(tmp_path, "Migration(2, (CreateTable(Other),)),")
        await bot.app.loader.reload("tallies")
        assert len(contents(tmp_path)) == len(before) + 3  # the table, its key's index and the other
        assert await bot.command("Dario", "!tally") == "2"


async def test_a_released_migration_that_was_changed_is_refused(bot, tmp_path):
    async with bot.started():
        await bot.say("Dario", "one")
        rewrite(tmp_path, fields="colour: str = ''")
        with pytest.raises(CogError, match=r"no column 'colour'.*AddColumn"):
            await bot.app.loader.reload("tallies")
        assert await bot.command("Dario", "!tally") == "1"


async def test_at_the_start_the_others_run_without_the_one_that_is_older_than_its_rows(bot, tmp_path):
    rewrite(tmp_path, "Migration(2, (CreateTable(Other),)),")
    async with bot.started():
        await bot.say("Dario", "one")
    before = contents(tmp_path)
    rewrite(tmp_path)
    forget_modules("folkmoot_cog_tallies")
    async with bot.started():
        assert "written by a newer version" in str(bot.app.failures["tallies"])
        assert contents(tmp_path) == before
        assert await bot.command("Dario", "!neighbours") == "1"
