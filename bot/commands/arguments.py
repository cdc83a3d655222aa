"""Turning an argument's text into the value that a handler's annotation asks for."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any, Literal, Protocol, get_args, get_origin, runtime_checkable

from bot.domain.ids import MemberId, MessageId
from bot.errors import UserError
from bot.ports.knowledge import Kind

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s{0,9}([smhdw])", re.IGNORECASE | re.ASCII)
_LONGEST = timedelta(days=3660)


def _no_link(_: str) -> MessageId | None:
    return None


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an argument was given: bare member and message ids belong to this platform, and so do links.

    Attributes:
        linked: gives the message that a pasted link opens.
        prefix: what commands begin with there.
        others: further platforms, whose members and messages are named in full ("discord:123").
    """

    platform: str
    target: MessageId | None = None
    linked: Callable[[str], MessageId | None] = _no_link
    prefix: str = "!"
    others: tuple[str, ...] = ()


Converter = Callable[[str, Scope], Any]


@runtime_checkable
class Parsed(Protocol):
    """A class of a cog's own that reads itself from text; it raises `UserError` with what would have been right."""

    @classmethod
    def parse(cls, text: str) -> Any: ...


def duration(text: str) -> timedelta:
    """Read a duration such as "90s", "2h" or "1d12h".

    Raises:
        UserError: no duration, or one beyond ten years.
    """
    compact = text.strip()
    if not compact or _DURATION.sub("", compact).strip():
        raise UserError(f"“{text}” is not a duration: write 90s, 15m, 2h, 3d or 1w")
    seconds = sum(float(amount) * _UNITS[unit.lower()] for amount, unit in _DURATION.findall(compact))
    if not 0 < seconds <= _LONGEST.total_seconds():
        raise UserError(f"“{text}” is out of range: between a second and ten years")
    return timedelta(seconds=seconds)


def converter_for(hint: Any) -> Converter:
    """The converter for an annotation.

    Raises:
        TypeError: nothing can read this type.
    """
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    if get_origin(hint) is Literal:
        return _one_of({str(value): value for value in get_args(hint)})
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _one_of({str(member.value): member for member in hint})
    if isinstance(hint, type) and issubclass(hint, Parsed):
        return lambda text, _: hint.parse(text)
    raise TypeError(f"no argument can be read as {hint!r}")


def kind_of(hint: Any) -> Kind:
    """What a platform's own form should ask for; a class that reads itself is asked for as text."""
    return Kind.CHOICE if choices_of(hint) else _KINDS.get(hint, Kind.TEXT)


def choices_of(hint: Any) -> tuple[str, ...]:
    """The words that an argument of a closed type may be, for help and completion."""
    if get_origin(hint) is Literal:
        return tuple(str(value) for value in get_args(hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return tuple(str(member.value) for member in hint)
    return ()


def _text(text: str, _: Scope) -> str:
    return text


def _whole_number(text: str, _: Scope) -> int:
    if not re.fullmatch(r"#?[+-]?\d{1,15}", text, re.ASCII):
        raise UserError(f"“{text}” is not a whole number")
    return int(text.lstrip("#"))


def _number(text: str, _: Scope) -> float:
    if not re.fullmatch(r"[+-]?\d{0,15}([.,]\d{1,15})?", text, re.ASCII) or not re.search(r"\d", text):
        raise UserError(f"“{text}” is not a number")
    return float(text.replace(",", "."))


def _yes_or_no(text: str, _: Scope) -> bool:
    words = {"yes": True, "on": True, "true": True, "no": False, "off": False, "false": False}
    if text.lower() not in words:
        raise UserError(f"“{text}” is neither yes nor no")
    return words[text.lower()]


def _member(text: str, scope: Scope) -> MemberId:
    """An id or a name; the sign before a name is left out, unless it is part of an address (@ada:example.org).

    Discord writes a mention as <@123>, or <@!123>; what it writes as <@&123> or <#123> is a role or a channel.
    """
    named = text.strip("<>")
    name = named.removeprefix("@").removeprefix("!")
    if not name or text.startswith(("<@&", "<#")):
        raise UserError(f"“{text}” names nobody")
    if named.startswith("@") and ":" in name and not _is_qualified(name, scope):
        return MemberId(f"{scope.platform}:{named}")
    return MemberId(_qualified(name, scope))


def _message(text: str, scope: Scope) -> MessageId:
    """An id, a number, or a pasted link."""
    found = scope.linked(text.strip("<>"))
    if found is not None:
        return found
    if "://" in text:
        raise UserError("That link opens no message here: copy the message's own link, or reply to it")
    return MessageId(_qualified(text.removeprefix("#"), scope))


def _qualified(text: str, scope: Scope) -> str:
    return text if _is_qualified(text, scope) else f"{scope.platform}:{text}"


def _is_qualified(text: str, scope: Scope) -> bool:
    """Whether the name of a platform stands before it, as in ids of the core."""
    return text.startswith(tuple(f"{name}:" for name in (scope.platform, *scope.others)))


def _one_of(values: dict[str, Any]) -> Converter:
    def convert(text: str, _: Scope) -> Any:
        if text.lower() not in values:
            raise UserError(f"“{text}” is not one of: {', '.join(values)}")
        return values[text.lower()]

    return convert


_SIMPLE: dict[Any, Converter] = {
    str: _text,
    int: _whole_number,
    float: _number,
    bool: _yes_or_no,
    timedelta: lambda text, _: duration(text),
    MemberId: _member,
    MessageId: _message,
}

_KINDS: dict[Any, Kind] = {
    int: Kind.WHOLE_NUMBER,
    float: Kind.NUMBER,
    bool: Kind.YES_OR_NO,
    timedelta: Kind.DURATION,
    MemberId: Kind.MEMBER,
    MessageId: Kind.MESSAGE,
}
