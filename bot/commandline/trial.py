"""Building the enabled cogs once as the bot would, over a store that is thrown away, to see which cannot be built."""

import tempfile
from pathlib import Path

from bot.app import App
from bot.config import Config, ModelsSection
from bot.errors import CogError
from bot.inference import local_models
from bot.scheduling import SystemClock
from bot.storage import open_store


async def unbuildable(config: Config) -> dict[str, str]:
    """Cog name to why it cannot be built: its settings, its tables, or what its constructor says."""
    found: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="folkmoot-doctor-") as folder:
        store = await open_store(Path(folder) / "trial.sqlite")
        try:
            async with local_models(ModelsSection(enabled=False)) as models:
                app = App(config, store, [], models, SystemClock(), await store.settings(), lambda _: None)
                for name in config.cogs.enabled:
                    try:
                        await app.loader.load(name)
                    except CogError as error:
                        found[name] = str(error)
                await app.aclose()
        finally:
            await store.aclose()
    return found
