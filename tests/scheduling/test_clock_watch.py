import asyncio
import io
import json
from datetime import timedelta

import pytest

from bot.log import configure_logging
from bot.scheduling import ClockWatch
from bot.testing.clock import FakeClock

YEAR, HOUR = timedelta(days=365), timedelta(hours=1)


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def jumps():
    return []


@pytest.fixture
async def watch(clock, jumps):
    async def jumped(step):
        jumps.append(step)

    watch = ClockWatch(clock, jumped)
    task = asyncio.create_task(watch.run())
    await clock.until_sleeping()
    yield watch
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def passes(clock, seconds=5):
    clock.advance(seconds)
    await asyncio.sleep(0)
    await clock.until_sleeping()


async def test_time_that_passes_is_no_jump_however_much_of_it(clock, watch, jumps):
    for step in (5, 60, YEAR.total_seconds()):
        await passes(clock, step)
    assert jumps == []
    assert not watch.in_doubt


@pytest.mark.parametrize("step", [YEAR, -YEAR, HOUR, -HOUR, timedelta(seconds=5)])
async def test_a_clock_that_is_set_is_told_of_once_with_the_step(clock, watch, jumps, step):
    clock.jump(step)
    await passes(clock)
    await passes(clock)
    assert jumps == [step]


async def test_a_clock_that_is_kept_right_does_not_jump(clock, watch, jumps):
    for _ in range(20):
        clock.jump(timedelta(seconds=1))
        await passes(clock)
    assert jumps == []


@pytest.mark.parametrize(("step", "doubtful"), [(YEAR, True), (HOUR, False), (-YEAR, False)])
async def test_only_a_date_far_ahead_is_in_doubt_and_for_a_day(clock, watch, step, doubtful):
    clock.jump(step)
    assert watch.in_doubt is doubtful  # at once, before the watch has looked by itself
    await passes(clock, 23 * 3600)
    assert watch.in_doubt is doubtful
    await passes(clock, 3600)
    assert not watch.in_doubt


async def test_who_asked_first_leaves_the_jump_to_be_told_of(clock, watch, jumps):
    clock.jump(YEAR)
    assert watch.in_doubt
    await passes(clock)
    assert jumps == [YEAR]


async def test_the_operator_reads_by_how_much_and_what_follows(clock, watch):
    written = io.StringIO()
    configure_logging("info", "json", written)
    clock.jump(YEAR)
    await passes(clock)
    (line,) = map(json.loads, written.getvalue().splitlines())
    assert line["level"] == "warning"
    assert "if its date is wrong, set it right" in line["event"]
    assert (line["by"], line["direction"], line["deletes_nothing_for_hours"]) == ("365 days, 0:00:00", "forward", 24)
