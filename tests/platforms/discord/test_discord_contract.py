"""Discord keeps the contract of platforms, in a text channel and in a thread."""

import pytest

from bot.testing.contracts.platform import PlatformContract
from tests.platforms.discord.driver import DiscordDriver


class TestDiscord(PlatformContract):
    @pytest.fixture(params=[False, True], ids=["text channel", "thread"])
    async def driver(self, request, standin):
        return DiscordDriver(standin, in_thread=request.param)
