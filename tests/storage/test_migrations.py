import sqlite3

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from bot.errors import SchemaTooNew
from bot.storage import open_store
from bot.storage import store as opening
from bot.storage.schema import metadata


async def test_the_migrations_make_exactly_the_tables_of_the_schema(store):
    def differences(connection):
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        return compare_metadata(context, metadata)

    async with store._database.reading() as reading:
        assert await reading.run_sync(differences) == []


async def test_a_store_of_a_newer_version_is_refused_with_words(stores):
    async with stores.open():
        pass
    with sqlite3.connect(stores.path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(SchemaTooNew, match=r"written by a newer Folkmoot \(schema 9999.*install that version"):
        await open_store(stores.path)


async def test_a_migration_that_fails_leaves_an_empty_file(stores, monkeypatch):
    def broken(connection, path):
        upgrade(connection, path)
        raise OSError("the power went")

    upgrade = opening.upgrade
    monkeypatch.setattr(opening, "upgrade", broken)
    with pytest.raises(Exception, match="the power went"):
        await open_store(stores.path)
    monkeypatch.undo()
    async with stores.open() as store:
        assert (await store.counters())["messages"] == 0
