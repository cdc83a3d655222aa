"""The bot's account and its runs."""

import pytest

from tests.platforms.matrix.crypto.bot import Bot


@pytest.fixture
def account(synapse):
    return synapse.register("folkmoot")


@pytest.fixture
def bot(synapse, account, tmp_path):
    """Makes runs of the bot, on one folder."""
    return lambda **options: Bot(synapse.url, account, tmp_path / "bot", **options)
