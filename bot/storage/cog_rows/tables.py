"""The cogs' own rows: read through `CogTables`, written with what their handlers return."""

import sqlite3
from collections.abc import AsyncIterator, MutableSet, Sequence
from contextlib import asynccontextmanager
from itertools import groupby
from typing import Any, Generic, TypeVar

from sqlalchemy import BindParameter, Column, ColumnElement, Table, and_, delete, func, literal, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.effect import Put, Remove, Swap, Upsert
from bot.errors import CogError, Conflict
from bot.ports.tables import AtLeast, Below, OneOf, Where
from bot.storage.cog_rows.declared import table_of
from bot.storage.cog_rows.values import refuse_misfit
from bot.storage.file.database import Database, Transaction
from bot.storage.file.faults import blamed

Row = TypeVar("Row")


async def apply(transaction: Transaction, cog: str, changes: Sequence[Put | Swap | Upsert | Remove]) -> None:
    """Write a cog's rows in order.

    Raises:
        Conflict: a Put found its key taken, or a Swap did not find the old row or found its new key taken.
        CogError: a row that is none of the cog's, or a value that its column cannot hold.
    """
    with blamed(f"cog {cog!r}, its rows"):
        for kind, group in groupby(changes, key=_upserted):
            if kind is None:
                for change in group:
                    await _apply_one(transaction, cog, change)
            else:
                rows = [change.row for change in group if isinstance(change, Upsert)]
                await _upsert(transaction, table_of(cog, kind), rows)


def _upserted(change: Put | Swap | Upsert | Remove) -> type[Any] | None:
    """The table that an Upsert goes to: neighbours into the same one are written together."""
    return type(change.row) if isinstance(change, Upsert) else None


async def _apply_one(transaction: Transaction, cog: str, change: Put | Swap | Upsert | Remove) -> None:
    match change:
        case Put(row=row):
            await _put(transaction, table_of(cog, type(row)), row)
        case Swap(old=old, new=new):
            table = table_of(cog, type(old))
            if table_of(cog, type(new)) is not table:
                raise CogError(f"a Swap of {type(old).__name__} by {type(new).__name__}: they are rows of two tables")
            await _swap(transaction, table, old, new)
        case Upsert(row=row):
            await _upsert(transaction, table_of(cog, type(row)), [row])
        case Remove(row=row):
            table = table_of(cog, type(row))
            await transaction.execute(delete(table).where(_same_key(table, row)))


async def _put(transaction: Transaction, table: Table, row: Any) -> None:
    statement = insert(table).values(_values(table, row)).on_conflict_do_nothing(index_elements=list(table.primary_key))
    if (await transaction.execute(statement)).rowcount == 0:
        raise Conflict(f"{table.name}: there is a row with this key already")


async def _swap(transaction: Transaction, table: Table, old: Any, new: Any) -> None:
    unchanged = and_(*(table.c[name].is_not_distinct_from(value) for name, value in _values(table, old).items()))
    statement = update(table).where(unchanged).values(_values(table, new))
    try:
        found = (await transaction.execute(statement)).rowcount
    except IntegrityError as error:
        if getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
            raise
        raise Conflict(f"{table.name}: there is a row with the new key already") from error
    if found == 0:
        raise Conflict(f"{table.name}: the row is no longer what it was")


async def _upsert(transaction: Transaction, table: Table, rows: Sequence[Any]) -> None:
    statement = insert(table)
    rest = {column.name: statement.excluded[column.name] for column in table.columns if not column.primary_key}
    keys = list(table.primary_key)
    statement = (
        statement.on_conflict_do_update(index_elements=keys, set_=rest)
        if rest
        else statement.on_conflict_do_nothing(index_elements=keys)
    )
    await transaction.execute(statement, [_values(table, row) for row in rows])


def _values(table: Table, row: Any) -> dict[str, Any]:
    values = {column.name: getattr(row, column.name) for column in table.columns}
    for name, value in values.items():
        refuse_misfit(table.c[name], value)
    return values


def _same_key(table: Table, row: Any) -> ColumnElement[bool]:
    return and_(*(_condition(column, getattr(row, column.name)) for column in table.primary_key))


class SqliteTables:
    """The tables of one cog; the row classes that it asks for are noted in `used`."""

    def __init__(self, database: Database, cog: str, used: MutableSet[type[Any]]) -> None:
        self._database = database
        self._cog = cog
        self._used = used

    def of(self, row: type[Row]) -> "SqliteRows[Row]":
        table = table_of(self._cog, row)
        self._used.add(row)
        return SqliteRows(self._database, table, row)


class SqliteRows(Generic[Row]):
    def __init__(self, database: Database, table: Table, row: type[Row]) -> None:
        self._database = database
        self._table = table
        self._row = row

    async def get(self, *key: Any) -> Row | None:
        columns = list(self._table.primary_key)
        if len(key) != len(columns):
            names = ", ".join(column.name for column in columns)
            raise CogError(f"{self._table.name}: the key is ({names}), {len(key)} values were given")
        found = await self.find({column.name: value for column, value in zip(columns, key, strict=True)})
        return found[0] if found else None

    async def find(
        self, where: Where | None = None, *, order: Sequence[str] = (), limit: int | None = None
    ) -> list[Row]:
        async with self._asking() as reading:
            statement = select(self._table).where(*self._conditions(where)).limit(limit)
            for name in order:
                column = self._column(name.removeprefix("-"))
                statement = statement.order_by(column.desc() if name.startswith("-") else column)
            return [self._row(*row) for row in await reading.execute(statement)]

    async def count(self, where: Where | None = None) -> int:
        async with self._asking() as reading:
            statement = select(func.count()).select_from(self._table).where(*self._conditions(where))
            return (await reading.execute(statement)).scalar_one()

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[AsyncConnection]:
        async with self._database.reading() as reading:
            with blamed(f"table {self._table.name}"):
                yield reading

    def _conditions(self, where: Where | None) -> list[ColumnElement[bool]]:
        return [_condition(self._column(name), wanted) for name, wanted in (where or {}).items()]

    def _column(self, name: str) -> Column[Any]:
        if name not in self._table.c:
            raise CogError(f"{self._table.name} has no column {name!r}: it has {', '.join(self._table.c.keys())}")
        return self._table.c[name]


def _condition(column: Column[Any], wanted: Any) -> ColumnElement[bool]:
    match wanted:
        case AtLeast(value=value):
            return column >= _fitting(column, value)
        case Below(value=value):
            return column < _fitting(column, value)
        case OneOf(values=str() | bytes()):
            raise CogError(f"table {column.table.name}, column {column.name!r}: OneOf takes a list of values")
        case OneOf(values=values):
            return column.in_([_fitting(column, value) for value in values])
    return column.is_not_distinct_from(_fitting(column, wanted))


def _fitting(column: Column[Any], value: Any) -> BindParameter[Any]:
    if value is not None:  # which finds nothing where the column is never empty
        refuse_misfit(column, value)
    return literal(value, column.type)
