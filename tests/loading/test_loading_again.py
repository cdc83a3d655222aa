"""A cog of one's own is loaded, changed and unloaded in a running bot, and leaves nothing behind."""

import asyncio
import gc
import sys
import weakref

import pytest

from bot.errors import CogError
from bot.loading.find import forget_modules
from bot.testing.factories import posted
from bot.testing.harness import harness

ROWS = """
from dataclasses import dataclass
from bot.api import table

@table("tallies", key=("name",))
@dataclass(frozen=True, slots=True)
class Tally:
    name: str
    count: int
"""
COG = '''
from collections.abc import Sequence
from dataclasses import replace

from bot.api import *
from bot.api import CreateTable, Migration
from folkmoot_cog_tallies.rows import Tally

class Tallies(Cog):
    """Counts."""

    name = "tallies"
    migrations = (Migration(1, (CreateTable(Tally),)),)

    def __init__(self, tables: CogTables) -> None:
        self.rows = tables.of(Tally)

    @listen
    async def heard(self, event: MessagePosted) -> Reply:
        old = await self.rows.get("heard")
        return Swap(old, replace(old, count=old.count + STEP)) if old else Put(Tally("heard", STEP))

    @worker()
    async def work(self, events: Sequence[MessagePosted]) -> Reply:
        return [Upsert(Tally(f"worked {event.message.text}", STEP)) for event in events]

    @command("tally", help="Show a tally")
    async def tally(self, call: Invocation, name: str = "heard") -> Document:
        row = await self.rows.get(name)
        return Document.of(f"{row.count if row else 0}")
'''
MODULES = {"folkmoot_cog_tallies", "folkmoot_cog_tallies.rows"}


def _write(folder, step):
    package = folder / "tallies"
    package.mkdir(exist_ok=True)
    (package / "rows.py").write_text(ROWS)
    (package / "__init__.py").write_text(COG.replace("STEP", str(step)))


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "cogs"
    folder.mkdir()
    _write(folder, 1)
    yield folder
    forget_modules("folkmoot_cog_tallies")


@pytest.fixture
async def bot(tmp_path, folder):
    async with harness(tmp_path, cogs=("tallies", "help"), paths=[folder]).started() as bot:
        yield bot


def _left(bot):
    """What there is of the cog: listeners, workers, their tasks, the command, modules."""
    registry = bot.app.loader.registry
    tasks = [task for task in asyncio.all_tasks() if "tallies" in task.get_name()]
    modules = {name for name in sys.modules if "folkmoot_cog_tallies" in name}
    listeners = [one.name for one in registry.listeners(posted("")) if one.cog == "tallies"]
    workers = [one.worker.name for one in bot.app.workers.all() if one.worker.cog == "tallies"]
    return listeners, workers, len(tasks), registry.commands.find("tally") is not None, modules


_WHOLE = (["heard"], ["work"], 1, True, MODULES)
_NOTHING = ([], [], 0, False, set())


async def test_reloaded_twice_in_a_row(bot, folder):
    await bot.say("Dario", "one")
    for step in (10, 100):
        _write(folder, step)
        await bot.app.loader.reload("tallies")
        assert _left(bot) == _WHOLE
        await bot.say("Dario", f"with {step}")
    assert await bot.command("Dario", "!tally") == "111"
    assert await bot.command("Dario", '!tally "worked with 100"') == "100"


async def test_unloaded_and_loaded_again(bot, folder):
    await bot.say("Dario", "one")
    old = weakref.ref(type(bot.app.loader.registry.cogs["tallies"].cog))
    await bot.app.loader.unload("tallies")
    assert _left(bot) == _NOTHING
    await bot.say("Dario", "nobody counts")
    gc.collect()
    assert old() is None
    _write(folder, 10)
    await bot.app.loader.load("tallies")
    await bot.settle()
    assert _left(bot) == _WHOLE
    await bot.say("Dario", "two")
    assert await bot.command("Dario", "!tally") == "11"


@pytest.mark.parametrize("file", ["__init__.py", "rows.py"])
async def test_reloaded_after_a_syntax_error(bot, folder, file):
    await bot.say("Dario", "one")
    before = {name: sys.modules[name] for name in MODULES}
    (folder / "tallies" / file).write_text("class Half(")
    for _ in range(2):
        with pytest.raises(CogError, match=r"SyntaxError.*The old 'tallies' goes on"):
            await bot.app.loader.reload("tallies")
        assert _left(bot) == _WHOLE
        assert {name: sys.modules[name] for name in MODULES} == before
    await bot.say("Dario", "two")
    _write(folder, 10)
    await bot.app.loader.reload("tallies")
    assert _left(bot) == _WHOLE
    await bot.say("Dario", "three")
    assert await bot.command("Dario", "!tally") == "12"


async def test_a_refused_migration_leaves_the_tables_as_they_were(bot, folder):
    """A command that the help cog has: before, the tables had already been brought up to date."""
    await bot.say("Dario", "one")
    grown = COG.replace("STEP", "1").replace('"tally"', '"help"')
    grown = grown.replace("(CreateTable(Tally),)),)", "(CreateTable(Tally),)), Migration(2, ()))")
    (folder / "tallies" / "__init__.py").write_text(grown)
    with pytest.raises(CogError, match="help"):
        await bot.app.loader.reload("tallies")
    _write(folder, 10)
    await bot.app.loader.reload("tallies")
    await bot.say("Dario", "two")
    assert await bot.command("Dario", "!tally") == "11"
