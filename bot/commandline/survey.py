"""What can be known of every cog without starting the bot: whether it imports, what it declares, what it needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bot.api
from bot.cog import Cog
from bot.commands.spec import CommandSpec
from bot.config import Config, Section
from bot.errors import CogError
from bot.loading.find import BUNDLED_ORIGIN, available, find
from bot.loading.inject import needs
from bot.registry import LoadedCog, Registry, read_cog


@dataclass(frozen=True, slots=True)
class Surveyed:
    """One cog; `problem` says why it could not be loaded, `model` is that of its section, if it has one."""

    name: str
    origin: str
    enabled: bool
    description: str = ""
    commands: tuple[CommandSpec, ...] = ()
    problem: str | None = None
    model: type[Section] | None = None


def survey(config: Config) -> list[Surveyed]:
    """Every cog that can be found or is enabled; of others' cogs only enabled ones are imported."""
    paths = [config.beside(path) for path in config.cogs.paths]
    origins = available(paths)
    registry = Registry()
    found: list[Surveyed] = []
    for name in [*config.cogs.enabled, *sorted(set(origins) - set(config.cogs.enabled))]:
        enabled = name in config.cogs.enabled
        origin = origins.get(name, "")
        if not enabled and origin != BUNDLED_ORIGIN:
            found.append(Surveyed(name, origin, enabled))
            continue
        try:
            loaded = declarations(name, paths)
            if enabled:
                registry = registry.with_cog(loaded)  # refuses a command that another cog has
            model = type(loaded.cog).settings
            found.append(Surveyed(name, origin, enabled, loaded.description, loaded.commands, model=model))
        except CogError as error:
            found.append(Surveyed(name, origin, enabled, problem=str(error)))
    return found


def declarations(name: str, paths: Sequence[Path]) -> LoadedCog:
    """What a cog declares, read from a bare instance: its constructor wants capabilities of a running bot.

    Raises:
        CogError: it cannot be imported, a handler does not fit its mark, or it needs what nothing provides.
    """
    found = find(name, paths)
    needs(found.type, _capabilities())
    bare: Cog = object.__new__(found.type)
    return read_cog(found, bare)


def _capabilities() -> set[Any]:
    """The protocols that `bot.api` offers: what a constructor may name."""
    offered = (getattr(bot.api, name) for name in bot.api.__all__)
    return {one for one in offered if getattr(one, "_is_protocol", False)}
