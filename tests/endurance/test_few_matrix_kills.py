"""A small share of the kill run on Matrix: the whole of it is `make kills-matrix`."""

import pytest

from tests.endurance.matrix_kills import run
from tests.platforms.matrix.homeserver.synapse import missing


async def test_nothing_is_lost_or_done_twice_on_matrix_by_a_bot_and_a_server_that_are_killed():
    if reason := missing():
        pytest.skip(reason)
    outcome = await run(120, kills=3, server_kills=1, senders=4, commands=6, seed=7)
    assert outcome.wrong == []
    assert outcome.counts["lives of the bot"] == 4
    assert outcome.counts["flag cards"] > 0
