"""Words, their stems, and how much each tells about a sentence."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from models.summaries.lexicon import STOPWORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MOST_TERMS = 1_500
_SHORTEST_STEM = 4
_STRAIGHT = str.maketrans({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0xA0: " "})
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_WORD_OR_NUMBER = re.compile(r"\w+(?:['-]\w+)*")


def plain(text: str) -> str:
    """The text with the straight quotation marks and apostrophes that patterns are written for."""
    return text.translate(_STRAIGHT)


def spoken_words(text: str) -> Iterator[tuple[str, int, int]]:
    """Each lower-cased word or number with where it starts and ends in the text."""
    for match in _WORD_OR_NUMBER.finditer(plain(text)):
        yield match[0].lower(), match.start(), match.end()


def words(text: str) -> list[str]:
    """Lower-cased words of a plain text."""
    return [word.lower() for word in _WORD.findall(text)]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A light stem: plural, -ing, -ed and -ly taken off; enough to match, not meant to be shown."""
    word = word.removesuffix("'s")
    if word.endswith("ies") and len(word) > _SHORTEST_STEM:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) >= _SHORTEST_STEM:
        word = word[:-1]
    for suffix in ("ing", "ed", "ly"):
        if word.endswith(suffix) and len(word) - len(suffix) >= _SHORTEST_STEM:
            return word[: -len(suffix)]
    return word


def terms(text: str) -> list[str]:
    """Stems of the words that say what a text is about."""
    return [stem(word) for word in words(text) if word not in STOPWORDS and len(word) > 1]


def weigh_terms(texts: Sequence[Sequence[str]]) -> np.ndarray:
    """TF-IDF rows of length 1 (or 0), shape (n, at most 1,500), float32; terms of one text only are dropped."""
    spread = Counter(term for text in texts for term in set(text))
    kept = sorted((term for term, count in spread.items() if count > 1), key=lambda term: (-spread[term], term))
    column = {term: index for index, term in enumerate(kept[:_MOST_TERMS])}
    matrix = np.zeros((len(texts), len(column)), dtype=np.float32)
    for row, text in enumerate(texts):
        for term, count in Counter(text).items():
            if term in column:
                matrix[row, column[term]] = (1 + np.log(count)) * np.log(1 + len(texts) / spread[term])
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.asarray(matrix / np.where(lengths > 0, lengths, 1), dtype=np.float32)
