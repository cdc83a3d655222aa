import sqlite3

import pytest

from bot.domain.effect import Record
from bot.ports.stores import Outcome
from bot.testing.contracts.store_opened import NOW


@pytest.mark.parametrize(
    ("tampering", "first"),
    [
        ("UPDATE audit SET action = 'dismissed' WHERE number = 2", 2),
        ("UPDATE audit SET details = '{}' WHERE number = 3", 3),
        ("UPDATE audit SET at = at + 1 WHERE number = 1", 1),
        ("UPDATE audit SET actor = NULL WHERE number = 2", 2),
        ("UPDATE audit SET community = 'elsewhere' WHERE number = 2", 2),
        ("DELETE FROM audit WHERE number = 1", 1),
        ("DELETE FROM audit WHERE number = 2", 2),
        ("UPDATE audit SET digest = 'x' WHERE number = 2", 2),
    ],
)
async def test_a_trail_that_was_tampered_with_shows_where(store, stores, tampering, first):
    records = tuple(Record("tarnwick", "upheld", f"case {n}", "fake:noor", {"rule": "respect"}) for n in range(4))
    await store.journal.commit(Outcome("review", NOW, records=records))
    assert await store.audit.verify("tarnwick") is None
    with sqlite3.connect(stores.path) as connection:
        connection.execute(tampering)
    connection.close()
    assert await store.audit.verify("tarnwick") == first
