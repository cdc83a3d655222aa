"""The part of the store's contract that makes each occurrence of a schedule happen once."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.effect import Missed, Schedule, Unschedule
from bot.domain.event import JobDue
from bot.domain.ids import CommunityId
from bot.ports.knowledge import Upcoming
from bot.ports.stores import DueOccurrence, Outcome, Store, StoreFactory
from bot.testing.contracts.store_opened import NOW, OpenedStore

_WEEKLY = Schedule(
    "weekly", "prompt", "mon 18:00", "Europe/Lisbon", CommunityId("tarnwick"), Missed.SKIP, {"deck": "weekly"}
)
_LATER = NOW + timedelta(days=7)


def _due(schedule: Schedule = _WEEKLY) -> tuple[DueOccurrence, JobDue]:
    return DueOccurrence("reading", schedule, NOW), JobDue("reading", schedule.job, schedule.name, NOW, NOW)


async def _change(store: Store, *changes: Schedule | Unschedule, cog: str = "reading") -> None:
    await store.journal.commit(Outcome(cog, NOW, schedules=changes))


class SchedulesContract(OpenedStore):
    async def test_a_schedule_is_kept_without_a_plan(self, stores: StoreFactory) -> None:
        async with stores.open() as store:
            await _change(store, _WEEKLY)
            await _change(store, _WEEKLY, cog="other")
        async with stores.open() as store:
            assert await store.schedules.all("reading") == [("reading", Upcoming(_WEEKLY, None))]
            assert [cog for cog, _ in await store.schedules.all()] == ["other", "reading"]
            assert await store.schedules.due(_LATER) == []

    async def test_what_is_planned_comes_due_oldest_first(self, store: Store) -> None:
        await _change(store, _WEEKLY, replace(_WEEKLY, name="daily"))
        await store.schedules.plan("reading", "weekly", NOW)
        await store.schedules.plan("reading", "daily", NOW - timedelta(hours=1))
        assert [one.schedule.name for _, one in await store.schedules.due(NOW)] == ["daily", "weekly"]
        assert await store.schedules.due(NOW - timedelta(hours=2)) == []
        await store.schedules.plan("reading", "daily", None)
        assert [one.schedule.name for _, one in await store.schedules.due(NOW)] == ["weekly"]

    async def test_replacing_a_schedule_drops_its_plan_and_repeating_it_does_not(self, store: Store) -> None:
        await _change(store, _WEEKLY)
        await store.schedules.plan("reading", "weekly", NOW)
        await _change(store, _WEEKLY)
        assert await store.schedules.all() == [("reading", Upcoming(_WEEKLY, NOW))]
        changed = replace(_WEEKLY, rule="tue 18:00")
        await _change(store, changed)
        assert await store.schedules.all() == [("reading", Upcoming(changed, None))]

    async def test_unscheduling_ends_it(self, store: Store) -> None:
        await _change(store, _WEEKLY)
        await _change(store, Unschedule("weekly"), Unschedule("never was"))
        assert await store.schedules.all() == []

    async def test_an_occurrence_is_claimed_once(self, stores: StoreFactory) -> None:
        occurrence, event = _due()
        async with stores.open() as store:
            await _change(store, _WEEKLY)
            await store.schedules.plan("reading", "weekly", NOW)
            envelope = await store.schedules.claim(occurrence, _LATER, event, NOW)
            assert envelope
            assert await store.schedules.claim(occurrence, _LATER, event, NOW) is None
        async with stores.open() as store:
            assert await store.journal.unfinished(0, 9) == [envelope]
            assert await store.schedules.all() == [("reading", Upcoming(_WEEKLY, _LATER))]
            assert await store.schedules.claim(occurrence, _LATER, event, NOW) is None

    async def test_an_occurrence_stays_claimed_when_its_plan_comes_back(self, store: Store) -> None:
        occurrence, event = _due()
        await _change(store, _WEEKLY)
        await store.schedules.plan("reading", "weekly", NOW)
        assert await store.schedules.claim(occurrence, _LATER, event, NOW)
        await store.schedules.plan("reading", "weekly", NOW)
        assert await store.schedules.claim(occurrence, _LATER, event, NOW) is None
        assert await store.schedules.due(NOW) == []

    async def test_occurrences_of_a_schedule_that_is_gone_or_replaced_lapse(self, store: Store) -> None:
        occurrence, event = _due()
        await _change(store, _WEEKLY)
        await store.schedules.plan("reading", "weekly", NOW)
        await _change(store, replace(_WEEKLY, rule="tue 18:00"))
        assert await store.schedules.claim(occurrence, _LATER, event, NOW) is None
        await _change(store, Unschedule("weekly"))
        assert await store.schedules.claim(occurrence, _LATER, event, NOW) is None
        assert await store.journal.unfinished(0, 9) == []
