"""Events as a platform gave them, made fit to store: no lone surrogates or NUL anywhere, names and reasons cut."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast

from bot.domain.conversation import Conversation
from bot.domain.event import AccessLost, Incoming, MessageEdited, MessagePosted, Reported
from bot.domain.member import Member
from bot.domain.text import storable

Anything = TypeVar("Anything")


LONGEST_NAME = 200
"""Characters; a name stands beside every quote, and platforms that bound theirs stay far below."""

LONGEST_REASON = 4_000

_LONGEST: Mapping[tuple[type[Any], str], int] = {
    (Member, "name"): LONGEST_NAME,
    (Conversation, "name"): LONGEST_NAME,
    (Reported, "reason"): LONGEST_REASON,
    (AccessLost, "reason"): LONGEST_REASON,
}


def cleaned_event(event: Incoming) -> Incoming:
    """The event as it can be stored. Nearly all come clean, and most are messages: these are quick."""
    if isinstance(event, MessagePosted | MessageEdited):
        message = event.message
        where, author = message.conversation, message.author
        several = (*message.mentions, *message.attachments, message.reply_to or "", message.link or "")
        texts = "".join((message.id, message.text, where.id, where.name, where.parent or "", author.id, author.name))
        short = len(where.name) <= LONGEST_NAME and len(author.name) <= LONGEST_NAME
        if short and storable(texts) is texts and all(storable(text) is text for text in several):
            return event
    return cleaned(event)


def cleaned(value: Anything) -> Anything:
    """The value with every text in it `storable`, names cut; the same object where there is nothing to clean."""
    return cast("Anything", _cleaned(value))


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return value if isinstance(value, Enum) else storable(value)
    if isinstance(value, tuple):
        parts = tuple(map(cleaned, value))
        return value if all(a is b for a, b in zip(parts, value, strict=True)) else parts
    if isinstance(value, Mapping):
        texts = {cleaned(name): cleaned(one) for name, one in value.items()}
        return value if texts == value else texts
    return _with_clean_fields(value) if is_dataclass(value) else value


def _with_clean_fields(value: Any) -> Any:
    kind: Any = type(value)
    changed = {}
    for name in _names(kind):
        before = getattr(value, name)
        after = _cut(cleaned(before), _LONGEST.get((kind, name)))
        if after is not before:
            changed[name] = after
    return replace(value, **changed) if changed else value


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _cut(value: Any, longest: int | None) -> Any:
    return value if longest is None or len(value) <= longest else f"{value[: longest - 1]}…"
