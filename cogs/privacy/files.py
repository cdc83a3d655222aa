"""An export as JSON files, each valid by itself and small enough to be sent."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

LARGEST: Final = 7_500_000
"""Bytes of one file; chat platforms refuse what is larger than 8 MB."""

_FRAME: Final = 500
"""Bytes set aside for the outermost braces and what they enclose beside the data."""

Path = tuple[str, ...]


def files(export: Mapping[str, Any], about: Mapping[str, Any], *, largest: int = LARGEST) -> list[tuple[str, bytes]]:
    """Names and contents.

    Args:
        export: sections by who keeps them. Objects and lists are parted between files, at any depth of objects; an
            item of a list, or another single value, never is.
        about: what is said first in each file.
        largest: bytes of one file.
    """
    parts = list(_parts(export, largest - _FRAME - _size(about, 1)))
    return [
        (_name(number, len(parts)), _written({"about": {**about, "file": number, "of": len(parts)}, **part}))
        for number, part in enumerate(parts, 1)
    ]


def _name(number: int, count: int) -> str:
    return "my-data.json" if count == 1 else f"my-data-{number}-of-{count}.json"


def _parts(export: Mapping[str, Any], room: int) -> Iterator[dict[str, Any]]:
    part: dict[str, Any] = {}
    used = 0
    before: Path = ()
    for path, value, is_item in _leaves(export, ()):
        size = _size(value, len(path)) + (_size_of(path) if path != before else 0)
        if part and used + size > room:
            yield part
            part, used = {}, 0
            size += _size_of(path)
        _put(part, path, value, is_item=is_item)
        used, before = used + size, path
    yield part


def _leaves(inside: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, Any, bool]]:
    """Every value with the keys that lead to it, and whether it is an item of the list there."""
    for key, value in inside.items():
        here = (*path, str(key))
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, here)
        elif isinstance(value, list | tuple) and value:
            yield from ((here, item, True) for item in value)
        else:
            yield here, value, False


def _put(part: dict[str, Any], path: Path, value: Any, *, is_item: bool) -> None:
    *above, last = path
    for key in above:
        part = part.setdefault(key, {})
    if is_item:
        part.setdefault(last, []).append(value)
    else:
        part[last] = value


def _size_of(path: Path) -> int:
    """Bytes of the keys that lead to a value, with what encloses it."""
    return sum(_size(key, depth) + 2 * (depth + 4) for depth, key in enumerate(path, 1))


def _size(value: Any, depth: int) -> int:
    """At least the bytes that the value takes when it is written so deep inside, indentation included."""
    written = _written(value)
    return len(written) + (1 + written.count(b"\n")) * (depth + 2) + 2


def _written(value: Any) -> bytes:
    """As JSON in UTF-8; half a character, which UTF-8 does not have, is written as JSON's own escape."""
    return json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace")
