"""How heavy a text is in a Matrix event, and where it is cut accordingly. Pure."""

import json
from collections.abc import Iterator

from bot.platforms import cutting
from bot.platforms.matrix.render.spans import Piece, escaped


def weight(piece: Piece) -> int:
    """Bytes of both forms as they are sent: JSON in ASCII, as it is before it is encrypted."""
    return _sent(piece.plain) + _sent(piece.html)


def cut(text: str, limit: int) -> Iterator[str]:
    """The text in pieces whose two forms weigh at most `limit` each; nothing but white space at a cut is lost."""
    return cutting.cut(text, limit, _weight_of)


def _weight_of(character: str) -> int:
    if character.isalnum() and character.isascii():
        return 2
    return _sent(character) + _sent(escaped(character)) + (_QUOTED_LINE if character == "\n" else 0)


_QUOTED_LINE = 2
"""What a line's beginning adds in the plain form of a quote."""


def _sent(text: str) -> int:
    return len(json.dumps(text)) - 2
