"""The machine's clock is set while the bot runs: nothing waits a year, goes twice, vanishes or shuts people out."""

import asyncio
from datetime import timedelta

import pytest

from bot.errors import RateLimited
from bot.testing.harness import harness

YEAR, DAY = timedelta(days=365), timedelta(days=1)
BOTH_WAYS = pytest.mark.parametrize("step", [YEAR, -YEAR], ids=["forward", "back"])


@pytest.fixture
def bot(tmp_path):
    return harness(tmp_path, cogs=("reading", "summaries", "admin", "help"))


async def jump(bot, step):
    """The clock is set, and the watch looks at it the next time that it does."""
    bot.clock.jump(step)
    bot.clock.advance(5)
    for _ in range(3):  # the watch, then those whom it wakes
        for _ in range(20):
            await asyncio.sleep(0)
        await bot.clock.until_sleeping(3)  # the scheduler, the cleaning and the watch
    await bot.settle()


@BOTH_WAYS
async def test_a_post_that_waits_for_its_next_attempt_goes_after_its_pause_at_the_latest(bot, step):
    async with bot.started():
        bot.server.faults.trouble(RateLimited(30))
        assert await bot.command("Ben", "!help") == ""
        await jump(bot, step)
        await bot.advance(timedelta(seconds=30))
        assert len(bot.server.posts()) == 1


@BOTH_WAYS
async def test_a_post_under_way_goes_out_once(bot, step):
    async with bot.started():
        begun, let_go, tried = asyncio.Event(), asyncio.Event(), []
        apply = bot._platform.apply

        async def slowly(delivery):
            tried.append(delivery.attempt)
            begun.set()
            await let_go.wait()
            return await apply(delivery)

        bot._platform.apply = slowly
        bot.server.post(bot.person("Mira"), bot.desk, "!help")
        await begun.wait()
        bot.clock.jump(step)
        for _ in range(3):  # every executor looks again, though its lease seems to have ended long ago
            bot.clock.advance(5)
            for _ in range(50):
                await asyncio.sleep(0)
        let_go.set()
        await bot.settle()
        assert tried == [1]
        assert len(bot.posts(bot.desk)) == 1


@BOTH_WAYS
async def test_what_a_run_with_a_wrong_clock_left_does_not_wait_for_that_date(bot, step):
    async with bot.started():
        bot.clock.jump(-step)  # wrong during the first run, right at the second
        bot.server.faults.trouble(RateLimited(30))
        assert await bot.command("Mira", "!weekly tue 18:00", where=bot.desk) == ""
    bot.clock.jump(step)
    async with bot.started():
        await bot.advance(timedelta(seconds=30))
        assert len(bot.posts(bot.desk)) == 1


async def test_a_date_a_year_ahead_deletes_nothing_for_a_day_and_nothing_at_all_where_it_is_set_right(bot):
    async with bot.started():
        said = await bot.say("Ben", "Buses first, I say.")
        await jump(bot, YEAR)
        for _ in range(20):
            await bot.advance(timedelta(hours=1))
            await bot.clock.until_sleeping(3)
        assert await bot.app.store.history.message(said.id)
        await jump(bot, -YEAR)
        for _ in range(30):
            await bot.advance(timedelta(hours=1))
            await bot.clock.until_sleeping(3)
        assert await bot.app.store.history.message(said.id)


async def test_a_date_that_stays_far_ahead_is_believed_after_a_day(bot):
    async with bot.started():
        said = await bot.say("Ben", "Buses first, I say.")
        await jump(bot, YEAR)
        for _ in range(26):
            await bot.advance(timedelta(hours=1))
            await bot.clock.until_sleeping(3)
        await bot.settle()
        assert await bot.app.store.history.message(said.id) is None


async def test_of_the_prompts_of_a_year_that_was_jumped_over_one_is_posted_and_names_the_others(bot):
    async with bot.started():
        await bot.command("Mira", "!weekly tue 18:00", where=bot.desk)
        await jump(bot, YEAR)
        (prompt,) = bot.posts()
        assert "52 prompts did not go out" in prompt.text
        await jump(bot, -YEAR)
        await bot.advance(DAY)  # and the right week's comes as ever
        assert len(bot.posts()) == 2
        assert "did not go out" not in bot.posts()[-1].text


async def test_a_prompt_is_not_repeated_where_a_jump_back_makes_its_hour_come_again(bot):
    async with bot.started():
        await bot.command("Mira", "!weekly tue 18:00", where=bot.desk)
        await bot.advance(DAY)
        assert len(bot.posts()) == 1
        await jump(bot, -timedelta(hours=2))
        await bot.advance(timedelta(hours=3))
        assert len(bot.posts()) == 1
        await bot.advance(7 * DAY)
        assert len(bot.posts()) == 2


@BOTH_WAYS
async def test_a_cooldown_shuts_nobody_out_for_longer_than_it_lasts(bot, step):
    async with bot.started():
        for number in range(4):
            await bot.say("Ben", f"The bus lane saves minutes, point {number}.")
        first = await bot.command("Ben", "!summarize")
        assert first
        assert "again in" in await bot.command("Ben", "!summarize")
        await jump(bot, step)
        assert "again in" not in await bot.command("Ben", "!summarize")
