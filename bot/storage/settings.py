"""What `!set` changed in each community."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from bot.domain.effect import Configure
from bot.domain.ids import CommunityId
from bot.ports.stores import StoredSettings
from bot.storage.file.database import Database, Transaction
from bot.storage.schema import settings


async def apply(transaction: Transaction, changes: Sequence[Configure]) -> None:
    for change in changes:
        key = {"community": change.community, "section": change.section, "name": change.name}
        if change.value is None:
            await transaction.execute(delete(settings).filter_by(**key))
        else:
            statement = insert(settings).values(**key, value=change.value)
            await transaction.execute(
                statement.on_conflict_do_update(index_elements=list(key), set_={"value": change.value})
            )


async def stored(database: Database) -> StoredSettings:
    values: dict[CommunityId, dict[str, dict[str, str]]] = {}
    async with database.reading() as reading:
        for row in await reading.execute(select(settings)):
            values.setdefault(row.community, {}).setdefault(row.section, {})[row.name] = row.value
    return StoredSettings(values)
