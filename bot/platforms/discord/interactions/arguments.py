"""Arguments of commands as Discord names and sends them, and as the core reads them: text by parameter name. Pure."""

import math
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from bot.ports.knowledge import ParameterInfo

LONGEST_DESCRIPTION = 100
_LONGEST_NAME = 32
_FOREIGN = re.compile(r"[^a-z0-9-]", re.ASCII)

LARGEST_NUMBER = 10**15 - 1
"""Of numbers: what the core reads has at most fifteen digits; Discord takes a little more."""
_DECIMALS = 15


def shown_as(name: str) -> str:
    """A command's or parameter's name as Discord allows it: lower case, 32 characters; empty where nothing is left."""
    return _FOREIGN.sub("", name.lower().replace("_", "-"))[:_LONGEST_NAME]


def shortened(words: str, longest: int = LONGEST_DESCRIPTION) -> str:
    """In one line; what is too long is cut behind a word."""
    line = " ".join(words.split())
    if len(line) <= longest:
        return line
    head = line[: longest - 1]
    whole, space, _ = head.rpartition(" ")
    return f"{(whole if space and len(whole) > longest // 2 else head).rstrip(' ,;:')}…"


def arguments(given: object, parameters: Iterable[ParameterInfo]) -> dict[str, str]:
    """Parameter name to text, of the options as they came; a name that nobody knows any more is kept as it is."""
    names = {shown_as(parameter.name): parameter.name for parameter in parameters}
    return {
        names.get(option["name"], option["name"].replace("-", "_")): as_text(option.get("value"))
        for option in _options(given)
    }


def focused(given: object) -> tuple[str, str] | None:
    """Shown name and text of the option that somebody is typing."""
    for option in _options(given):
        if option.get("focused"):
            return option["name"], as_text(option.get("value"))
    return None


def as_text(value: object) -> str:
    """Numbers without exponents, booleans as words; a member or message is its number already."""
    match value:
        case bool():
            return "yes" if value else "no"
        case int():
            return str(value)
        case float():
            return _decimal(value)
        case str():
            return value
        case _:
            return ""


def _decimal(number: float) -> str:
    if not math.isfinite(number):
        return str(number)
    whole, point, rest = f"{Decimal(str(number)):.{_DECIMALS}f}".partition(".")
    return f"{whole}{point}{rest}".rstrip("0").rstrip(".") if point else whole


def _options(given: object) -> list[Mapping[str, Any]]:
    options = given if isinstance(given, list) else []
    return [option for option in options if isinstance(option, dict) and isinstance(option.get("name"), str)]
