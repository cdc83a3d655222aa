"""Reactions and replies, read from raw events whose every field is distrusted. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.platforms.matrix import fields
from bot.platforms.matrix.connection.homeserver import Json

_VARIATIONS = dict.fromkeys((0xFE0E, 0xFE0F, *range(0x1F3FB, 0x1F400)))
"""Text or picture, and tones of skin: a keyboard adds them or not, and means the same."""
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


def reaction(event: Json, now: datetime) -> Reaction | None:
    """None for anything that is no whole reaction."""
    related = fields.relation(fields.mapping(event.get("content")))
    target, emoji, known = fields.event_id(related.get("event_id")), related.get("key"), _signed(event, now)
    if event.get("type") != "m.reaction" or related.get("rel_type") != "m.annotation" or known is None:
        return None
    if target is None or not isinstance(emoji, str) or not 0 < len(emoji) <= _LONGEST_EMOJI:
        return None
    identity, sender, at = known
    return Reaction(identity, sender, target, emoji, at)


def reply(event: Json, now: datetime) -> Reply | None:
    """None for what answers nothing, for edits, and for anything but text."""
    content = fields.mapping(event.get("content"))
    body, known = content.get("body"), _signed(event, now)
    if event.get("type") != "m.room.message" or content.get("msgtype") != "m.text" or known is None:
        return None
    if not isinstance(body, str) or fields.relation(content).get("rel_type") == "m.replace":
        return None
    targets = _answered(content)
    identity, sender, at = known
    return Reply(identity, sender, targets, _without_quote(fields.text(body)), at) if targets else None


def _answered(content: Mapping[str, Any]) -> tuple[str, ...]:
    """The event that it replies to, and the one that began its thread."""
    related = fields.relation(content)
    root = related.get("event_id") if related.get("rel_type") == "m.thread" else None
    return tuple(found for found in (fields.answered(content), fields.event_id(root)) if found is not None)


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


def _signed(event: Json, now: datetime) -> tuple[str, str, datetime] | None:
    """Id, sender and time."""
    identity, sender = fields.event_id(event.get("event_id")), fields.user_id(event.get("sender"))
    at = fields.moment(event, now)
    return (identity, sender, at) if identity is not None and sender is not None and at is not None else None
