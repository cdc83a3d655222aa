"""Where a long text is cut: at the end of a paragraph, else of a sentence, else of a word. Pure."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate

WeightOf = Callable[[str], int]
"""What one character weighs at most once it is rendered: one or more."""

_BORDERS = (
    re.compile(r"\n+"),
    re.compile(r"[.!?…。！？][\"'”’)\]]*\s+"),  # noqa: RUF001 - the marks that end a sentence in Chinese and Japanese
    re.compile(r"\s+"),
)
_LATEST = 0.5
"""A border before this share of what fits leaves too short a piece: the next kind of border is looked for."""

_JOINERS = "\u200d\ufe0e\ufe0f\u20e3\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
"""Two of them are one flag."""

_FURTHEST_BACK = 32


def cut(text: str, limit: int, weight_of: WeightOf) -> Iterator[str]:
    """The text in pieces that weigh at most `limit` each; nothing but white space at a cut is lost."""
    while text:
        end = _end(text, limit, weight_of)
        piece, text = text[:end].rstrip(), text[end:].lstrip()
        if piece:
            yield piece


def _end(text: str, limit: int, weight_of: WeightOf) -> int:
    head = text[: max(limit, 1)]
    fits = max(bisect_right(list(accumulate(map(weight_of, head))), limit), 1)
    if fits >= len(text):
        return len(text)
    for border in _BORDERS:
        ends = [found.end() for found in border.finditer(text, 0, fits + 1) if found.end() <= fits]
        if ends and ends[-1] >= fits * _LATEST:
            return ends[-1]
    return between_characters(text, fits)


def between_characters(text: str, end: int) -> int:
    """The last place up to `end` where a cut parts no letter from its accent and no emoji from what belongs to it."""
    for earlier in range(end, max(end - _FURTHEST_BACK, 0), -1):
        if earlier >= len(text) or not _belongs(text[earlier - 1], text[earlier], text, earlier):
            return earlier
    return end


def _belongs(before: str, after: str, text: str, at: int) -> bool:
    """Whether what stands after a place belongs to what stands before it."""
    if unicodedata.combining(after) or after in _JOINERS or before == "\u200d":
        return True
    if ord(after) not in _FLAG_LETTERS or ord(before) not in _FLAG_LETTERS:
        return False
    first = at
    while first > 0 and ord(text[first - 1]) in _FLAG_LETTERS:
        first -= 1
    return (at - first) % 2 == 1
