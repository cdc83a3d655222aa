"""The store as a whole: opening, the parts it gives out, closing."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from weakref import WeakSet

from sqlalchemy import func, select

from bot.errors import StorageError
from bot.fault_points import FaultPoint
from bot.ports.stores import Horizons, StoredSettings
from bot.ports.tables import Migration
from bot.storage import pruning, settings
from bot.storage.audit import SqliteAudit
from bot.storage.cog_rows import cog_schemas
from bot.storage.cog_rows.tables import SqliteTables
from bot.storage.file.database import Database, Transaction, create_file
from bot.storage.file.faults import DAMAGED
from bot.storage.journal import SqliteJournal
from bot.storage.members.people import Seen, SqlitePeople
from bot.storage.members.records import SqliteRecords
from bot.storage.messages import SqliteHistory
from bot.storage.migrations import is_current, upgrade
from bot.storage.notes import SqliteNotes
from bot.storage.outbox import SqliteOutbox
from bot.storage.prompts import SqlitePrompts
from bot.storage.schedules import SqliteSchedules
from bot.storage.schema import conversations, journal, members, messages
from bot.storage.stored import SqliteStored


async def open_store(path: Path) -> "SqliteStore":
    """Open the store, making the file where there is none and bringing an older one up to date.

    Raises:
        SchemaTooNew: a newer Folkmoot wrote it.
        StorageError: it cannot be opened or is no store; the text says what to do.
    """
    create_file(path)
    database = Database(path)
    try:
        await database.write(FaultPoint.CORE_UPGRADE, _upgrade, path)
    except BaseException:
        await database.aclose()
        raise
    return SqliteStore(database)


async def _upgrade(transaction: Transaction, path: Path) -> None:
    await transaction.run_sync(upgrade, path)


async def examine_store(path: Path) -> bool:
    """Whether the store at `path` needs no upgrade; it is only read.

    Raises:
        SchemaTooNew: a newer Folkmoot wrote it.
        StorageError: there is none, it cannot be read, or it is damaged; the text says what to do.
    """
    if not await asyncio.to_thread(path.is_file):
        raise StorageError(f"there is no store at {path}: it is made at the first start")
    database = Database(path)
    try:
        async with database.reading() as reading:
            found = (await reading.exec_driver_sql("PRAGMA quick_check(1)")).scalar_one()
            if found != "ok":
                raise StorageError(f"the store {path} {DAMAGED}")
            return await reading.run_sync(is_current, path)
    finally:
        await database.aclose()


class SqliteStore:
    """Everything that is kept, in one file. `aclose` when done."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._used: dict[str, WeakSet[type[Any]]] = {}
        self._seen = Seen()
        self.journal = SqliteJournal(database, self._seen)
        self.outbox = SqliteOutbox(database)
        self.schedules = SqliteSchedules(database)
        self.history = SqliteHistory(database)
        self.people = SqlitePeople(database)
        self.records = SqliteRecords(database, self._seen)
        self.prompts = SqlitePrompts(database)
        self.audit = SqliteAudit(database)
        self.stored = SqliteStored(database)

    async def settings(self) -> StoredSettings:
        return await settings.stored(self._database)

    def notes(self, platform: str) -> SqliteNotes:
        return SqliteNotes(self._database, platform)

    def tables(self, cog: str) -> SqliteTables:
        self._used[cog] = WeakSet()
        return SqliteTables(self._database, cog, self._used[cog])

    async def migrate_cog(self, cog: str, migrations: Sequence[Migration]) -> None:
        await cog_schemas.migrate(self._database, cog, migrations, self._used.get(cog, ()))

    async def prune(self, horizons: Horizons) -> int:
        return await pruning.prune(self._database, self._seen, horizons)

    async def counters(self) -> Mapping[str, int]:
        counts = {
            "messages": func.count(messages.c.author),
            "members": select(func.count()).select_from(members).scalar_subquery(),
            "conversations": select(func.count()).select_from(conversations).scalar_subquery(),
            "events waiting": select(func.count()).where(journal.c.finished.is_(False)).scalar_subquery(),
        }
        async with self._database.reading() as reading:
            row = (await reading.execute(select(*counts.values()).select_from(messages))).one()
        waiting = await self.outbox.waiting()
        return {**dict(zip(counts, row, strict=True)), "posts waiting": sum(waiting.values())}

    async def aclose(self) -> None:
        await self._database.aclose()
