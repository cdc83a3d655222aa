"""The example configuration with the sections of all bundled cogs."""

from bot.config import CogsSection
from bot.config.example import example
from bot.loading.find import available, find
from bot.loading.settings import settings_model
from bot.registry import description_of


def example_text() -> str:
    names = CogsSection().enabled
    bundled = sorted(available([]), key=lambda name: (name not in names, name))
    types = [find(name, []).type for name in bundled]
    return example({cog.name: (description_of(cog), settings_model(cog)) for cog in types})
