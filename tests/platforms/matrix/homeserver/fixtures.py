"""Fixtures of every test that wants a homeserver; `tests/conftest.py` makes them known to all."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.platforms.matrix.homeserver.people import People
from tests.platforms.matrix.homeserver.synapse import Synapse, missing, started

RUNNING = pytest.StashKey[Synapse]()


@pytest.fixture(scope="session")
def synapse(request: pytest.FixtureRequest) -> Iterator[Synapse]:
    """One server for all tests, without rate limits; people and rooms are each test's own.

    A test that kills it starts it again before it ends. Its folder is left to be looked at where tests failed.
    """
    if reason := missing():
        pytest.skip(reason)
    with started(keep=lambda: request.session.testsfailed > 0) as server:
        request.config.stash[RUNNING] = server
        yield server


@pytest.fixture
async def people(synapse: Synapse) -> AsyncIterator[People]:
    """Makes people of this test."""
    async with People(synapse) as made:
        yield made


def log_of(item: pytest.Item) -> str | None:
    """The end of the server's log, if this test used one: for the report of a failure."""
    names = getattr(item, "fixturenames", ())
    server = item.config.stash.get(RUNNING, None) if "synapse" in names else None
    return server.last_words if server else None
