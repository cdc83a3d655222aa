"""Schedule rules as people write them: "mon 18:00", "daily 09:00", "monthly last fri 18:00", five cron fields."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import lru_cache

from apscheduler.triggers.cron import CronTrigger

from bot.errors import UserError
from bot.scheduling.moments import Rule
from bot.scheduling.zones import read_zone

HOW_TO_WRITE = (
    'Write it as "mon 18:00", "mon,thu 18:00", "daily 09:00", "monthly 1 10:00", "monthly last 10:00", '
    '"monthly 2nd tue 19:00", or as five cron fields, "0 18 * * mon".'
)

_LONGEST_RULE = 100
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FULL_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_SHORTEST_DAY = 3
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_CRON_FIELDS = ("minute", "hour", "day", "month", "day_of_week")
_CRON_TEXT = re.compile(r"[a-z\d*,/-]+", re.ASCII)
_CRON_WEEKDAY = re.compile(r"(\*|[a-z]+|[0-7])(?:-([a-z]+|[0-7]))?(?:/([1-7]))?", re.ASCII)
_PLACES = frozenset({"1st", "2nd", "3rd", "4th", "5th", "last"})
_LATEST_COMMON_DAY = 28
_PAST, _END = datetime(2024, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def next_occurrences(rule: str, zone: str, after: datetime, count: int) -> list[datetime]:
    """The first `count` occurrences later than `after`, in UTC.

    Raises:
        UserError: the rule or the zone cannot be read.
    """
    read = read_rule(rule, zone)
    found: list[datetime] = []
    moment = read.after(after)
    while moment is not None and len(found) < count:
        found.append(moment)
        moment = read.after(moment)
    return found


@lru_cache(maxsize=1024)
def read_rule(text: str, zone: str) -> Rule:
    """Read a rule whose times are those of the clocks in `zone`.

    Raises:
        UserError: the rule or the zone cannot be read, or the rule never comes; the text shows how to write one.
    """
    words = text.casefold().replace(", ", ",").split()
    if not words or len(text) > _LONGEST_RULE:
        raise UserError(f"A schedule says when. {HOW_TO_WRITE}")
    is_cron = words[0][0] in "*0123456789" and len(words) == len(_CRON_FIELDS)
    fields = _cron(words) if is_cron else _everyday(words)
    rule = Rule(CronTrigger(**fields, timezone=UTC, end_date=_END), read_zone(zone))
    if rule.after(_PAST) is None:
        raise UserError("There is no such day in any year.")
    return rule


def _everyday(words: list[str]) -> Mapping[str, str]:
    *days, time = words
    clock = _TIME.fullmatch(time)
    if clock is None:
        raise UserError(f"The time of day comes last and is written as 18:00, not “{time}”. {HOW_TO_WRITE}")
    at = {"hour": clock[1], "minute": clock[2]}
    match days:
        case ["daily"]:
            return at
        case ["monthly", day]:
            return {"day": _day_of_month(day), **at}
        case ["monthly", place, day] if place in _PLACES:
            return {"day": f"{place} {_weekday(day)}", **at}
        case [listed]:
            return {"day_of_week": ",".join(_weekday(day) for day in listed.split(",")), **at}
        case _:
            raise UserError(f"That is not a schedule I can read. {HOW_TO_WRITE}")


def _day_of_month(day: str) -> str:
    if day == "last":
        return day
    if not re.fullmatch(r"\d{1,2}", day, re.ASCII) or not 1 <= int(day) <= _LATEST_COMMON_DAY:
        raise UserError(f"Every month has the days 1 to {_LATEST_COMMON_DAY} and a last one: “monthly last 10:00”.")
    return day


def _weekday(name: str) -> str:
    """The short name of a day given as "mon", "tues" or "wednesday"."""
    for short, full in zip(_DAYS, _FULL_DAYS, strict=True):
        if len(name) >= _SHORTEST_DAY and full.startswith(name):
            return short
    near = get_close_matches(name, (*_DAYS, *_FULL_DAYS), n=1)
    hint = f"Did you mean “{near[0]}”?" if near else HOW_TO_WRITE
    raise UserError(f"“{name}” is not a day of the week. {hint}")


def _cron(words: list[str]) -> Mapping[str, str]:
    fields = dict(zip(_CRON_FIELDS, words, strict=True))
    fields["day_of_week"] = _cron_weekdays(fields["day_of_week"])
    for name, value in fields.items():
        _check_field(name, value)
    if not fields["minute"].isdecimal():
        raise UserError("A schedule comes at most once an hour: the first cron field is one minute, such as 0.")
    if "*" not in (fields["day"], fields["day_of_week"]):
        raise UserError("Cron programs disagree on a day of the month together with a weekday: leave one of them “*”.")
    return fields


def _check_field(name: str, value: str) -> None:
    refused = UserError(f"“{value}” cannot be the {name.replace('_', ' ')} of a cron rule. {HOW_TO_WRITE}")
    if not _CRON_TEXT.fullmatch(value):
        raise refused
    try:
        CronTrigger(**{name: value}, timezone=UTC)
    except ValueError as error:
        raise refused from error


def _cron_weekdays(text: str) -> str:
    """Cron counts weekdays from Sunday, APScheduler from Monday: names mean the same to both."""
    chosen: set[int] = set()
    for part in text.split(","):
        match = _CRON_WEEKDAY.fullmatch(part)
        if match is None:
            raise UserError(f"“{part}” cannot be a weekday of a cron rule: write mon, mon-fri or 1-5.")
        first, last, step = match.groups()
        start = 0 if first == "*" else _cron_weekday(first)
        end = _cron_weekday(last) if last else start
        length = len(_DAYS) if first == "*" or (step and not last) else (end - start) % len(_DAYS) + 1
        chosen.update((start + offset) % len(_DAYS) for offset in range(0, length, int(step or 1)))
    return "*" if len(chosen) == len(_DAYS) else ",".join(_DAYS[day] for day in sorted(chosen))


def _cron_weekday(text: str) -> int:
    return int(text) % len(_DAYS) if text.isdecimal() else _DAYS.index(_weekday(text))
