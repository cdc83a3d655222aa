"""Reactions and replies, read from raw events whose every field is distrusted. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeGuard

from bot.domain.text import storable
from bot.platforms.matrix.connection.homeserver import Json

_EVENT = re.compile(r"\$[!-.0-~]{1,254}")
_USER = re.compile("@[^\\s\x00\ud800-\udfff]{1,254}")
_VARIATIONS = dict.fromkeys((0xFE0E, 0xFE0F, *range(0x1F3FB, 0x1F400)))
"""Text or picture, and tones of skin: a keyboard adds them or not, and means the same."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = 253_402_300_799_000
_LONGEST_EMOJI = 64


@dataclass(frozen=True, slots=True)
class Reaction:
    """Somebody's emoji under an event."""

    id: str
    sender: str
    target: str
    emoji: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """Somebody's words in answer to an event: as a reply, or in the thread that it begins."""

    id: str
    sender: str
    targets: tuple[str, ...]
    words: str
    at: datetime


def reaction(event: Json) -> Reaction | None:
    """None for anything that is no whole reaction."""
    related = _mapping(_mapping(event.get("content")).get("m.relates_to"))
    target, emoji = related.get("event_id"), related.get("key")
    known = _signed(event)
    if known is None or event.get("type") != "m.reaction" or related.get("rel_type") != "m.annotation":
        return None
    if not is_event(target) or not isinstance(emoji, str) or not 0 < len(emoji) <= _LONGEST_EMOJI:
        return None
    identity, sender, at = known
    return Reaction(identity, sender, target, emoji, at)


def reply(event: Json) -> Reply | None:
    """None for what answers nothing, for edits, and for anything but text."""
    content = _mapping(event.get("content"))
    related = _mapping(content.get("m.relates_to"))
    body, known = content.get("body"), _signed(event)
    if known is None or event.get("type") != "m.room.message" or content.get("msgtype") != "m.text":
        return None
    if not isinstance(body, str) or related.get("rel_type") == "m.replace":
        return None
    targets = answered(related)
    identity, sender, at = known
    return Reply(identity, sender, targets, _without_quote(storable(body)), at) if targets else None


def answered(related: Mapping[str, Any]) -> tuple[str, ...]:
    """What a relation answers. In a thread clients name its last event too, for those that know none: no answer."""
    replied = _mapping(related.get("m.in_reply_to")).get("event_id")
    threaded = related.get("rel_type") == "m.thread"
    meant = not threaded or related.get("is_falling_back") is not True
    targets = (replied if meant else None, related.get("event_id") if threaded else None)
    return tuple(target for target in targets if is_event(target))


def is_event(value: object) -> TypeGuard[str]:
    """Whether it can be an event's id; what cannot is never looked up."""
    return isinstance(value, str) and _EVENT.fullmatch(value) is not None


def is_user(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and _USER.fullmatch(value) is not None


def same_emoji(one: str, other: str) -> bool:
    return bare(one) == bare(other) != ""


def bare(emoji: str) -> str:
    return emoji.translate(_VARIATIONS)


def _without_quote(body: str) -> str:
    """The words alone: older clients repeat what they answer above them ("> <@ada:example.org> ...")."""
    if not body.startswith("> <@"):
        return body.strip()
    lines = body.split("\n")
    first = next((number for number, line in enumerate(lines) if not line.startswith(">")), len(lines))
    return "\n".join(lines[first:]).strip()


def _signed(event: Json) -> tuple[str, str, datetime] | None:
    """Id, sender and time."""
    identity, sender, stamp = event.get("event_id"), event.get("sender"), event.get("origin_server_ts")
    if not is_event(identity) or not is_user(sender):
        return None
    if isinstance(stamp, bool) or not isinstance(stamp, int) or not 0 <= stamp <= _LATEST:
        return None
    return identity, sender, _EPOCH + timedelta(milliseconds=stamp)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
