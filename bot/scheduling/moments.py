"""From wall-clock occurrences to moments in time: each once, whatever the zone's clocks do."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A rule that was read.

    APScheduler's trigger counts only on the wall's dial: given the zone itself, it posts twice or three times where an
    hour is repeated and skips a week where midnight is left out (3.11.3).

    Attributes:
        dial: a trigger in UTC, which stands for the wall's dial.
        zone: where the wall clock hangs.
    """

    dial: CronTrigger
    zone: ZoneInfo

    def after(self, moment: datetime) -> datetime | None:
        """The first occurrence later than `moment`, in UTC; None where the dial's end comes first."""
        wall = moment.astimezone(self.zone).replace(tzinfo=UTC, fold=0)
        while (following := self.dial.get_next_fire_time(None, wall + _SECOND)) is not None:
            wall = following
            occurrence = moment_of(wall.replace(tzinfo=None), self.zone)
            if occurrence > moment:
                return occurrence
        return None


def moment_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """When clocks in `zone` show `wall` (naive), in UTC.

    A time that comes twice means its first coming; one that is left out means the first moment after the gap.
    """
    before = _offset(wall.replace(tzinfo=zone, fold=0))
    after = _offset(wall.replace(tzinfo=zone, fold=1))
    utc = wall.replace(tzinfo=UTC)
    if before >= after:
        return utc - before
    return _first_moment_after_gap(utc - after, utc - before, after, zone)


def _first_moment_after_gap(low: datetime, high: datetime, after: timedelta, zone: ZoneInfo) -> datetime:
    """Halve the stretch in which the offset becomes `after`: it is not so at `low`, and is at `high`."""
    while high - low > _SECOND:
        middle = low + timedelta(seconds=(high - low) // _SECOND // 2)
        if _offset(middle.astimezone(zone)) == after:
            high = middle
        else:
            low = middle
    return high


def _offset(moment: datetime) -> timedelta:
    return moment.utcoffset() or timedelta(0)
