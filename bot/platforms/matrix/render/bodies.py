"""A document as the messages that say it: in parts, or shortened where it must be one. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.document import Block, Document, Picture
from bot.platforms.matrix.render.blocks import Setting, pieces
from bot.platforms.matrix.render.cutting import weight
from bot.platforms.matrix.render.gate import passed
from bot.platforms.matrix.render.spans import LinkTo, Piece, words

LIMIT = 30_000
"""Bytes of both bodies of one message: an event may have 65,536, encryption makes four of three and adds its own."""

LIMIT_OF_ONE = 14_000
"""Likewise for what is never parted: an edit carries its bodies twice."""

_SHORTENED = "…(shortened)"
_EMPTY = "…"
_LEAST = 1_000
"""Bytes; of a block no less is shown."""

_GAP = 8
"""What parts two blocks, in bytes."""


@dataclass(frozen=True, slots=True)
class Body:
    """What one message says, and whom it is meant to notify."""

    plain: str
    html: str
    meant: tuple[str, ...] = ()


def in_parts(document: Document, link_to: LinkTo, limit: int = LIMIT) -> list[Body | Picture]:
    """The document as messages in order, pictures by themselves; at least one, and none is empty."""
    setting, told = Setting(link_to, limit), set[str]()
    parts: list[Body | Picture] = []
    run: list[Piece] = []
    for block in document.blocks:
        if isinstance(block, Picture):
            parts += [_body(each, told) for each in _packed(run, limit)]
            parts.append(block)
            run = []
        else:
            run += pieces(block, setting)
    parts += [_body(each, told) for each in _packed(run, limit)]
    return parts or [Body(_EMPTY, _EMPTY)]


def in_one(document: Document, link_to: LinkTo, foot: Document | None = None, limit: int = LIMIT_OF_ONE) -> Body:
    """The document as one message, shortened visibly where it is too long, with a foot that stays."""
    below = _fitting(foot.blocks if foot else (), link_to, limit // 2)
    kept = _fitting(document.blocks, link_to, limit - sum(map(_taken, below)))
    return _body([*kept, *below], set()) if kept or below else Body(_EMPTY, _EMPTY)


def _fitting(blocks: Sequence[Block], link_to: LinkTo, room: int) -> list[Piece]:
    """As many blocks as fit, the last perhaps in part, and then the word that something is missing."""
    kept: list[Piece] = []
    left = room - _taken(words(_SHORTENED))
    for block in blocks:
        parts = list(pieces(block, Setting(link_to, left - _GAP))) if left > _LEAST else []
        if len(parts) > 1 or left <= _LEAST:
            return [*kept, *parts[:1], words(_SHORTENED)]
        kept += parts
        left -= sum(map(_taken, parts))
    return kept


def _packed(run: Sequence[Piece], limit: int) -> Iterator[list[Piece]]:
    """Neighbours together as long as one message bears them."""
    kept: list[Piece] = []
    taken = 0
    for piece in run:
        if kept and taken + _taken(piece) > limit:
            yield kept
            kept, taken = [], 0
        kept.append(piece)
        taken += _taken(piece)
    if kept:
        yield kept


def _taken(piece: Piece) -> int:
    return weight(piece) + _GAP


def _body(run: Sequence[Piece], told: set[str]) -> Body:
    """One message; whoever an earlier one of the same document notified is left in peace."""
    meant = [user for user in dict.fromkeys(user for piece in run for user in piece.meant) if user not in told]
    told.update(meant)
    return Body("\n\n".join(piece.plain for piece in run), passed("".join(piece.html for piece in run)), tuple(meant))
