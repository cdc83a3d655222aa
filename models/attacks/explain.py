"""Finds the words that carry a window's score by leaving them out and looking how far it falls."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from models.attacks.judgement import Span

_WORD: Final = re.compile(r"@?\w+(?:'\w+)*")
# A window of 96 tokens takes at most _PARTS + 3 + _WORDS forward passes.
_PARTS: Final = 5
_WORDS: Final = 8
_LEAST_SHARE: Final = 0.05

Range = tuple[int, int]


def carrying_words(text: str, whole: float, logit: Callable[[str], float], *, most: int) -> list[Span]:
    """Words of `text`, the heaviest first, with their share of the fall of the logit; empty if nothing carries.

    `whole` is the logit of `text`, which the caller has already. A long text is cut into parts first, and only the
    words of the part that matters most are tried one by one.
    """
    words = [match.span() for match in _WORD.finditer(text)]
    if not words or most < 1:
        return []
    while len(words) > _WORDS:
        parts = _parts(words)
        falls = [whole - logit(_without(text, part[0][0], part[-1][1])) for part in parts]
        words = list(parts[max(range(len(parts)), key=falls.__getitem__)])
    falls = [max(0.0, whole - logit(_without(text, *word))) for word in words]
    total = sum(falls)
    if total <= 0:
        return []
    spans = [Span(*word, fall / total) for word, fall in zip(words, falls, strict=True)]
    heavy = [span for span in spans if span.weight >= _LEAST_SHARE]
    return sorted(heavy, key=lambda span: -span.weight)[:most]


def _parts(words: Sequence[Range]) -> list[Sequence[Range]]:
    """`words` in at most _PARTS runs, none longer than _WORDS unless there are very many words."""
    size = max(_WORDS, -(-len(words) // _PARTS))
    return [words[start : start + size] for start in range(0, len(words), size)]


def _without(text: str, start: int, end: int) -> str:
    return f"{text[:start]} {text[end:]}".strip() or "."
