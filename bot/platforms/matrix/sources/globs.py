"""Patterns of policy rules: * for any letters, ? for one. Never slow, whatever a list says. Pure."""

import re

_LONGEST = 255
_STARS = re.compile(r"\*+")
_MOST_STARS, _MOST_MARKS = 8, 64


def is_plain(pattern: str) -> bool:
    """Whether it names one thing only."""
    return "*" not in pattern and "?" not in pattern


def is_bearable(pattern: str) -> bool:
    """Whether matching it costs little; no honest rule needs more."""
    if len(pattern) > _LONGEST:
        return False
    return len(_STARS.findall(pattern)) <= _MOST_STARS and pattern.count("?") <= _MOST_MARKS


def matches(pattern: str, text: str) -> bool:
    """Each part between stars is sought once, from where the one before ended: nothing is ever tried again."""
    first, *others = pattern.split("*")
    if not others:
        return len(first) == len(text) and _is_at(first, text, 0)
    *middle, last = others
    end = len(text) - len(last)
    position = len(first)
    if end < position or not _is_at(first, text, 0) or not _is_at(last, text, end):
        return False
    for part in middle:
        found = _find(part, text, position, end)
        if found < 0:
            return False
        position = found + len(part)
    return True


def _is_at(part: str, text: str, position: int) -> bool:
    if "?" not in part:
        return text.startswith(part, position)
    return all(letter in ("?", text[position + index]) for index, letter in enumerate(part))


def _find(part: str, text: str, start: int, end: int) -> int:
    if "?" not in part:
        return text.find(part, start, end)
    return next((at for at in range(start, end - len(part) + 1) if _is_at(part, text, at)), -1)
