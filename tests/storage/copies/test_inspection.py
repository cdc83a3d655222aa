"""What an inspection tells of messages, while the store is in use."""

import pytest

from bot.domain.event import MessageDeleted, Undecryptable
from bot.domain.ids import MessageId
from bot.storage import open_store
from bot.storage.copies.inspection import inspecting
from bot.testing import factories
from bot.testing.contracts.store_opened import NOW, ingest


@pytest.fixture
async def store(tmp_path):
    store = await open_store(tmp_path / "store.sqlite")
    yield store
    await store.aclose()


async def test_which_messages_are_known(store, tmp_path):
    room = factories.room(encrypted=True)
    stored, deleted, sealed = [factories.posted(conversation=room) for _ in range(3)]
    await ingest(store, stored, deleted)
    await ingest(store, MessageDeleted(deleted.message.id, room, NOW))
    await ingest(store, Undecryptable(sealed.message.id, room, sealed.message.author, NOW))
    known = {one.message.id for one in (stored, deleted, sealed)}
    async with inspecting(tmp_path / "store.sqlite") as file:
        assert await file.known([*known, MessageId("fake:never")]) == known
        assert await file.known([]) == set()
        assert await file.undecryptable() == {room.id: 1}
