"""How much one run of a handler may want: more is refused as a whole, so that nothing of it is half stored.

The numbers are far above what the largest sensible run needs (a cog that tells of thousands of open cases, an export of
years of messages) and below what would hold up the others or fill the disk.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from bot.domain.effect import Attach, Effect, Put, Remove, Swap, Upsert
from bot.errors import CogError, UserError

MOST_EFFECTS = 50_000
MOST_GENERATIONS = 20
"""Events that led to one another, from what came in from outside to what a handler wants now."""

MOST_WAITING_POSTS = 10_000
"""Posts of one cog that wait for a platform: a day of notices during an outage, no more."""

MOST_WAITING_EVENTS = 50_000
"""What one cog told the others and nobody has dealt with yet."""

LARGEST_ATTACHMENT = 64 * 2**20
LARGEST_ROW = 2**20
LARGEST_WORDS = 100_000
"""Of one post, announcement or record, in characters: fifty messages of the platform that allows the least."""

LARGEST_RUN = 96 * 2**20
"""Of all that one run wants, in characters and bytes."""


def refuse_excess(effects: Collection[Effect]) -> None:
    """Raise CogError where a run wants too many or too large things."""
    if len(effects) > MOST_EFFECTS:
        raise CogError(f"a handler returned {len(effects):,} effects; {MOST_EFFECTS:,} are the most of one run")
    total = 0
    for effect in effects:
        most = _most(effect)
        size = size_of(effect, most)
        if size > most:
            raise CogError(f"a handler returned {_named(effect)} of more than {most:,} characters or bytes")
        total += size
        if total > LARGEST_RUN:
            raise CogError(f"a handler returned effects of more than {LARGEST_RUN:,} characters and bytes in all")


def refuse_long_answer(error: UserError) -> None:
    """Raise CogError where what a handler raised for the member to read is too long, or whatever asking it raises."""
    if len(str(error)) > LARGEST_WORDS:
        raise CogError(f"a handler raised a UserError of more than {LARGEST_WORDS:,} characters")


def size_of(value: Any, most: int) -> int:
    """How large a value is, in characters and bytes, at least one for each part; counting ends beyond `most`."""
    size, left = 0, [value]
    while left and size <= most:
        part = left.pop()
        size += len(part) if isinstance(part, str | bytes | bytearray) else 1
        left.extend(_parts(part))
    return size


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, Mapping):
        return (*value.keys(), *value.values())
    if isinstance(value, list | tuple | set | frozenset):
        return value
    if is_dataclass(value):
        return [getattr(value, field.name) for field in fields(value)]
    return ()


def _most(effect: Effect) -> int:
    match effect:
        case Attach():
            return LARGEST_ATTACHMENT
        case Put() | Upsert() | Remove():
            return LARGEST_ROW
        case Swap():
            return 2 * LARGEST_ROW
        case _:
            return LARGEST_WORDS + _pictures(effect)


def _pictures(effect: Effect) -> int:
    """Pictures in what a cog says are bounded like files."""
    body = getattr(effect, "body", None)
    pictures = [getattr(block, "png", b"") for block in getattr(body, "blocks", ())]
    return min(sum(map(len, pictures)), LARGEST_ATTACHMENT)


def _named(effect: Effect) -> str:
    row = getattr(effect, "row", None) or getattr(effect, "new", None)
    return type(effect).__name__ if row is None else f"{type(effect).__name__} of {type(row).__name__}"
