import sqlite3

import pytest

from bot.errors import SchemaTooNew, StorageError
from bot.storage import examine_store, open_store


@pytest.fixture
async def path(tmp_path):
    path = tmp_path / "store.sqlite"
    await (await open_store(path)).aclose()
    return path


async def test_a_store_that_was_just_made_is_up_to_date(path):
    assert await examine_store(path)


async def test_looking_at_an_empty_file_makes_no_store_of_it(tmp_path):
    path = tmp_path / "empty.sqlite"
    path.touch()
    assert not await examine_store(path)
    assert path.stat().st_size == 0


async def test_a_newer_store_is_told_from_an_older_one(path):
    with sqlite3.connect(path) as connection:
        connection.execute("update alembic_version set version_num = '9999'")
    connection.close()
    with pytest.raises(SchemaTooNew, match="9999"):
        await examine_store(path)


async def test_what_is_no_store_is_refused(tmp_path):
    path = tmp_path / "letter.txt"
    path.write_text("Dear all, " * 1000)
    with pytest.raises(StorageError, match="not a Folkmoot store"):
        await examine_store(path)
