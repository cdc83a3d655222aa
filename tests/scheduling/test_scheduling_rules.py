from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from apscheduler.triggers.cron import CronTrigger
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import UserError
from bot.scheduling import next_occurrences, read_rule

SPRING = datetime(2025, 3, 28, 12, tzinfo=UTC)
STEP = timedelta(minutes=15)

ZONES = [
    "UTC", "Europe/Berlin", "Europe/London", "Europe/Dublin", "America/New_York", "America/St_Johns", "America/Havana",
    "America/Santiago", "America/Asuncion", "America/Sao_Paulo", "Africa/Casablanca", "Africa/Cairo", "Asia/Tehran",
    "Asia/Beirut", "Asia/Gaza", "Asia/Kathmandu", "Asia/Kolkata", "Australia/Lord_Howe", "Australia/Adelaide",
    "Pacific/Chatham", "Pacific/Apia", "Pacific/Kiritimati", "America/Scoresbysund", "Antarctica/Troll",
]  # fmt: skip


def shown(rule: str, zone: str, after: datetime, count: int) -> list[str]:
    """Occurrences as the clocks there show them."""
    moments = next_occurrences(rule, zone, after, count)
    return [moment.astimezone(ZoneInfo(zone)).strftime("%a %d %b %Y %H:%M %z") for moment in moments]


def first_showing(wall: datetime, zone: ZoneInfo) -> datetime:
    """Independent of the code: walk through the hours around until a clock in the zone shows `wall` or later."""
    moment = wall.replace(tzinfo=UTC) - timedelta(hours=15)
    while moment.astimezone(zone).replace(tzinfo=None) < wall:
        moment += STEP
    return moment


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("mon 18:00", ["Mon 31 Mar 2025 18:00", "Mon 07 Apr 2025 18:00"]),
        ("Monday 18:00", ["Mon 31 Mar 2025 18:00", "Mon 07 Apr 2025 18:00"]),
        ("mon,thu 9:30", ["Mon 31 Mar 2025 09:30", "Thu 03 Apr 2025 09:30"]),
        ("mon, thurs  9:30", ["Mon 31 Mar 2025 09:30", "Thu 03 Apr 2025 09:30"]),
        ("DAILY 09:00", ["Sat 29 Mar 2025 09:00", "Sun 30 Mar 2025 09:00"]),
        ("monthly 1 10:00", ["Tue 01 Apr 2025 10:00", "Thu 01 May 2025 10:00"]),
        ("monthly last 10:00", ["Mon 31 Mar 2025 10:00", "Wed 30 Apr 2025 10:00"]),
        ("monthly 2nd tue 19:00", ["Tue 08 Apr 2025 19:00", "Tue 13 May 2025 19:00"]),
        ("monthly last friday 18:00", ["Fri 28 Mar 2025 18:00", "Fri 25 Apr 2025 18:00"]),
        ("0 18 * * mon", ["Mon 31 Mar 2025 18:00", "Mon 07 Apr 2025 18:00"]),
        ("0 18 * * 1", ["Mon 31 Mar 2025 18:00", "Mon 07 Apr 2025 18:00"]),
        ("0 18 * * 0", ["Sun 30 Mar 2025 18:00", "Sun 06 Apr 2025 18:00"]),
        ("0 18 * * 7", ["Sun 30 Mar 2025 18:00", "Sun 06 Apr 2025 18:00"]),
        ("0 18 * * sat-mon", ["Sat 29 Mar 2025 18:00", "Sun 30 Mar 2025 18:00"]),
        ("0 18 * * 1-5/2", ["Fri 28 Mar 2025 18:00", "Mon 31 Mar 2025 18:00"]),
        ("15 8-10 * * *", ["Sat 29 Mar 2025 08:15", "Sat 29 Mar 2025 09:15"]),
        ("0 9 29 2 *", ["Tue 29 Feb 2028 09:00", "Sun 29 Feb 2032 09:00"]),
        ("0 9 1 jan,jul *", ["Tue 01 Jul 2025 09:00", "Thu 01 Jan 2026 09:00"]),
    ],
)
def test_a_rule_names_these_moments(rule, expected):
    assert [line.removesuffix(" +0000") for line in shown(rule, "UTC", SPRING, 2)] == expected


@pytest.mark.parametrize(
    ("rule", "hint"),
    [
        ("", "mon 18:00"),
        ("whenever", "written as 18:00"),
        ("mon 6pm", "not “6pm”"),
        ("mon 25:00", "not “25:00”"),
        ("mno 18:00", "Did you mean “mon”"),
        ("xyz 18:00", "mon,thu 18:00"),
        ("at six on monday evening", "written as 18:00"),
        ("on mon at 18:00", "not a schedule I can read"),
        ("every other mon 18:00", "not a schedule I can read"),
        ("monthly 31 10:00", "monthly last"),
        ("monthly 0 10:00", "days 1 to 28"),
        ("0 25 * * *", "cannot be the hour"),
        ("0 9 31 2 *", "no such day in any year"),
        ("0 9 1 * mon", "leave one of them"),
        ("*/5 * * * *", "at most once an hour"),
        ("0 9 * * 8", "weekday of a cron rule"),
        ("0 9 * * funday", "not a day of the week"),
        ("1," * 5000 + " 9 * * *", "A schedule says when"),
        ("\u202e18:00 nom", "written as 18:00"),
        ("mon \ud800", "written as 18:00"),
        ("mon \u0661\u0668:\u0660\u0660", "written as 18:00"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_hint(rule, hint):
    with pytest.raises(UserError, match=hint):
        read_rule(rule, "UTC")


@pytest.mark.parametrize(
    ("zone", "hint"),
    [
        ("Europe/Belin", "Europe/Berlin"),
        ("Berlin", "Did you mean Europe/Berlin?"),
        ("new_york", "Did you mean America/New_York"),
        ("PST", "region and city"),
        ("Europe", "region and city"),
        ("../../etc/passwd", "region and city"),
        ("/etc/localtime", "region and city"),
        ("a" * 60_000, "region and city"),
        ("", "region and city"),
        ("UTC\0", "region and city"),
    ],
)
def test_an_unknown_zone_is_refused_with_the_nearest_names(zone, hint):
    with pytest.raises(UserError, match=hint):
        read_rule("mon 18:00", zone)


def test_a_zone_may_be_written_in_any_case():
    assert read_rule("mon 18:00", "europe/BERLIN").zone.key == "Europe/Berlin"


def test_apscheduler_alone_doubles_and_loses_occurrences():
    """Why the trigger is only given the wall's dial; should this fail one day, `Rule` can be simplified."""
    berlin, havana = ZoneInfo("Europe/Berlin"), ZoneInfo("America/Havana")
    daily = CronTrigger(hour=2, minute=30, timezone=berlin)
    first = daily.get_next_fire_time(None, datetime(2025, 10, 26, 0, tzinfo=berlin))
    second = daily.get_next_fire_time(None, first + timedelta(seconds=1))
    assert (first.date(), second.date()) == (date(2025, 10, 26), date(2025, 10, 26))
    weekly = CronTrigger(day_of_week="sun", hour=0, minute=0, timezone=havana)
    assert weekly.get_next_fire_time(None, datetime(2025, 3, 8, tzinfo=havana)).date() == date(2025, 3, 16)


def test_a_time_that_is_left_out_comes_right_after_the_gap():
    assert shown("daily 02:30", "Europe/Berlin", SPRING, 3) == [
        "Sat 29 Mar 2025 02:30 +0100",
        "Sun 30 Mar 2025 03:00 +0200",
        "Mon 31 Mar 2025 02:30 +0200",
    ]
    assert shown("sun 00:00", "America/Havana", datetime(2025, 3, 5, tzinfo=UTC), 2) == [
        "Sun 09 Mar 2025 01:00 -0400",
        "Sun 16 Mar 2025 00:00 -0400",
    ]


def test_a_day_that_is_left_out_comes_right_after_it():
    """Samoa went from 29 to 31 December 2011."""
    assert shown("daily 09:00", "Pacific/Apia", datetime(2011, 12, 29, tzinfo=UTC), 3) == [
        "Thu 29 Dec 2011 09:00 -1000",
        "Sat 31 Dec 2011 00:00 +1400",
        "Sat 31 Dec 2011 09:00 +1400",
    ]


def test_a_time_that_comes_twice_counts_once():
    assert shown("daily 02:30", "Europe/Berlin", datetime(2025, 10, 25, 0, tzinfo=UTC), 3) == [
        "Sat 25 Oct 2025 02:30 +0200",
        "Sun 26 Oct 2025 02:30 +0200",
        "Mon 27 Oct 2025 02:30 +0100",
    ]


def test_asked_within_the_repeated_hour_the_first_coming_is_over():
    second_coming = datetime(2025, 10, 26, 1, 10, tzinfo=UTC)
    assert shown("daily 02:30", "Europe/Berlin", second_coming, 1) == ["Mon 27 Oct 2025 02:30 +0100"]


def test_several_times_within_one_gap_are_one_moment():
    assert shown("30 1-3 * * *", "Europe/Berlin", datetime(2025, 3, 30, 0, tzinfo=UTC), 3) == [
        "Sun 30 Mar 2025 01:30 +0100",
        "Sun 30 Mar 2025 03:00 +0200",
        "Sun 30 Mar 2025 03:30 +0200",
    ]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("at", [time(0, 0), time(2, 30)])
def test_a_year_of_days_agrees_with_a_walk_through_the_hours(zone, at):
    where, start = ZoneInfo(zone), date(2025, 1, 2)
    walked = {first_showing(datetime.combine(start + timedelta(days=n), at), where) for n in range(366)}
    after = first_showing(datetime.combine(start, time(0)), where) - STEP
    assert next_occurrences(f"daily {at:%H:%M}", zone, after, len(walked)) == sorted(walked)


@settings(max_examples=150, deadline=None)
@given(
    zone=st.sampled_from(sorted(available_timezones())),
    after=st.integers(0, 50 * 365 * 24 * 3600).map(
        lambda seconds: datetime(1995, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    ),
    rule=st.sampled_from(
        ["mon 18:00", "sun 00:00", "daily 02:30", "monthly last 01:15", "30 0-3 * * sun", "0 * * * *"]
    ),
)
def test_in_every_zone_occurrences_only_go_forward_and_show_the_rule(zone, after, rule):
    moments = next_occurrences(rule, zone, after, 6)
    assert len(moments) == 6
    assert all(earlier < later for earlier, later in zip([after, *moments], moments, strict=False))
    for moment in moments:
        wall = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        on_the_dial = read_rule(rule, zone).dial.get_next_fire_time(None, wall.replace(tzinfo=UTC)) == wall.replace(
            tzinfo=UTC
        )
        just_before = (moment - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        assert on_the_dial or wall - just_before > timedelta(seconds=1)
