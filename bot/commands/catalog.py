"""The commands that exist at this moment, for help and for platforms that show commands of their own."""

import asyncio
from collections.abc import Callable

from bot.commands.parse import read_line
from bot.commands.table import CommandTable
from bot.ports.knowledge import CommandInfo


class Catalog:
    """Implements the port `CommandCatalog` over whatever table is current; `follow` says where to find it."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._table: Callable[[], CommandTable] = lambda: _NONE
        self._revision = 0
        self._changed = asyncio.Event()

    def follow(self, table: Callable[[], CommandTable]) -> None:
        self._table = table

    def changed(self) -> None:
        """The table is another one now: whoever waits for that goes on."""
        self._revision += 1
        self._changed.set()
        self._changed = asyncio.Event()

    @property
    def prefix(self) -> str:
        return self._prefix

    @property
    def revision(self) -> int:
        return self._revision

    async def newer_than(self, revision: int) -> int:
        while self._revision <= revision:
            await self._changed.wait()
        return self._revision

    def all(self) -> list[CommandInfo]:
        return self._table().all()

    def is_command(self, text: str) -> bool:
        line = read_line(text, self._prefix)
        return line is not None and self._table().find(line.name) is not None


_NONE = CommandTable(())
