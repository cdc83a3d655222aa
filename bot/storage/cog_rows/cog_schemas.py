"""Bringing a cog's own tables up to date, whole or not at all."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, Connection, inspect, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.schema import CreateIndex
from sqlalchemy.schema import CreateTable as CreateTableStatement

from bot.errors import CogError
from bot.fault_points import FaultPoint
from bot.ports.tables import AddColumn, CreateTable, DropTable, Migration
from bot.storage.cog_rows.declared import table_name, table_of
from bot.storage.cog_rows.values import refuse_misfit
from bot.storage.file.database import Database, Transaction, scalar_or
from bot.storage.file.faults import blamed
from bot.storage.schema import cog_schemas


async def migrate(
    database: Database, cog: str, migrations: Sequence[Migration], used: Iterable[type[Any]] = ()
) -> None:
    """Take the steps that the store has not seen yet.

    Args:
        database: the store's.
        cog: whose tables.
        migrations: all of them, the first included.
        used: row classes that the cog will read: their tables must be there afterwards.

    Raises:
        CogError: the stored version is newer than the last migration, a step failed, or a table that the cog uses is
            missing after them; nothing was changed.
    """
    versions = [migration.version for migration in migrations]
    if versions != list(range(1, len(versions) + 1)):
        raise CogError(f"cog {cog!r}: its migrations must be numbered 1, 2, 3 without a gap, not {versions}")
    await database.write(FaultPoint.COG_MIGRATION, _migrate, cog, migrations, list(used))


async def _migrate(
    transaction: Transaction, cog: str, migrations: Sequence[Migration], used: Iterable[type[Any]]
) -> None:
    stored = await scalar_or(transaction, select(cog_schemas.c.version).where(cog_schemas.c.cog == cog), 0)
    if stored > len(migrations):
        raise CogError(
            f"cog {cog!r}: its tables were written by a newer version of it (schema {stored}; this one knows "
            f"{len(migrations)}): install that version again"
        )
    for migration in migrations[stored:]:
        await _take(transaction, cog, migration)
    for row in used:
        await transaction.run_sync(_require, cog, row)
    if stored < len(migrations):
        newer = {"version": len(migrations)}
        statement = insert(cog_schemas).values(cog=cog, **newer)
        await transaction.execute(statement.on_conflict_do_update(index_elements=["cog"], set_=newer))


def _require(connection: Connection, cog: str, row: type[Any]) -> None:
    table = table_of(cog, row)
    found = inspect(connection)
    if not found.has_table(table.name):
        raise CogError(f"cog {cog!r}: after its migrations there is no table for {row.__name__}; nothing was changed")
    missing = {*table.columns.keys()} - {column["name"] for column in found.get_columns(table.name)}
    if missing:
        names = ", ".join(map(repr, sorted(missing)))
        raise CogError(
            f"cog {cog!r}: after its migrations the table for {row.__name__} has no column {names}; nothing was "
            "changed. A released migration never changes: add another one with AddColumn"
        )


async def _take(transaction: Transaction, cog: str, migration: Migration) -> None:
    with blamed(f"cog {cog!r}: migration {migration.version} failed, nothing was changed"):
        for step in migration.steps:
            _refuse_other(step)
            await transaction.run_sync(_step, cog, step)


def _refuse_other(step: object) -> None:
    if not isinstance(step, CreateTable | AddColumn | DropTable):
        raise CogError(f"{type(step).__name__} is no step of a migration")


def _step(connection: Connection, cog: str, step: CreateTable | AddColumn | DropTable) -> None:
    match step:
        case CreateTable(row=row):
            table = table_of(cog, row)
            connection.execute(CreateTableStatement(table))
            for index in table.indexes:
                connection.execute(CreateIndex(index))
        case AddColumn():
            _add_column(connection, cog, step)
        case DropTable(name=name):
            Operations(MigrationContext.configure(connection)).drop_table(table_name(cog, name))


def _add_column(connection: Connection, cog: str, step: AddColumn) -> None:
    table = table_of(cog, step.row)
    if step.column not in {field.name for field in fields(step.row)}:
        raise CogError(f"cog {cog!r}: {step.row.__name__} has no field {step.column!r} to add a column for")
    if step.column in {column["name"] for column in inspect(connection).get_columns(table.name)}:
        return
    refuse_misfit(table.c[step.column], step.default)
    # Without NOT NULL: SQLite takes that only with a default in SQL, and rows come from dataclasses anyway.
    added: Column[Any] = Column(step.column, table.c[step.column].type, nullable=True)
    Operations(MigrationContext.configure(connection)).add_column(table.name, added)
    connection.execute(update(table).values({step.column: step.default}))
    for index in table.indexes:
        if step.column in index.columns:
            connection.execute(CreateIndex(index, if_not_exists=True))
