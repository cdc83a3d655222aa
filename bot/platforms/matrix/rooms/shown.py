"""Names as people see them: cut, without what hides or turns letters, and which of them look the same. Pure."""

import re
import unicodedata
from functools import lru_cache

LONGEST_NAME = 100
"""Characters of a member's name."""

LONGEST_ROOM_NAME = 200

_KEPT = 4_096
"""Names that are not worked out again: with every message the same few are asked for."""

_JOINERS = frozenset("\u200c\u200d")
"""Persian words and emoji of several signs need them; between names they make no difference."""

_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0\ufffc\ufffd")
"""Letters and signs that show nothing."""

_LOOKALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u043a\u043c\u0442"
    "\u043d\u0501\u04bb\u04cf\u03bf\u03b1\u03bd\u03c1\u03c5\u03b9\u03ba\u0131"
    "l01|",
    "aeopcyxijskmthdhioavpuikiioii",
)
"""Cyrillic, Greek and figures for the Latin letters that they are taken for."""

_MOST_MARKS = 4
_MARKS = re.compile(r"[\u0300-\u036f\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{5,}")


@lru_cache(_KEPT)
def shown(name: str | None, longest: int = LONGEST_NAME) -> str | None:
    """The name fit to stand in a line; None where nothing is left to see."""
    if name is None:
        return None
    kept = "".join(" " if letter.isspace() else letter for letter in name[: 4 * longest] if _stays(letter))
    text = " ".join(_MARKS.sub(lambda marks: marks[0][:_MOST_MARKS], kept).split())
    if not any(letter not in _JOINERS for letter in text):
        return None
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


@lru_cache(_KEPT)
def likeness(name: str) -> str:
    """Two names with the same likeness cannot be told apart at a glance."""
    folded = unicodedata.normalize("NFKC", name).casefold().translate(_LOOKALIKES)
    return "".join(letter for letter in folded if letter not in _JOINERS and not letter.isspace())


def _stays(letter: str) -> bool:
    if letter in _JOINERS or letter.isspace():
        return True
    return letter not in _BLANK and unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
