import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.effect import Missed, Schedule
from bot.scheduling import Scheduler
from bot.testing.clock import FakeClock

MONDAY = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
WEEK, DAY, MINUTE = timedelta(days=7), timedelta(days=1), timedelta(minutes=1)
WEEKLY = Schedule("weekly", "weekly", "mon 18:00", "UTC", data={"room": "fake:square"})


@pytest.fixture
def clock():
    return FakeClock(MONDAY - DAY)


@pytest.fixture
def published():
    return []


@pytest.fixture
def scheduler(schedules, clock, published):
    def publish(envelope):
        published.append(envelope.event)

    return Scheduler(schedules, clock, publish)


@asynccontextmanager
async def running(scheduler, clock):
    task = asyncio.create_task(scheduler.run())
    try:
        await clock.until_sleeping()
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def set_back(scheduler, clock, time):
    """A real sleep goes on by the machine's own count; the fake one would last until the old time comes again."""
    clock.set(time)
    scheduler.poke()
    await settle()


async def settle():
    for _ in range(20):
        await asyncio.sleep(0)


async def until(clock, time):
    """Turn the hands to `time` and wait until the scheduler sleeps again."""
    clock.set(time)
    await settle()
    await clock.until_sleeping()


async def test_an_occurrence_becomes_one_event_on_time(schedules, scheduler, clock, published):
    schedules.put(WEEKLY)
    async with running(scheduler, clock):
        await until(clock, MONDAY - MINUTE)
        assert published == []
        await until(clock, MONDAY)
        await until(clock, MONDAY + DAY)
    [event] = published
    assert (event.cog, event.job, event.schedule, event.due, event.at) == (
        "reading",
        "weekly",
        "weekly",
        MONDAY,
        MONDAY,
    )
    assert (event.missed, event.skipped, event.data) == ((), False, {"room": "fake:square"})
    assert schedules.schedules["reading", "weekly"][1] == MONDAY + WEEK


async def test_ten_weeks_make_ten_events(schedules, scheduler, clock, published):
    schedules.put(WEEKLY)
    async with running(scheduler, clock):
        for week in range(10):
            await until(clock, MONDAY + week * WEEK)
    assert [event.due for event in published] == [MONDAY + week * WEEK for week in range(10)]


async def test_a_poke_wakes_it_for_a_new_schedule(schedules, scheduler, clock, published):
    async with running(scheduler, clock):
        schedules.put(Schedule("soon", "weekly", "sun 18:10", "UTC"))
        scheduler.poke()
        await settle()
        assert schedules.schedules["reading", "soon"][1] == clock.now() + 10 * MINUTE
        await until(clock, clock.now() + 10 * MINUTE)
    assert [event.schedule for event in published] == ["soon"]


async def test_after_downtime_the_last_is_posted_and_the_others_named(schedules, scheduler, clock, published):
    schedules.put(WEEKLY, next_due=MONDAY)
    clock.set(MONDAY + 3 * WEEK + DAY)
    async with running(scheduler, clock):
        pass
    [event] = published
    assert event.due == MONDAY + 3 * WEEK
    assert event.missed == (MONDAY, MONDAY + WEEK, MONDAY + 2 * WEEK)
    assert not event.skipped
    assert schedules.schedules["reading", "weekly"][1] == MONDAY + 4 * WEEK


async def test_skipped_occurrences_are_told_of_and_nothing_else(schedules, scheduler, clock, published):
    schedules.put(Schedule("weekly", "weekly", "mon 18:00", "UTC", missed=Missed.SKIP), next_due=MONDAY)
    clock.set(MONDAY + WEEK + DAY)
    async with running(scheduler, clock):
        pass
    [event] = published
    assert event.skipped
    assert event.missed == (MONDAY, MONDAY + WEEK)


async def test_under_skip_a_restart_of_a_minute_skips_nothing(schedules, scheduler, clock, published):
    schedules.put(Schedule("weekly", "weekly", "mon 18:00", "UTC", missed=Missed.SKIP), next_due=MONDAY)
    clock.set(MONDAY + WEEK + MINUTE)
    async with running(scheduler, clock):
        pass
    [event] = published
    assert (event.due, event.missed, event.skipped) == (MONDAY + WEEK, (MONDAY,), False)


async def test_a_clock_set_back_a_little_doubles_nothing(schedules, scheduler, clock, published):
    schedules.put(WEEKLY)
    async with running(scheduler, clock):
        await until(clock, MONDAY)
        await set_back(scheduler, clock, MONDAY - 10 * MINUTE)
        assert schedules.schedules["reading", "weekly"][1] == MONDAY
        for minutes in range(-9, 12):
            await until(clock, MONDAY + minutes * MINUTE)
    assert [event.due for event in published] == [MONDAY]
    assert schedules.schedules["reading", "weekly"][1] == MONDAY + WEEK


async def test_a_clock_that_was_a_year_ahead_does_not_silence_the_year(schedules, scheduler, clock, published):
    schedules.put(WEEKLY)
    async with running(scheduler, clock):
        await until(clock, MONDAY + 52 * WEEK)
        await set_back(scheduler, clock, MONDAY + DAY)
        for days in range(1, 9):
            await until(clock, MONDAY + days * DAY)
    assert [event.due for event in published] == [MONDAY + 52 * WEEK, MONDAY + WEEK]


async def test_a_plan_that_no_longer_fits_is_made_again_at_the_start(schedules, scheduler, clock):
    schedules.put(WEEKLY, next_due=MONDAY + WEEK + timedelta(hours=1))
    async with running(scheduler, clock):
        assert schedules.schedules["reading", "weekly"][1] == MONDAY


async def test_an_occurrence_that_was_claimed_elsewhere_is_left_and_the_next_planned(
    schedules, scheduler, clock, published
):
    schedules.put(WEEKLY, next_due=MONDAY)
    schedules.claimed.add(("reading", "weekly", MONDAY))
    clock.set(MONDAY)
    async with running(scheduler, clock):
        pass
    assert published == []
    assert schedules.schedules["reading", "weekly"][1] == MONDAY + WEEK


async def test_a_rule_that_cannot_be_read_does_not_stop_the_others(schedules, scheduler, clock, published):
    schedules.put(Schedule("old", "weekly", "mon 18:00", "Mars/Olympus"), next_due=MONDAY)
    schedules.put(WEEKLY)
    async with running(scheduler, clock):
        await until(clock, MONDAY)
    assert [event.schedule for event in published] == ["weekly"]


async def test_one_that_never_comes_again_keeps_nobody_awake(schedules, scheduler, clock, published):
    async with running(scheduler, clock):
        await until(clock, MONDAY + 10 * WEEK)
    assert published == []
