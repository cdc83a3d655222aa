"""Matrix keeps the contract of platforms, in rooms of old and new version, in clear and encrypted."""

import pytest

from bot.testing.contracts.platform import PlatformContract
from tests.platforms.matrix.driver import MatrixDriver


class TestMatrix(PlatformContract):
    @pytest.fixture(params=[("11", False), ("12", True)], ids=["version 11, in clear", "version 12, encrypted"])
    async def driver(self, request, people, tmp_path):
        version, encrypted = request.param
        return await MatrixDriver.made(people, tmp_path / "matrix", version=version, encrypted=encrypted)
