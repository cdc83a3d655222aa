"""Where a long text is cut: at the end of a paragraph, else of a sentence, else of a word. Pure."""

import json
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from bot.platforms.matrix.render.spans import Piece, escaped

_BORDERS = (
    re.compile(r"\n+"),
    re.compile(r"[.!?…。！？][\"'”’)\]]*\s+"),  # noqa: RUF001 - the marks that end a sentence in Chinese and Japanese
    re.compile(r"\s+"),
)
_LATEST = 0.5
"""A border before this share of what fits leaves too short a piece: the next kind of border is looked for."""

_JOINERS = "\u200d\ufe0e\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
_FURTHEST_BACK = 32


def weight(piece: Piece) -> int:
    """Bytes of both forms as they are sent: JSON in ASCII, as it is before it is encrypted."""
    return _sent(piece.plain) + _sent(piece.html)


def cut(text: str, limit: int) -> Iterator[str]:
    """The text in pieces whose two forms weigh at most `limit` each; nothing but white space at a cut is lost."""
    while text:
        end = _end(text, limit)
        piece, text = text[:end].rstrip(), text[end:].lstrip()
        if piece:
            yield piece


def _end(text: str, limit: int) -> int:
    head = text[: max(limit // 2, 1)]  # a character weighs two bytes at least
    fits = max(bisect_right(list(accumulate(map(_weight_of, head))), limit), 1)
    if fits >= len(text):
        return len(text)
    for border in _BORDERS:
        ends = [found.end() for found in border.finditer(text, 0, fits + 1) if found.end() <= fits]
        if ends and ends[-1] >= fits * _LATEST:
            return ends[-1]
    return _between_characters(text, fits)


def _between_characters(text: str, end: int) -> int:
    """A cut that parts no letter from its accent and no emoji from what belongs to it."""
    for earlier in range(end, max(end - _FURTHEST_BACK, 0), -1):
        after, before = text[earlier], text[earlier - 1]
        if not unicodedata.combining(after) and after not in _JOINERS and before != "\u200d":
            return earlier
    return end


def _weight_of(character: str) -> int:
    if character.isalnum() and character.isascii():
        return 2
    return _sent(character) + _sent(escaped(character)) + (_QUOTED_LINE if character == "\n" else 0)


_QUOTED_LINE = 2
"""What a line's beginning adds in the plain form of a quote."""


def _sent(text: str) -> int:
    return len(json.dumps(text)) - 2
