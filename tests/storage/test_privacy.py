"""Where members' words lie in the file, and that they are gone when they were taken back."""

import sqlite3
import stat

from bot.testing import factories
from bot.testing.contracts.store_opened import ingest

_CANARY = "the canary sings at dawn"


def _tables_with(path, text):
    """The tables in which the text stands, anywhere."""
    with sqlite3.connect(path) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {
            name
            for name in names
            for row in connection.execute(f'SELECT * FROM "{name}"')
            if any(text in str(value) for value in row)
        }
    connection.close()
    return found


async def test_words_lie_in_one_place(stores):
    post = factories.posted(_CANARY)
    early = factories.message("not here yet")
    async with stores.open() as store:
        await ingest(store, post, factories.edited(post.message, _CANARY + "!"), factories.edited(early, _CANARY + "?"))
        assert _tables_with(stores.path, _CANARY) == {"messages", "early_edits"}
        await ingest(store, factories.posted("not here yet", id=early.id.partition(":")[2]))
        assert _tables_with(stores.path, _CANARY) == {"messages"}


async def test_nothing_of_a_deleted_message_is_left_in_the_file(stores):
    post = factories.posted(_CANARY, attachments=(f"{_CANARY}.png",))
    early = factories.message("not here yet")
    async with stores.open() as store:
        await ingest(store, post, factories.edited(early, _CANARY))
        await ingest(store, factories.edited(post.message, f"{_CANARY}, again and again"))
        await ingest(store, factories.deleted(post.message), factories.deleted(early))
    assert _CANARY.encode() not in stores.path.read_bytes()
    assert [file.name for file in stores.path.parent.iterdir()] == [stores.path.name]


async def test_only_the_owner_may_read_the_files(stores):
    async with stores.open() as store:
        await ingest(store, factories.posted())
        files = list(stores.path.parent.iterdir())
        assert len(files) > 1
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
