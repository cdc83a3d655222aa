"""IANA time zones by name, with a hint where a name is nearly right."""

import re
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from bot.errors import UserError

_NAME = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*", re.ASCII)
_LONGEST_NAME = 64


def read_zone(name: str) -> ZoneInfo:
    """The zone of this name; upper and lower case do not matter.

    Raises:
        UserError: there is none; the text names those that come near.
    """
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise UserError("A time zone is written as its region and city, such as Europe/Berlin, or UTC.")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        known = _known().get(name.casefold())
    if known is not None:
        return ZoneInfo(known)
    near = _near(name.casefold())
    hint = (
        f" Did you mean {' or '.join(near)}?" if near else " Write its region and city, such as Europe/Berlin, or UTC."
    )
    raise UserError(f"There is no time zone “{name}”.{hint}")


def _near(name: str) -> list[str]:
    """Up to three zones whose city or whole name is like this one; the same city first."""
    city = name.rpartition("/")[2]
    cities: dict[str, str] = {}
    for folded in sorted(_known(), key=lambda known: known.count("/")):
        if "/" in folded:
            cities.setdefault(folded.rpartition("/")[2], folded)
    found = [cities[like] for like in get_close_matches(city, cities, n=2, cutoff=0.75)]
    found += get_close_matches(name, _known(), n=2, cutoff=0.75)
    return [_known()[folded] for folded in dict.fromkeys(found)][:3]


@lru_cache(maxsize=1)
def _known() -> dict[str, str]:
    """Folded name to name."""
    return {name.casefold(): name for name in sorted(available_timezones())}
