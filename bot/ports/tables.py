"""Typed tables of a cog's own: a frozen dataclass is a row, its annotations are the columns.

    @table("cases", key=("community", "number"), index=(("community", "state"),))
    @dataclass(frozen=True, slots=True)
    class Case:
        community: CommunityId
        number: int
        state: str
        opened_at: datetime

Column types: str, int, float, bool, bytes, datetime (aware), enums, `X | None`; any other type is stored as JSON.
Rows are read through `CogTables` and written by the effects Put, Swap, Upsert and Remove.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from typing import Any, Protocol, TypeVar

from bot.errors import CogError

Row = TypeVar("Row")

_DECLARATION = "__folkmoot_table__"


@dataclass(frozen=True, slots=True)
class TableDeclaration:
    name: str
    key: tuple[str, ...]
    index: tuple[tuple[str, ...], ...]


def table(
    name: str, *, key: tuple[str, ...], index: tuple[tuple[str, ...], ...] = ()
) -> Callable[[type[Row]], type[Row]]:
    """Declare a dataclass as a table's row. `key` is the primary key; `index` lists further indexes."""

    def declare(row: type[Row]) -> type[Row]:
        if not is_dataclass(row):
            raise TypeError(f"@table({name!r}) goes above @dataclass")
        setattr(row, _DECLARATION, TableDeclaration(name, key, index))
        return row

    return declare


def declaration(row: type[Any]) -> TableDeclaration:
    """Raises CogError for what is no row class."""
    found = getattr(row, _DECLARATION, None)
    if not isinstance(row, type) or not isinstance(found, TableDeclaration):
        raise CogError(f"{getattr(row, '__name__', type(row).__name__)} is not declared with @table")
    return found


@dataclass(frozen=True, slots=True)
class CreateTable:
    row: type[Any]


@dataclass(frozen=True, slots=True)
class AddColumn:
    """`default` fills existing rows; nothing happens where the column is already there."""

    row: type[Any]
    column: str
    default: Any


@dataclass(frozen=True, slots=True)
class DropTable:
    name: str


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of a cog's schema. Versions count from 1; a released step never changes."""

    version: int
    steps: tuple[CreateTable | AddColumn | DropTable, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    value: Any


@dataclass(frozen=True, slots=True)
class Below:
    value: Any


@dataclass(frozen=True, slots=True)
class OneOf:
    values: Sequence[Any]


Where = Mapping[str, Any]
"""Column to a value (equality), or to AtLeast, Below or OneOf."""


class Rows(Protocol[Row]):
    """Each method raises CogError for a column that there is not, or a value that does not fit its column."""

    async def get(self, *key: Any) -> Row | None: ...

    async def find(
        self, where: Where | None = None, *, order: Sequence[str] = (), limit: int | None = None
    ) -> list[Row]:
        """Rows that fit; `order` lists columns, "-" before one means descending."""
        ...

    async def count(self, where: Where | None = None) -> int: ...


class CogTables(Protocol):
    """The tables of the cog it was given to, and no other's."""

    def of(self, row: type[Row]) -> Rows[Row]: ...
