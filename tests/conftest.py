"""What holds for every test: the log is set up as in production, and quiet."""

import io

import pytest

from bot.log import configure_logging


@pytest.fixture(autouse=True)
def quiet_log() -> None:
    """Lines go where nobody looks; a test of the log sets it up anew."""
    configure_logging("debug", "json", io.StringIO())
