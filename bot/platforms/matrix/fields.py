"""Reading what anybody may have written into an event: the right type, or nothing. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.domain.text import storable

_USER = re.compile(r"@[^\s:]*:[^\s/]+")
_ROOM = re.compile(r"![^\s/]+")
_LONGEST_ID = 255
_LATEST = 32_503_680_000_000
"""Milliseconds to the year 3000: what no date can be made of any more is far beyond."""


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def text(value: Any) -> str:
    """Lines end in a line feed; what no store takes is replaced."""
    return storable(value).replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else ""


def event_id(value: Any) -> str | None:
    """An event's id: all room versions begin theirs with a dollar sign."""
    fits = isinstance(value, str) and value.startswith("$") and 1 < len(value) <= _LONGEST_ID
    return value if fits and value.isprintable() and " " not in value else None


def is_user(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_ID and bool(_USER.fullmatch(value)) and value.isprintable()


def is_room(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_ID and bool(_ROOM.fullmatch(value)) and value.isprintable()


def user_id(value: Any) -> str | None:
    return value if is_user(value) else None


def moment(event: Mapping[str, Any], now: datetime) -> datetime | None:
    """When it was sent, as its server says; never later than now. None: it says nothing of the kind."""
    stamp = event.get("origin_server_ts")
    if not isinstance(stamp, int) or isinstance(stamp, bool):
        return None
    return min(datetime.fromtimestamp(max(0, min(stamp, _LATEST)) / 1000, UTC), now)


def relation(content: Mapping[str, Any]) -> Mapping[str, Any]:
    return mapping(content.get("m.relates_to"))


def answered(content: Mapping[str, Any]) -> str | None:
    """The event that it replies to; in a thread, what stands there for clients that know no threads is no reply."""
    found = relation(content)
    if found.get("rel_type") == "m.thread" and found.get("is_falling_back") is True:
        return None
    return event_id(mapping(found.get("m.in_reply_to")).get("event_id"))


def is_reply(content: Mapping[str, Any]) -> bool:
    """Whether it names an event that it replies to, if only for clients that know no threads."""
    return event_id(mapping(relation(content).get("m.in_reply_to")).get("event_id")) is not None
