"""The command table of all bundled cogs, as their classes declare it, without building them."""

import asyncio

from bot.cog import CommandMark, mark_of
from bot.commands.spec import CommandSpec, read_command
from bot.commands.table import CommandTable
from bot.loading.find import available, find
from bot.ports.knowledge import CommandInfo


def real_commands() -> list[CommandInfo]:
    return CommandTable(spec for name in available([]) for spec in _specs(name)).all()


def _specs(name: str) -> list[CommandSpec]:
    cog = find(name, []).type
    bare = cog.__new__(cog)
    marks = {each: mark for each in dir(cog) if isinstance(mark := mark_of(getattr(cog, each)), CommandMark)}
    return [read_command(name, mark, getattr(bare, each)) for each, mark in marks.items()]


class Commands:
    """A `CommandCatalog` whose table a test exchanges."""

    prefix = "!"

    def __init__(self, infos=()):
        self._infos = list(infos)
        self.revision = 1
        self._changed = asyncio.Event()

    def all(self):
        return list(self._infos)

    def replace(self, infos):
        self._infos = list(infos)
        self.revision += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def newer_than(self, revision):
        while self.revision <= revision:
            await self._changed.wait()
        return self.revision

    def is_command(self, text):
        return text.startswith(self.prefix)
