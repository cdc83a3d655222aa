"""A small share of the scripts on Matrix: the whole is `make kills-matrix` and `make catch-up-matrix`."""

import pytest

from tests.endurance import matrix_catch_up
from tests.endurance.matrix_kills import run
from tests.platforms.matrix.homeserver.synapse import missing


async def test_nothing_is_lost_or_done_twice_on_matrix_by_a_bot_and_a_server_that_are_killed():
    if reason := missing():
        pytest.skip(reason)
    outcome = await run(120, kills=3, server_kills=1, senders=4, commands=6, seed=7)
    assert outcome.wrong == []
    assert outcome.counts["lives of the bot"] == 4
    assert outcome.counts["flag cards"] > 0


async def test_what_a_bot_missed_comes_whole_and_oldest_first_also_beyond_one_timeline():
    if reason := missing():
        pytest.skip(reason)
    outcome = await matrix_catch_up.run(160)
    assert outcome.wrong == []
    assert outcome.stored == 160
