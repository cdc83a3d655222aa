"""What counts as well."""

from dataclasses import replace

from bot.monitoring.loop import LoopWatch
from bot.monitoring.verdict import verdict_on


async def reasons(patient, loop=None):
    return (await verdict_on(patient, loop or LoopWatch(), lag_limit=900)).reasons


async def test_an_event_loop_that_was_held_counts_for_a_minute(patient):
    loop = LoopWatch()
    loop.note(6.4)
    assert "for 6 seconds" in (await reasons(patient, loop))[0]
    for _ in range(119):
        loop.note(0.01)
    assert loop.worst == 6.4
    loop.note(0.01)
    assert await reasons(patient, loop) == ()


async def test_a_lag_counts_above_the_limit(patient):
    patient.is_behind(civility_judge=900.0)
    assert await reasons(patient) == ()
    patient.is_behind(civility_judge=900.5)
    assert len(await reasons(patient)) == 1


async def test_a_full_disk_counts_before_it_is_full(patient):
    patient.now = replace(patient.now, free_bytes=40 * 2**20)
    assert "40 MiB" in (await reasons(patient))[0]


async def test_a_cog_that_is_missing_is_a_warning(patient):
    patient.now = replace(patient.now, health=replace(patient.now.health, not_loaded={"reading": "no deck"}))
    found = await verdict_on(patient, LoopWatch(), lag_limit=900)
    assert (found.reasons, found.warnings) == ((), ("the cog reading is not loaded: no deck",))
