"""The fixture that opens the store of a contract test, and the words that its tests share."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.domain.event import Incoming
from bot.domain.ids import MessageId
from bot.ports.stores import Ingested, Store, StoreFactory
from bot.testing.clock import START
from bot.testing.factories import batch

NOW = START + timedelta(days=1)
"""When the tests' batches are stored: after everything in them was said."""


class OpenedStore:
    """Base of the parts of the contract."""

    @pytest.fixture
    def stores(self) -> StoreFactory:
        raise NotImplementedError("a subclass of StoreContract gives the fixture `stores`")

    @pytest.fixture
    async def store(self, stores: StoreFactory) -> AsyncIterator[Store]:
        async with stores.open() as store:
            yield store


async def ingest(store: Store, *events: Incoming) -> Ingested:
    """Store the events as one batch."""
    return await store.journal.ingest("fake", batch(*events), NOW)


async def words(store: Store, message: MessageId) -> str | None:
    """The text of a message, None where it is not there (any more)."""
    found = await store.history.message(message)
    return found.text if found else None
