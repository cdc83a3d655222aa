"""The stand-in for Discord, for every test of the adapter."""

import pytest

from tests.platforms.discord.standin.standin import Standin


@pytest.fixture
async def standin():
    """Up for one test; at its end there must be no request and no key that Discord would not know."""
    async with Standin.started() as running:
        yield running
        assert running.complaints() == []
