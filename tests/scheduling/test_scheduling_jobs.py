from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.effect import Schedule
from bot.errors import UserError
from bot.scheduling import JobsView, SystemClock
from bot.testing.clock import FakeClock

MONDAY = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)


async def test_a_cog_sees_its_own_schedules_only(schedules):
    schedules.put(Schedule("weekly", "weekly", "mon 18:00", "UTC"), "reading", MONDAY)
    schedules.put(Schedule("sweep", "sweep", "daily 03:00", "UTC"), "privacy", MONDAY)
    [upcoming] = await JobsView("reading", schedules, FakeClock()).all()
    assert (upcoming.schedule.name, upcoming.next_due) == ("weekly", MONDAY)


def test_a_preview_starts_from_now(schedules):
    jobs = JobsView("reading", schedules, FakeClock(MONDAY))
    assert jobs.preview("mon 18:00", "UTC", 2) == [MONDAY + timedelta(days=7), MONDAY + timedelta(days=14)]
    with pytest.raises(UserError, match="mon 18:00"):
        jobs.preview("sometimes", "UTC", 2)


async def test_the_system_clock_is_aware_and_sleeps():
    clock = SystemClock()
    assert clock.now().utcoffset() == timedelta(0)
    await clock.sleep(0)
