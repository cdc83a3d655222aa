"""The engine: one writer behind a lock, readers that never wait for it."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import aiosqlite
from sqlalchemy import URL, Connection, CursorResult, Executable, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.errors import StorageError
from bot.fault_points import FaultPoint, Phase, reached
from bot.storage.file.faults import translated, values_refused
from bot.storage.file.place import Place

Given = ParamSpec("Given")
Result = TypeVar("Result")

Transaction = AsyncConnection
"""A connection inside a write transaction: what every write takes."""

PATIENCE = 5.0
"""Seconds to wait for another process that holds the file's lock."""

_READERS = 4
_PREPARED = 32
"""Statements that a connection keeps prepared: lists of many lengths make many, and each takes memory."""
_WRITER_SETTINGS = (
    "PRAGMA journal_mode = WAL",
    # A crash of the process loses nothing; a power cut may undo the last transactions, whole and in order, together
    # with the checkpoints in them: the platforms then deliver them again.
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    # What is deleted is overwritten: words that were taken back do not linger in free pages.
    "PRAGMA secure_delete = ON",
)
_READER_SETTINGS = ("PRAGMA query_only = ON",)


class Database:
    """The file, opened. Every error that leaves it is a `StorageError` that says what to do."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._place = Place(path)
        self._lock = asyncio.Lock()
        self._writer = _writer(path)
        self._readers = _readers(path)

    async def write(
        self,
        point: FaultPoint,
        body: Callable[Concatenate[Transaction, Given], Awaitable[Result]],
        *given: Given.args,
        **named: Given.kwargs,
    ) -> Result:
        """Run `body` in a transaction: what it wrote is stored whole when it returns, not at all when it raises.

        `point` names this kind of write; no two kinds share one. A caller that is cancelled meanwhile first waits for
        its end: a connection that is dropped while a statement runs would keep the file locked.
        """

        async def transaction() -> Result:
            await reached(point, Phase.BEFORE)
            with translated(self.path):
                self._place.check()
                async with self._writer.begin() as connection:
                    result = await body(connection, *given, **named)
                    await reached(point, Phase.WRITTEN)
                    self._place.check()
            await reached(point, Phase.AFTER)
            return result

        async with self._lock:
            return await _to_its_end(transaction())

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Read what is stored, however long a writer takes. Each statement sees one state of the store.

        Raises:
            CogError: it was asked for a value that cannot be one, as only cogs do.
        """
        with translated(self.path), values_refused("the store was asked for what it cannot hold"):
            self._place.check()
            async with _Reading(self._readers) as connection:
                yield connection

    async def aclose(self) -> None:
        async with self._lock:
            await self._readers.dispose()
            await self._writer.dispose()


class _Reading(AsyncConnection):
    """A connection whose statements run to their end, also where who asks is cancelled meanwhile.

    One that is dropped in the middle of a statement can keep the store as it was at that moment in view for ever: then
    what is written after it can never leave the write-ahead log, which grows without end.
    """

    async def start(self, is_ctxmanager: bool = False) -> Self:  # noqa: FBT001, FBT002 - SQLAlchemy's own
        try:
            await _to_its_end(super().start(is_ctxmanager))
        except asyncio.CancelledError:
            if self.sync_connection is not None:
                await _to_its_end(self.close())
            raise
        return self

    async def execute(self, *given: Any, **named: Any) -> CursorResult[Any]:
        return await _to_its_end(super().execute(*given, **named))

    async def exec_driver_sql(self, *given: Any, **named: Any) -> CursorResult[Any]:
        return await _to_its_end(super().exec_driver_sql(*given, **named))

    async def run_sync(self, *given: Any, **named: Any) -> Any:
        return await _to_its_end(super().run_sync(*given, **named))


async def _to_its_end(work: Coroutine[Any, Any, Result]) -> Result:
    task = asyncio.create_task(work, name="working on the store")
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # nobody is left to hear of it, and asyncio need not complain
        raise


def create_file(path: Path) -> None:
    """Make an empty file that only its owner may read, where there is none."""
    if not path.parent.is_dir():
        raise StorageError(f"the store {path} cannot be opened: make the folder {path.parent} first")
    with translated(path), suppress(FileExistsError):
        # Only where there is none: closing a file that this process has open elsewhere drops SQLite's locks on it.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


def _writer(path: Path) -> AsyncEngine:
    engine = _engine(path, 1, _WRITER_SETTINGS)

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        # The write lock from the start: no transaction fails half-way because somebody else wrote.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _readers(path: Path) -> AsyncEngine:
    return _engine(path, _READERS, _READER_SETTINGS, isolation_level="AUTOCOMMIT", skip_autocommit_rollback=True)


def _engine(path: Path, connections: int, settings: Sequence[str], **options: Any) -> AsyncEngine:
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(path)),
        connect_args={
            "timeout": PATIENCE,
            "isolation_level": None,  # the driver begins nothing by itself
            "cached_statements": _PREPARED,
            "async_creator_fn": _connected,
        },
        pool_size=connections,
        max_overflow=0,
        pool_reset_on_return=None,  # each transaction ends with its block; a connection that broke in one is dropped
        hide_parameters=True,  # an error must never carry a member's words into a log
        **options,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for setting in settings:
            cursor.execute(setting)
        cursor.close()

    return engine


async def _connected(*given: Any, **named: Any) -> aiosqlite.Connection:
    """A connection. Where none comes about the driver tells its thread to end and does not wait for it: here we do.

    Else that thread reports to an event loop that may be closed by then.
    """
    connection = aiosqlite.connect(*given, **named)
    thread = connection._thread  # noqa: SLF001 - SQLAlchemy does likewise: there is no other way to it
    thread.daemon = True
    try:
        return await connection
    except BaseException:
        await asyncio.to_thread(thread.join)
        raise


async def scalar_or(connection: AsyncConnection, statement: Executable, default: int) -> int:
    """The one number that a statement gives, or the default where it gives none."""
    found = (await connection.execute(statement)).scalar()
    return default if found is None else int(found)
