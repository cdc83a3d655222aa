"""Cuts a long post into overlapping windows at sentence borders, never more than a fixed number of them."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

from models.attacks.lexicon import is_harsh

WINDOW_TOKENS: Final = 96
MOST_WINDOWS: Final = 32
# A piece is counted as it stands, so its length in characters is bounded before any token is counted.
_PIECE_CHARACTERS: Final = 480
_BORDER: Final = re.compile(r"(?<=[.!?])[\"')\]]*\s+|\n+")
_WORD: Final = re.compile(r"[^\W\d_]+(?:'[a-z]+)?")
_ADDRESS: Final = frozenset(
    ["you", "your", "yours", "yourself", "yourselves", "you're", "youre", "you've", "you'll", "u", "ur", "op", "user"]
)

Range = tuple[int, int]


def windows(
    text: str, count: Callable[[str], int], *, tokens: int = WINDOW_TOKENS, most: int = MOST_WINDOWS
) -> list[Range]:
    """Character ranges of `text`, in order, each of about `tokens` tokens by `count`.

    Neighbours share a sentence where one fits. Where there are more than `most`, those that address somebody or
    use harsh words are kept: an attack needs both an address and a blow, wherever in the post it hides.
    """
    if len(text) <= _PIECE_CHARACTERS and count(text) <= tokens:
        return [(0, len(text))] if text.strip() else []
    pieces = [piece for border in _sentences(text) for piece in _split(text, border, count, tokens)]
    sizes = [count(text[start:end]) for start, end in pieces]
    found = [(pieces[first][0], pieces[last - 1][1]) for first, last in _packed(sizes, tokens)]
    return found if len(found) <= most else _suspect(text, found, most)


def _sentences(text: str) -> list[Range]:
    """Ranges between sentence borders, blank ones left out."""
    borders = [0, *(match.end() for match in _BORDER.finditer(text)), len(text)]
    return [(start, end) for start, end in pairwise(borders) if text[start:end].strip()]


def _split(text: str, piece: Range, count: Callable[[str], int], tokens: int) -> list[Range]:
    """Halve `piece` at the space nearest its middle until every part fits."""
    start, end = piece
    short = end - start <= _PIECE_CHARACTERS
    if end - start < 2 or (short and count(text[start:end]) <= tokens):  # noqa: PLR2004 — one letter cannot be halved
        return [piece]
    middle = _middle(text, start, end)
    return [*_split(text, (start, middle), count, tokens), *_split(text, (middle, end), count, tokens)]


def _middle(text: str, start: int, end: int) -> int:
    centre = (start + end) // 2
    reach = (end - start) // 4
    space = text.find(" ", centre, centre + reach)
    if space == -1:
        space = text.rfind(" ", centre - reach, centre)
    return centre if space <= start else space


def _packed(sizes: Sequence[int], tokens: int) -> list[Range]:
    """Runs of pieces that fit `tokens` together, as (first, past the last)."""
    runs: list[Range] = []
    first = 0
    while first < len(sizes):
        last, total = first + 1, sizes[first]
        while last < len(sizes) and total + sizes[last] <= tokens:
            total += sizes[last]
            last += 1
        runs.append((first, last))
        if last == len(sizes):
            break
        overlaps = last - first > 1 and sizes[last - 1] * 3 <= tokens and sizes[last - 1] + sizes[last] <= tokens
        first = last - 1 if overlaps else last
    return runs


def _suspect(text: str, found: Sequence[Range], most: int) -> list[Range]:
    ranked = sorted(range(len(found)), key=lambda index: -suspicion(text[slice(*found[index])]))
    return [found[index] for index in sorted(ranked[:most])]


def suspicion(window: str) -> int:
    words = [word.lower() for word in _WORD.findall(window)]
    addresses = sum(word in _ADDRESS for word in words)
    blows = sum(is_harsh(word) for word in words)
    return addresses + 2 * blows + 4 * min(addresses, blows)
