"""The metrics: as Prometheus' own parser reads them, and free of anything that a member chose."""

import re

from prometheus_client.parser import text_string_to_metric_families

from bot.monitoring.exposition import exposition
from bot.monitoring.loop import LoopWatch


def samples(measures, *, well=True):
    text = exposition(measures, LoopWatch(), "1.2", well=well).decode()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_every_measure_is_there(patient):
    found = samples(patient.now)
    assert found["folkmoot_info", "1.2"] == 1
    assert found["folkmoot_up",] == 1
    assert found["folkmoot_messages_stored_total",] == 40
    assert found["folkmoot_events_stored_total", "MessageEdited"] == 2
    assert found["folkmoot_events_passed_over_total", "duplicate"] == 6
    assert found["folkmoot_commands_total", "help", "answered"] == 8
    assert found["folkmoot_commands_total", "", "unknown"] == 1
    assert found["folkmoot_posts_total", "discord", "retried"] == 3
    assert found["folkmoot_posts_waiting", "discord"] == 2
    assert found["folkmoot_flags_total", "civility"] == 11
    assert found["folkmoot_incidents_total", "reading"] == 5
    assert found["folkmoot_abstentions_total", "too short"] == 4
    assert found["folkmoot_waiting", "civility.judge"] == 7
    assert found["folkmoot_lag_seconds", "civility.judge"] == 12
    assert found["folkmoot_room_lag_seconds", "matrix:!square:example.org"] == 4.5
    assert found["folkmoot_store_bytes", "log"] == 512
    assert found["folkmoot_disk_free_bytes",] == 10**9
    assert found["folkmoot_cogs_not_loaded",] == 0
    assert found["folkmoot_event_loop_lag_worst_seconds",] == 0
    assert found["process_resident_memory_bytes",] > 10**6
    assert found["process_open_fds",] > 0


def test_times_are_counted_up_to_each_bound(patient):
    found = samples(patient.now)
    counts = {
        key[2]: value for key, value in found.items() if key[:2] == ("folkmoot_handler_seconds_bucket", "civility")
    }
    assert counts == {
        "0.005": 1,
        "0.02": 1,
        "0.1": 3,
        "0.5": 3,
        "2.0": 3,
        "10.0": 3,
        "60.0": 3,
        "+Inf": 4,
    }
    assert found["folkmoot_handler_seconds_sum", "civility"] == 70.25
    assert found["folkmoot_handler_seconds_count", "civility"] == 4


def test_without_a_store_the_process_is_still_told_of():
    found = samples(None, well=False)
    assert found["folkmoot_up",] == 0
    assert ("process_open_fds",) in found
    assert not any(name.startswith("folkmoot_messages") for name, *_ in found)


def test_every_metric_says_what_it_is(patient):
    text = exposition(patient.now, LoopWatch(), "1.2", well=True).decode()
    helped = dict(re.findall(r"^# HELP (folkmoot\S*) (.+)$", text, re.MULTILINE))
    told = {re.sub(r"(_bucket|_sum|_count)$", "", name) for name in re.findall(r"^(folkmoot\w*)", text, re.MULTILINE)}
    assert told == helped.keys()
