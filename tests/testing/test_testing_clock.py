import asyncio
from datetime import datetime, timedelta

import pytest

from bot.testing.clock import START, FakeClock


async def test_sleepers_wake_in_the_order_of_their_times_and_not_before():
    clock, woken = FakeClock(), []

    async def sleeper(name, seconds):
        await clock.sleep(seconds)
        woken.append(name)

    tasks = [asyncio.create_task(sleeper("late", 20)), asyncio.create_task(sleeper("early", 10))]
    await clock.until_sleeping(2)
    assert clock.next_wake == START + timedelta(seconds=10)
    clock.advance(9)
    await asyncio.sleep(0)
    assert woken == []
    clock.advance(timedelta(seconds=30))
    await asyncio.gather(*tasks)
    assert woken == ["early", "late"]
    assert clock.sleeping == 0


async def test_set_turns_the_hands_and_backwards_wakes_nobody():
    clock = FakeClock()
    task = asyncio.create_task(clock.sleep(60))
    await clock.until_sleeping()
    clock.set(START - timedelta(hours=1))
    await asyncio.sleep(0)
    assert not task.done()
    clock.set(START + timedelta(seconds=60))
    await task
    assert clock.now() == START + timedelta(seconds=60)


async def test_a_cancelled_sleeper_is_forgotten():
    clock = FakeClock()
    task = asyncio.create_task(clock.sleep(60))
    await clock.until_sleeping()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert clock.sleeping == 0
    clock.advance(120)


async def test_no_time_to_sleep_does_not_sleep():
    clock = FakeClock()
    await clock.sleep(0)
    assert clock.now() == START


def test_naive_times_are_refused():
    with pytest.raises(ValueError, match="aware"):
        FakeClock().set(datetime(2026, 3, 2))  # noqa: DTZ001 - what is refused
