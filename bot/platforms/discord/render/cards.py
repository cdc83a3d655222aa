"""A document with choices as one card: its text shortened where it must be, its buttons always whole. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import pairwise

from bot.domain.document import Block, Document, Picture, Quote
from bot.domain.effect import Choice
from bot.domain.text import harmless
from bot.platforms.cutting import between_characters
from bot.platforms.discord.render.blocks import Kind, Passage, Setting, gap, passages
from bot.platforms.discord.render.contents import EMPTY, Content, together
from bot.platforms.discord.render.contents import LIMIT as CONTENT
from bot.platforms.discord.render.escaping import is_blank, units
from bot.platforms.discord.render.spans import LinkTo

LIMIT = 4_000
"""Units of all text on one card; Discord counts characters, which are as many or fewer."""

MOST_BUTTONS = 30
"""With rows, text, pictures, a line and the frame they make no more than the 40 components that Discord allows."""

IN_A_ROW = 5
_PICTURES = 10
_LONGEST_LABEL = 80
_LONGEST_EMOJI = 16
_QUOTE_LENGTHS = (1_000, 500, 250, 120, 60)
"""Characters to which every quote is shortened, until the card fits."""

_SHORTENED = Passage("-# …(shortened)", Kind.SMALL)
_LEAST = 120
"""Units; of a block no less is shown."""

CustomIdOf = Callable[[str], str]
"""A choice's id to the custom id of its button."""


class Colour(IntEnum):
    """What the bar beside a card says at a glance."""

    OPEN = 0x5865F2
    GRAVE = 0xE67E22
    DECIDED = 0x95A5A6


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    emoji: str
    danger: bool
    custom_id: str


@dataclass(frozen=True, slots=True)
class Card:
    """What one card shows; `rows` hold up to five buttons each."""

    text: str
    colour: Colour
    meant: tuple[int, ...] = ()
    pictures: tuple[Picture, ...] = ()
    rows: tuple[tuple[Button, ...], ...] = ()


def card(document: Document, choices: Sequence[Choice], link_to: LinkTo, custom_id_of: CustomIdOf) -> Card:
    """As much as fits of the document, and every choice.

    Raises:
        ValueError: more choices than `MOST_BUTTONS`.
    """
    if len(choices) > MOST_BUTTONS:
        raise ValueError(f"a card holds {MOST_BUTTONS} buttons, not {len(choices)}")
    shown = _shown(document, link_to, LIMIT)
    buttons = [_button(choice, custom_id_of(choice.id)) for choice in choices]
    rows = [tuple(buttons[at : at + IN_A_ROW]) for at in range(0, len(buttons), IN_A_ROW)]
    return Card(
        together(shown).strip() or EMPTY,
        _colour(choices),
        tuple(dict.fromkeys(user for passage in shown for user in passage.meant)),
        tuple(block for block in document.blocks if isinstance(block, Picture))[:_PICTURES],
        tuple(rows),
    )


def in_one(document: Document, link_to: LinkTo, limit: int = CONTENT) -> Content:
    """A document as one message's content, shortened likewise; without its pictures."""
    shown = _shown(document, link_to, limit)
    meant = tuple(dict.fromkeys(user for passage in shown for user in passage.meant))
    return Content(together(shown).strip() or EMPTY, meant)


def _shown(document: Document, link_to: LinkTo, limit: int) -> list[Passage]:
    setting = Setting(link_to, limit)
    every = [passage for block in document.blocks for passage in passages(block, setting)]
    for length in _QUOTE_LENGTHS:
        if _taken(every) <= limit:
            return every
        blocks = [shortened(block, length) if isinstance(block, Quote) else block for block in document.blocks]
        every = [passage for block in blocks for passage in passages(block, setting)]
    return every if _taken(every) <= limit else _fitting(blocks, link_to, limit)


def _fitting(blocks: Sequence[Block], link_to: LinkTo, limit: int) -> list[Passage]:
    """As many blocks as fit, the last perhaps in part, and then the word that something is missing."""
    kept: list[Passage] = []
    for block in blocks:
        left = limit - _taken([*kept, _SHORTENED]) - len("\n\n")
        parts = list(passages(block, Setting(link_to, left))) if left > _LEAST else []
        kept += parts[:1]
        if len(parts) > 1 or (left <= _LEAST and not isinstance(block, Picture)):
            break
    return [*kept, _SHORTENED]


def _taken(run: Sequence[Passage]) -> int:
    gaps = sum(len(gap(before.kind, after.kind)) for before, after in pairwise(run))
    return gaps + sum(units(passage.text) for passage in run)


def shortened(quote: Quote, length: int) -> Quote:
    """The quote in up to `length` characters: its beginning, or what stands around the first words marked in it."""
    text = harmless(quote.text)
    if len(text) <= length:
        return quote
    first = min((start for start, _ in quote.marked if start < len(text)), default=0)
    start = 0 if first < length * 2 // 3 else between_characters(text, max(first - length // 4, 1))
    end = max(between_characters(text, min(start + length - 2, len(text))), start + 1)
    before = "…" if start else ""
    shift = start - len(before)
    marks = tuple((max(a, start) - shift, min(b, end) - shift) for a, b in quote.marked if a < end and b > start)
    return replace(quote, text=f"{before}{text[start:end]}{'…' if end < len(text) else ''}", marked=marks)


def _button(choice: Choice, custom_id: str) -> Button:
    """Labels know no markup. What is no emoji Discord would refuse, and the card with it."""
    label = " ".join(harmless(choice.text).split())
    label = label if len(label) <= _LONGEST_LABEL else f"{label[: between_characters(label, _LONGEST_LABEL - 1)]}…"
    emoji = choice.emoji if _is_emoji(choice.emoji) else ""
    return Button(label if not is_blank(label) else ("" if emoji else EMPTY), emoji, choice.danger, custom_id)


def _is_emoji(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_EMOJI and not text.isascii() and not any(map(str.isspace, text))


def _colour(choices: Sequence[Choice]) -> Colour:
    if not choices:
        return Colour.DECIDED
    return Colour.GRAVE if any(choice.danger for choice in choices) else Colour.OPEN
