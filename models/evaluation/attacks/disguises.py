"""Writes insults as people write them to slip past a filter, with a seed, so that a classifier can be tried on both."""

import random
import re
from collections.abc import Callable
from typing import Final

from models.attacks.lexicon import is_harsh

_WORD: Final = re.compile(r"[A-Za-z]{3,}")
_LEET: Final = str.maketrans("aeiostAEIOST", "4310574310$7")
_LIKE: Final = str.maketrans("aceiopxyACEIOPXY", "асеіорхуАСЕІОРХУ")  # noqa: RUF001 — Cyrillic, the point of it
_SWAPPABLE: Final = 4


def _swapped(word: str, chance: random.Random) -> str:
    if len(word) < _SWAPPABLE:
        return word
    place = chance.randrange(1, len(word) - 2)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def _starred(word: str, chance: random.Random) -> str:
    place = chance.randrange(1, len(word) - 1)
    return f"{word[:place]}*{word[place + 1 :]}"


WAYS: Final[dict[str, Callable[[str, random.Random], str]]] = {
    "leet": lambda word, _: word.translate(_LEET),
    "spacing": lambda word, _: " ".join(word),
    "zero width": lambda word, _: "\u200b".join(word),
    "homoglyphs": lambda word, _: word.translate(_LIKE),
    "asterisks": _starred,
    "swapped letters": _swapped,
}


def disguised(text: str, chance: random.Random) -> str:
    """`text` with each of its insult words written in one of WAYS, drawn anew for each."""

    def rewritten(match: re.Match[str]) -> str:
        word = match.group()
        return chance.choice(list(WAYS.values()))(word, chance) if is_harsh(word.lower()) else word

    return _WORD.sub(rewritten, text)
