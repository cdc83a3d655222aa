"""The weekly prompt through the whole core, store and scheduler; the clock starts on a Monday at 18:00 UTC."""

from datetime import timedelta

import pytest

from bot.testing.harness import COMMUNITY, harness

DAY, WEEK = timedelta(days=1), timedelta(days=7)


@pytest.fixture
def bot(tmp_path):
    return harness(tmp_path, cogs=("reading", "admin", "help"))


async def planned(bot, rule="tue 18:00"):
    return await bot.command("Mira", f"!weekly {rule}", where=bot.desk)


async def test_a_plan_leads_to_a_prompt_each_week_and_never_the_same(bot):
    async with bot.started():
        answer = await planned(bot)
        assert "tue 18:00 (UTC)" in answer
        assert "2026-03-03" in answer
        assert bot.posts() == []
        for _ in range(5):
            await bot.advance(WEEK if bot.posts() else DAY)
        texts = [post.text for post in bot.posts()]
    assert len(set(texts)) == len(texts) == 5
    assert not any("late" in text for text in texts)


async def test_a_restart_at_the_wrong_moment_neither_loses_nor_doubles(bot):
    async with bot.started():
        await planned(bot)
    bot.clock.advance(DAY)
    for _ in range(3):
        async with bot.started():
            await bot.advance(timedelta(0))
    assert len(bot.posts()) == 1


async def test_downtime_is_told_of_with_the_next_prompt(bot):
    async with bot.started():
        await planned(bot)
    bot.clock.advance(2 * WEEK + 2 * DAY)
    async with bot.started():
        await bot.advance(timedelta(0))
    [post] = bot.posts()
    assert "2 prompts did not go out" in post.text
    assert "comes late" in post.text


async def test_moderators_hear_when_the_bot_may_not_post(bot):
    async with bot.started():
        await planned(bot)
        await bot.say("Dario", "Is there a question this week?")
        bot.server.faults.forbid(bot.square.id)
        await bot.advance(DAY)
        assert bot.posts() == []
        assert "could not be posted in #square" in bot.posts(bot.desk)[-1].text


async def test_off_stops_it(bot):
    async with bot.started():
        await planned(bot)
        assert "is off" in await bot.command("Mira", "!weekly off", where=bot.desk)
        await bot.advance(WEEK)
    assert bot.posts() == []


async def test_a_new_plan_takes_the_place_of_the_old(bot):
    async with bot.started():
        await planned(bot)
        await planned(bot, "wed 18:00")
        await bot.advance(DAY)
        assert bot.posts() == []
        await bot.advance(DAY)
        assert len(bot.posts()) == 1


async def test_the_configurations_plan_is_set_up_once_and_stays_off_when_switched_off(tmp_path):
    weekly = [{"community": COMMUNITY, "room": "fake:square", "rule": "tue 18:00"}]
    bot = harness(tmp_path, cogs=("reading", "admin"), sections={"reading": {"weekly": weekly}})
    assert bot.square.id == "fake:square"
    async with bot.started():
        assert "tue 18:00" in await bot.command("Mira", "!weekly", where=bot.desk)
        await bot.command("Mira", "!weekly off", where=bot.desk)
    async with bot.started():
        assert "No weekly prompt is planned" in await bot.command("Mira", "!weekly", where=bot.desk)


async def test_a_preview_skipped_and_posted(bot):
    async with bot.started():
        first = await bot.command("Mira", "!prompt", where=bot.desk)
        second = await bot.command("Mira", "!prompt skip", where=bot.desk)
        assert "prompt 2 of 24" in second
        assert first != second
        await bot.command("Mira", "!prompt now", where=bot.desk)
        [post] = bot.posts()
    question = post.text.split("**")[1] if "**" in post.text else post.text.splitlines()[1]
    assert question in second


@pytest.mark.parametrize(("who", "where"), [("Dario", "desk"), ("Dario", "square"), ("Mira", "square")])
async def test_only_moderators_plan_and_only_in_their_room(bot, who, where):
    async with bot.started():
        await planned(bot)
        for command in ("!weekly mon 18:00", "!weekly off", "!weekly", "!prompt", "!prompt skip", "!prompt now"):
            assert "moderators" in await bot.command(who, command, where=getattr(bot, where))
        assert "tue 18:00" in await bot.command("Mira", "!weekly", where=bot.desk)
        assert "prompt 1 of" in await bot.command("Mira", "!prompt", where=bot.desk)
        assert not [post for post in bot.posts() if "Weekly discussion" in post.text]


async def test_another_communitys_desk_plans_for_its_own_rooms_only(bot):
    async with bot.started():
        answer = await bot.command("Mira", "!weekly tue 18:00 #square", where=bot.far_desk)
        assert "Which room of this community" in answer
        assert "No weekly prompt is planned" in await bot.command("Mira", "!weekly", where=bot.far_desk)
