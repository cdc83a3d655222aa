"""The commands that exist at this moment, for help."""

from collections.abc import Callable

from bot.commands.parse import read_line
from bot.commands.table import CommandTable
from bot.ports.knowledge import CommandInfo


class Catalog:
    """Implements the port `CommandCatalog` over whatever table is current."""

    def __init__(self, prefix: str, table: Callable[[], CommandTable]) -> None:
        self._prefix = prefix
        self._table = table

    @property
    def prefix(self) -> str:
        return self._prefix

    def all(self) -> list[CommandInfo]:
        return self._table().all()

    def is_command(self, text: str) -> bool:
        line = read_line(text, self._prefix)
        return line is not None and self._table().find(line.name) is not None
