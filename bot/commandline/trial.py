"""Building the enabled cogs once as the bot would, over a store that is thrown away, to see which cannot be built."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.app import App
from bot.cog import Cog
from bot.commands.catalog import Catalog
from bot.config import Config, ModelsSection
from bot.errors import CogError
from bot.inference import local_models
from bot.ports.tables import AddColumn, CreateTable, DropTable, declaration
from bot.scheduling import SystemClock
from bot.storage import open_store


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of building a cog: why it cannot be built, or the row classes of its tables."""

    problem: str | None = None
    rows: tuple[type[Any], ...] = ()


async def unbuildable(config: Config) -> dict[str, str]:
    """Cog name to why it cannot be built: its settings, its tables, or what its constructor says."""
    with tempfile.TemporaryDirectory(prefix="folkmoot-doctor-") as folder:
        tried = await try_cogs(config, Path(folder) / "trial.sqlite")
    return {name: trial.problem for name, trial in tried.items() if trial.problem}


async def try_cogs(config: Config, path: Path) -> dict[str, Trial]:
    """Build each enabled cog over the store at `path`, whose tables are brought up to date. Nothing is started.

    Raises:
        StorageError: the store cannot be opened or upgraded.
    """
    tried: dict[str, Trial] = {}
    store = await open_store(path)
    try:
        async with local_models(ModelsSection(enabled=False)) as models:
            commands = Catalog(config.commands.prefix)
            app = App(config, store, [], models, SystemClock(), await store.settings(), lambda _: None, commands)
            for name in config.cogs.enabled:
                try:
                    await app.loader.load(name)
                    tried[name] = Trial(rows=_rows(type(app.loader.registry.cogs[name].cog)))
                except CogError as error:
                    tried[name] = Trial(str(error))
            await app.aclose()
    finally:
        await store.aclose()
    return tried


def _rows(cog: type[Cog]) -> tuple[type[Any], ...]:
    """The row classes of the tables that stand once all migrations are taken."""
    standing: dict[str, type[Any]] = {}
    for step in (step for migration in cog.migrations for step in migration.steps):
        match step:
            case CreateTable(row=row) | AddColumn(row=row):
                standing[declaration(row).name] = row
            case DropTable(name=name):
                standing.pop(name, None)
    return tuple(standing.values())
