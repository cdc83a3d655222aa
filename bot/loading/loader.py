"""Loading, unloading and reloading cogs: the new registry stands whole, or the old one stays."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.cog import Cog
from bot.errors import CogError, FolkmootError
from bot.loading.find import find, forget_modules
from bot.loading.inject import Provider, build
from bot.log import logger
from bot.ownership import Owner
from bot.ports.tables import Migration
from bot.registry import FoundCog, LoadedCog, Registry, read_cog

Migrate = Callable[[str, Sequence[Migration]], Awaitable[None]]
Prepare = Callable[[type[Cog]], None]
Changed = Callable[[str | None], Awaitable[None]]

PERMANENT = frozenset({"admin"})
"""Cogs that cannot be unloaded: without them nobody could load anything again."""

_log = logger("loading")


class CogLoader:
    """Owns the current registry; implements the port `CogControl`.

    Args:
        paths: folders of `[cogs] paths`.
        providers: capabilities by annotation.
        prepare: called with a class before it is built: reads its section of the configuration.
        migrate: brings its tables up to date.
        changed: awaited after each swap with the cog that was loaded, if one was: workers start and stop there.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        providers: Mapping[Any, Provider],
        *,
        prepare: Prepare,
        migrate: Migrate,
        changed: Changed,
    ) -> None:
        self._paths = paths
        self._providers = providers
        self._prepare = prepare
        self._migrate = migrate
        self._changed = changed
        self._lock = asyncio.Lock()
        self.registry = Registry()

    def loaded(self) -> Mapping[str, str]:
        return {name: cog.description for name, cog in sorted(self.registry.cogs.items())}

    async def load_all(self, names: Sequence[str]) -> dict[str, CogError]:
        """Load each; one that fails does not stop the others. Gives the failures."""
        failures: dict[str, CogError] = {}
        for name in names:
            try:
                await self.load(name)
            except CogError as error:
                failures[name] = error
                _log.error("cog not loaded", cog=name, error=str(error))
        return failures

    async def load(self, name: str) -> None:
        async with self._lock:
            if name in self.registry.cogs:
                raise CogError(f"cog '{name}' is loaded already; reload reads its files again")
            await self._take_in(name)
            await self._changed(name)

    async def unload(self, name: str) -> None:
        async with self._lock:
            loaded = self._present(name)
            if name in PERMANENT:
                raise CogError(f"cog '{name}' stays: without it no cog could be loaded again")
            self.registry = self.registry.without(name)
            forget_modules(loaded.found.module)
            await self._changed(None)
            await _end(loaded)

    async def reload(self, name: str) -> None:
        async with self._lock:
            old = self._present(name)
            modules = forget_modules(old.found.module)
            try:
                await self._take_in(name)
            except BaseException as error:
                forget_modules(old.found.module)
                sys.modules.update(modules)
                if isinstance(error, CogError):
                    raise CogError(f"{error}. The old '{name}' goes on.") from error
                raise
            await self._changed(name)
            await _end(old)

    async def aclose(self) -> None:
        """End what the cogs themselves have begun, when no handler of theirs runs any more."""
        for loaded in self.registry.cogs.values():
            await loaded.owner.aclose()

    def _present(self, name: str) -> LoadedCog:
        loaded = self.registry.cogs.get(name)
        if loaded is None:
            raise CogError(f"cog '{name}' is not loaded; loaded are: {', '.join(sorted(self.registry.cogs))}")
        return loaded

    async def _take_in(self, name: str) -> None:
        """Swap the registry for one with the cog; its tables change last, once nothing else can refuse it."""
        before = set(sys.modules)
        owner = Owner(name)
        try:
            found = find(name, self._paths, owner)
            try:
                registry = self.registry.with_cog(self._make(found, owner))
                await self._migrate(name, found.type.migrations)
            except BaseException:
                forget_modules(found.module, but=before)  # the next attempt reads the files as they are then
                raise
        except BaseException:
            await owner.aclose()
            raise
        self.registry = registry

    def _make(self, found: FoundCog, owner: Owner) -> LoadedCog:
        name = found.type.name
        try:
            self._prepare(found.type)
            return read_cog(found, build(found.type, self._providers, owner), owner)
        except FolkmootError:
            raise
        except Exception as error:  # a cog's declarations are whatever its author wrote
            raise CogError(f"cog '{name}' cannot be loaded: {type(error).__name__}: {error}") from error


async def _end(loaded: LoadedCog) -> None:
    await loaded.owner.aclose()
    loaded.owner.name_threads(loaded.found.module)
