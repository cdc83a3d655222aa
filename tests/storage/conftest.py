from contextlib import asynccontextmanager

import pytest

from bot.storage import open_store


class Stores:
    """Opens the store in one file, as often as a test wants."""

    def __init__(self, path):
        self.path = path

    @asynccontextmanager
    async def open(self):
        store = await open_store(self.path)
        try:
            yield store
        finally:
            await store.aclose()


@pytest.fixture
def stores(tmp_path):
    return Stores(tmp_path / "folkmoot.db")


@pytest.fixture
async def store(stores):
    async with stores.open() as store:
        yield store
