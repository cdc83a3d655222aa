"""Where in a TOML file a setting stands, so that an error can name the line."""

import re
from collections.abc import Iterator, Mapping

Location = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)([^\[\]]+)\]\]?\s*(#.*)?$")
_NAME = r"""(?:[\w-]+|"[^"]*"|'[^']*')"""
_KEY = re.compile(rf"^\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*=")
_MULTILINE = re.compile(r'"""|\'\'\'')


def lines_of(text: str) -> Mapping[Location, int]:
    """Location of each section and key to its line, counted from 1.

    It reads headers and keys at the start of lines, which is how people write TOML; what it does not find (keys inside
    inline tables) is reported with the line of what encloses it.
    """
    found: dict[Location, int] = {}
    arrays: dict[Location, int] = {}
    section: Location = ()
    for number, line in _outside_long_strings(text):
        if header := _HEADER.match(line):
            section = _section(header[2], arrays, repeated=header[1] == "[[")
            found.setdefault(section, number)
            found.setdefault(_without_index(section), number)
        elif key := _KEY.match(line):
            found.setdefault((*section, *_parts(key[1])), number)
    return found


def line_of(lines: Mapping[Location, int], location: Location) -> int | None:
    """The line of a location, or of the nearest thing around it."""
    for end in range(len(location), 0, -1):
        if location[:end] in lines:
            return lines[location[:end]]
    return None


def _section(name: str, arrays: dict[Location, int], *, repeated: bool) -> Location:
    """`community.rules` with the indexes that the headers above it imply: ("community", 0, "rules", 2)."""
    location: Location = ()
    parts = _parts(name)
    for depth, part in enumerate(parts, start=1):
        location = (*location, part)
        if repeated and depth == len(parts):
            arrays[location] = arrays.get(location, -1) + 1
        if location in arrays:
            location = (*location, arrays[location])
    return location


def _without_index(location: Location) -> Location:
    return location[:-1] if isinstance(location[-1], int) else location


def _parts(name: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in name.split("."))


def _outside_long_strings(text: str) -> Iterator[tuple[int, str]]:
    inside = False
    for number, line in enumerate(text.splitlines(), start=1):
        if not inside:
            yield number, line
        if len(_MULTILINE.findall(line)) % 2:
            inside = not inside
