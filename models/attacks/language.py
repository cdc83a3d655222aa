"""Says when a message is nothing that an English classifier can judge, and why."""

import re
import unicodedata
from typing import Final

from models.attacks.lexicon import is_harsh

_WORD: Final = re.compile(r"[^\W\d_]+")
# Fewer words than this tell no language from another.
_ENOUGH_WORDS: Final = 12
_COMMON_WORDS: Final = """
the be is are was were am been to of and a an in that have has had i it its for not on with he she as you do does
did at this but his her by from they them we our us say or will my one all would there their what so up out if about
who get which go me when make can like no just him know take into your some could than then now only over think also
back after use how because any these most don t s re m ll ve
"""
_COMMON: Final = frozenset(_COMMON_WORDS.split())
_LEAST_SHARE: Final = 0.12
_READ: Final = 4_000


def reason_to_abstain(text: str) -> str | None:
    """Why `text` (normalised) cannot be judged, in plain words; None if it can."""
    if not text.strip():
        return "empty"
    letters = [letter for letter in text[:_READ] if letter.isalpha()]
    if not letters:
        return "no letters"
    if sum(_is_latin(letter) for letter in letters) * 2 < len(letters):
        return "not in Latin letters"
    words = _WORD.findall(text[:_READ].lower())
    if len(words) < _ENOUGH_WORDS or any(map(is_harsh, words)):
        return None
    return None if sum(word in _COMMON for word in words) >= _LEAST_SHARE * len(words) else "not English"


def _is_latin(letter: str) -> bool:
    return letter.isascii() or unicodedata.name(letter, "").startswith("LATIN")
