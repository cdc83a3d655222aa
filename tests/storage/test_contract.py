import pytest

from bot.testing.contracts.store import StoreContract


class TestSqliteStore(StoreContract):
    @pytest.fixture
    def stores(self, stores):
        return stores
