"""What a message answers, cut to what the model has room for: the quoted lines, else the message before it."""

import re
from collections.abc import Sequence
from typing import Final

from models.attacks.normalise import normalise, quoted

CONTEXT_TOKENS: Final = 56
# What opens a post and what closes it say most of what is answered.
_OPENING: Final = 110
_CLOSING: Final = 110
_LONG: Final = 4 * (_OPENING + _CLOSING)
_SPACE: Final = re.compile(r"\s+")


def answered(text: str, context: Sequence[str]) -> str:
    """What `text` answers (normalised, on one line, at most about 220 characters); empty where that is not known.

    Lines that `text` quotes say it best; else it is the last message of `context`.
    """
    for source in (quoted(text), context[-1] if context else ""):
        found = _excerpt(source)
        if found:
            return found
    return ""


def _excerpt(text: str) -> str:
    if len(text) > 2 * _LONG:
        text = f"{text[:_LONG]} {text[-_LONG:]}"
    found = _SPACE.sub(" ", normalise(text).text)
    if len(found) <= _OPENING + _CLOSING:
        return found
    return f"{found[:_OPENING].rsplit(' ', 1)[0]} ... {found[-_CLOSING:].split(' ', 1)[-1]}"
