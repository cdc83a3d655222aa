"""Whether a value that a cog gives fits its column: told before the database sees it, and without the value."""

import math
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from sqlalchemy import Column

from bot.errors import CogError
from bot.storage.codec import verified_payload

KIND = "kind"
"""Where a column of a cog's table notes the Python type of its values."""

_BEYOND = 2**63  # the first number that a 64-bit column cannot hold
_ACCEPTED: dict[Any, tuple[type[Any], ...]] = {
    str: (str,),
    int: (int,),
    float: (int, float),
    bool: (bool,),
    bytes: (bytes,),
    datetime: (datetime,),
}


def refuse_misfit(column: Column[Any], value: Any) -> None:
    """Raise CogError, which names table, column and type, where the column cannot hold the value."""
    if value is None and column.nullable:
        return
    problem = _problem(value, column.info[KIND])
    if problem is not None:
        raise CogError(f"table {column.table.name}, column {column.name!r}: {problem}")


def _problem(value: Any, kind: Any) -> str | None:
    if kind in _ACCEPTED:
        if not isinstance(value, _ACCEPTED[kind]):
            return f"takes {kind.__name__}, not {type(value).__name__}"
        return _moment_problem(value) if isinstance(value, datetime) else _number_problem(value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _enum_problem(value, kind)
    if value is None:
        return "may not be None"
    try:
        verified_payload(value, kind)
    except CogError as error:
        return str(error)
    return None


def _moment_problem(value: datetime) -> str | None:
    if value.utcoffset() is None:
        return "takes a datetime with a time zone, not a naive one"
    try:
        value.astimezone(UTC)
    except OverflowError:
        return "a datetime out of range"
    return None


def _number_problem(value: Any) -> str | None:
    if isinstance(value, float) and math.isnan(value):
        return "a float that is not a number"
    if isinstance(value, int) and not -_BEYOND <= value < _BEYOND:
        return "an int beyond 64 bits"
    return None


def _enum_problem(value: Any, kind: type[Enum]) -> str | None:
    try:
        kind(value)
    except ValueError:
        return f"takes {kind.__name__}, not this {type(value).__name__}"
    return None
