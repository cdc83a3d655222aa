"""A small share of the kill run: the whole of it is `make kills`."""

from tests.endurance.kills import run

MESSAGES, KILLS, SEED = 600, 12, 7


async def test_nothing_is_lost_or_done_twice_by_a_bot_that_is_killed_at_random_moments():
    killed = await run(None, MESSAGES, KILLS, SEED)
    assert killed.wrong == []
    assert killed.phases.total() == KILLS
    assert len(killed.phases) >= 4, killed.phases  # of loading, starting, at work, delivering, at rest
