"""A small share of the script on Discord: the whole is `make kills-discord`."""

from tests.endurance.discord_kills import run


async def test_nothing_is_lost_or_done_twice_on_discord_by_a_bot_that_is_killed_and_cut_off():
    outcome = await run(120, kills=2, drops=4, members=4, commands=8, seed=7)
    assert outcome.wrong == []
    assert outcome.counts["lives of the bot"] == 3
    assert outcome.counts["flag cards"] > 0
