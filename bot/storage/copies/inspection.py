"""What can be found out about a store's file: whether it is whole, what is in it, whether the code can read it."""

from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import ColumnElement, Connection, Row, Select, Table, func, inspect, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.ids import CommunityId, ConversationId, MessageId
from bot.errors import FolkmootError, StorageError
from bot.ports.knowledge import AuditEntry, Upcoming
from bot.ports.stores import PENDING, PostState
from bot.storage import events, messages
from bot.storage.audit import SqliteAudit
from bot.storage.codec import ask_from, effect_from
from bot.storage.cog_rows.declared import table_of
from bot.storage.file.database import Database
from bot.storage.members.people import SqlitePeople
from bot.storage.migrations import is_current
from bot.storage.schedules import SqliteSchedules
from bot.storage.schema import (
    audit,
    conversations,
    journal,
    members,
    metadata,
    outbox,
    prompts,
    schedules,
    settings,
    undecryptable,
)
from bot.storage.schema import messages as stored

_MOST_FAULTS = 20
_LASTING = (stored, conversations, members, audit, outbox, prompts, schedules, settings)
"""Tables whose rows no upgrade may lose."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a store holds.

    Attributes:
        schema: version of the core's tables; "" for a file without any.
        messages: living ones; of `deleted` ones only the mark is left.
        communities: those with lines in their trail.
        newest: when the newest message was sent.
        size: of the file, in bytes.
    """

    schema: str
    messages: int
    deleted: int
    people: int
    rooms: int
    communities: tuple[CommunityId, ...]
    lines: int
    newest: datetime | None
    events_waiting: int
    posts_waiting: int
    size: int


class Inspection:
    """A store's file, opened to be looked at: nothing is written to it.

    Every method raises StorageError where the file cannot be read.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def faults(self) -> list[str]:
        """What SQLite finds wrong with the file's pages, tables and indexes."""
        async with self._database.reading() as reading:
            rows = await reading.exec_driver_sql(f"PRAGMA integrity_check({_MOST_FAULTS})")
            return [row[0] for row in rows if row[0] != "ok"]

    async def dangling(self) -> Mapping[str, int]:
        """Table to the number of its rows that refer to rows which are not there."""
        async with self._database.reading() as reading:
            found: dict[str, int] = {}
            for row in await reading.exec_driver_sql("PRAGMA foreign_key_check"):
                found[row[0]] = found.get(row[0], 0) + 1
            return found

    async def is_current(self, named: Path) -> bool:
        """Whether it needs no upgrade; raises SchemaTooNew as opening does, and calls the file `named`."""
        async with self._database.reading() as reading:
            return await reading.run_sync(is_current, named)

    async def schema(self) -> str:
        async with self._database.reading() as reading:
            return await reading.run_sync(_schema)

    async def missing(self) -> list[str]:
        """Tables, and columns as table.column, that this version needs and the file lacks."""
        async with self._database.reading() as reading:
            return await reading.run_sync(_missing)

    async def rows(self) -> Mapping[str, int]:
        """Row counts of the tables that an upgrade leaves as they are."""
        async with self._database.reading() as reading:
            there = await reading.run_sync(_tables)
            return {table.name: await _count(reading, table) for table in _LASTING if table.name in there}

    async def trails(self) -> dict[CommunityId, int | None]:
        """Each community that has a trail to the first line that does not fit it, None if all do."""
        verify = SqliteAudit(self._database).verify
        return {community: await verify(community) for community in await self.communities()}

    async def last_lines(self) -> dict[CommunityId, AuditEntry]:
        """Each community's newest line: beside an older copy's it shows whether any were cut off."""
        recent = SqliteAudit(self._database).recent
        return {community: (await recent(community, limit=1))[0] for community in await self.communities()}

    async def communities(self) -> tuple[CommunityId, ...]:
        statement = select(audit.c.community).distinct().order_by(audit.c.community)
        async with self._database.reading() as reading:
            return tuple((await reading.execute(statement)).scalars())

    async def contents(self) -> Contents:
        async with self._database.reading() as reading:
            schema = await reading.run_sync(_schema)
            row = (await reading.execute(_counted())).one()
        return Contents(
            schema=schema,
            communities=await self.communities(),
            size=self._database.path.stat().st_size,
            **row._asdict(),
        )

    async def waiting_since(self) -> datetime | None:
        """When the oldest event that waits was stored."""
        statement = select(func.min(journal.c.stored_at)).where(journal.c.finished.is_(False))
        async with self._database.reading() as reading:
            oldest: datetime | None = (await reading.execute(statement)).scalar_one()
            return oldest

    async def failed_since(self, moment: datetime) -> int:
        """How many posts were given up since then."""
        failed = outbox.c.state.in_((PostState.FAILED, PostState.UNKNOWN))
        statement = select(func.count()).select_from(outbox).where(failed, outbox.c.settled_at >= moment)
        async with self._database.reading() as reading:
            return int((await reading.execute(statement)).scalar_one())

    async def known(self, identities: Collection[MessageId]) -> set[MessageId]:
        """Those of the messages that are stored, or were and are deleted, or wait for their key."""
        found: set[MessageId] = set()
        async with self._database.reading() as reading:
            for column in (stored.c.id, undecryptable.c.message):
                found.update((await reading.execute(select(column).where(column.in_(identities)))).scalars())
        return found

    async def undecryptable(self) -> Mapping[ConversationId, int]:
        """Each room to the number of its messages that wait for their keys, those in threads among them."""
        return await SqlitePeople(self._database).undecryptable()

    async def schedules(self) -> list[tuple[str, Upcoming]]:
        return await SqliteSchedules(self._database).all()

    async def read_all(self) -> int:
        """Read every message, waiting event, waiting post, open prompt and schedule as the bot would; gives how many.

        Raises:
            StorageError: one cannot be read; the text says what it is, and none of its words.
        """
        read = 0
        with _readable("a schedule"):
            read += len(await self.schedules())
        for what, statement, made in (
            ("a message", select(*messages.FORM).select_from(messages.joined), messages.message_from),
            ("an event", events.selected().where(journal.c.finished.is_(False)), events.envelope_from),
            ("a post", select(outbox.c.effect).where(outbox.c.state.in_(PENDING)), lambda row: effect_from(row[0])),
            ("a prompt", select(prompts.c.ask).where(prompts.c.open.is_(True)), lambda row: ask_from(row[0])),
        ):
            read += await self._read(what, statement, made)
        return read

    async def read_rows(self, cog: str, row: type[Any]) -> int:
        """Read every row of one of a cog's tables; raises as `read_all` does."""
        return await self._read(f"a row of {cog}", select(table_of(cog, row)), lambda found: found)

    async def _read(self, what: str, statement: Select[Any], made: Callable[[Row[Any]], Any]) -> int:
        read = 0
        with _readable(what):
            async with self._database.reading() as reading, reading.stream(statement) as rows:
                async for row in rows:  # one by one: a store may be larger than the memory
                    made(row)
                    read += 1
        return read


@asynccontextmanager
async def inspecting(path: Path) -> AsyncIterator[Inspection]:
    """Open the file at `path`, which must be there, to look at it."""
    database = Database(path)
    try:
        yield Inspection(database)
    finally:
        await database.aclose()


@contextmanager
def _readable(what: str) -> Iterator[None]:
    try:
        yield
    except FolkmootError:
        raise
    except Exception as error:  # whatever lies in the file: a converter's words would quote it
        raise StorageError(f"{what} cannot be read: {type(error).__name__}") from error


def _schema(connection: Connection) -> str:
    return MigrationContext.configure(connection).get_current_revision() or ""


def _tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def _missing(connection: Connection) -> list[str]:
    found = inspect(connection)
    there = set(found.get_table_names())
    lacking: list[str] = []
    for table in metadata.sorted_tables:
        if table.name not in there:
            lacking.append(table.name)
            continue
        columns = {column["name"] for column in found.get_columns(table.name)}
        lacking += [f"{table.name}.{column.name}" for column in table.columns if column.name not in columns]
    return lacking


async def _count(reading: AsyncConnection, table: Table) -> int:
    return int((await reading.execute(select(func.count()).select_from(table))).scalar_one())


def _counted() -> Select[Any]:
    def rows(table: Table, *where: ColumnElement[bool]) -> Any:
        return select(func.count()).select_from(table).where(*where).scalar_subquery()

    return select(
        rows(stored, stored.c.author.is_not(None)).label("messages"),
        rows(stored, stored.c.deleted_at.is_not(None)).label("deleted"),
        rows(members).label("people"),
        rows(conversations).label("rooms"),
        rows(audit).label("lines"),
        select(func.max(stored.c.sent_at)).scalar_subquery().label("newest"),
        rows(journal, journal.c.finished.is_(False)).label("events_waiting"),
        rows(outbox, outbox.c.state.in_(PENDING)).label("posts_waiting"),
    )
