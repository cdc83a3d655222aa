"""Events as a platform gave them, made fit to store: lone surrogates and NUL come in names, ids and reactions too."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast

from bot.domain.event import Incoming, MessageEdited, MessagePosted
from bot.domain.text import storable

Anything = TypeVar("Anything")


def cleaned_event(event: Incoming) -> Incoming:
    """The event with every text in it `storable`. Nearly all come clean, and most are messages: these are quick."""
    if isinstance(event, MessagePosted | MessageEdited):
        message = event.message
        where, author = message.conversation, message.author
        several = (*message.mentions, *message.attachments, message.reply_to or "", message.link or "")
        texts = "".join((message.id, message.text, where.id, where.name, where.parent or "", author.id, author.name))
        if storable(texts) is texts and all(storable(text) is text for text in several):
            return event
    return cleaned(event)


def cleaned(value: Anything) -> Anything:
    """The value with every text in it `storable`; the same object where there is nothing to clean."""
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
        after = cleaned(before)
        if after is not before:
            changed[name] = after
    return replace(value, **changed) if changed else value


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
