"""Blocks of a document as pieces of markdown, each short enough for one message. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from bot.domain import document as tree
from bot.domain.document import Block, Inline, Inlines
from bot.domain.text import harmless
from bot.platforms.cutting import cut
from bot.platforms.discord.render.escaping import GAP, escaped, heaviest, is_blank, units
from bot.platforms.discord.render.spans import LinkTo, Piece, joined, line, span, wrapped

LONGEST_DESCRIPTION = 1_000
"""Characters of what a picture is said to show; Discord allows 1,024."""

_HEADINGS = {1: "## "}
_SMALL_HEADING = "### "
_LANGUAGE = re.compile(r"[a-z0-9+#-]{1,20}", re.IGNORECASE | re.ASCII)
_FRAME = 64
"""Units that fences and marks take beside the words."""

_INDENTED = 3
"""Units that a line break in an item takes at most."""

_MARGIN = 10
"""What the marks of one span take."""


class Kind(Enum):
    """What decides about the gap between two pieces."""

    HEADING = auto()
    WORDS = auto()
    SMALL = auto()
    LIST = auto()
    QUOTE = auto()
    CODE = auto()


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a block that stands on lines of its own."""

    text: str
    kind: Kind
    meant: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """What rendering needs to know beside the document; `limit` in units."""

    link_to: LinkTo
    limit: int


def passages(block: Block, setting: Setting) -> Iterator[Passage]:
    """The block in passages of at most `setting.limit` units each; a blank one has none, nor has a picture."""
    if isinstance(block, tree.Picture):
        return
    if isinstance(block, tree.Listing):
        yield from _listing(block, setting)
        return
    yield from _fitting(block, setting, setting.limit - _FRAME)


def gap(before: Kind, after: Kind) -> str:
    """What stands between two parts: without an empty line two of a kind would run into each other."""
    if before is Kind.HEADING:
        return "\n"
    parted = before is after or before is Kind.LIST or (before is Kind.QUOTE and after is Kind.WORDS)
    return "\n\n" if parted else "\n"


def _fitting(block: Block, setting: Setting, room: int) -> Iterator[Passage]:
    whole = _whole(block, setting)
    if is_blank(whole.text):
        return
    if units(whole.text) <= setting.limit:
        yield whole
        return
    if room < _MARGIN:  # a name alone is too long for so little room
        yield Passage("…", Kind.WORDS)
        return
    for each in _lighter(block, setting, max(room, _MARGIN * 2)):
        yield from _fitting(each, setting, room // 2)


def _whole(block: Block, setting: Setting) -> Passage:
    match block:
        case tree.Heading(spans=spans, level=level):
            inside = line(spans, setting.link_to)
            text = " ".join(inside.text.split("\n")).strip()
            return Passage(f"{_HEADINGS.get(level, _SMALL_HEADING)}{text}" if text else "", Kind.HEADING, inside.meant)
        case tree.Paragraph(spans=spans) if spans and all(isinstance(each, tree.Faint) for each in spans):
            return Passage(_small("".join(each.text for each in spans if isinstance(each, tree.Faint))), Kind.SMALL)
        case tree.Paragraph(spans=spans):
            inside = line(spans, setting.link_to)
            return Passage(inside.text, Kind.WORDS, inside.meant)
        case tree.Quote():
            return _quote(block, setting)
        case tree.CodeBlock(text=text, language=language):
            return Passage(_code(text, language), Kind.CODE)
        case _:
            return Passage("", Kind.WORDS)


def _lighter(block: Block, setting: Setting, room: int) -> Iterator[Block]:
    """A long block as shorter ones of its kind."""
    match block:
        case tree.Heading() | tree.Paragraph():
            for spans in _lines(block.spans, setting, room):
                yield replace(block, spans=spans)
        case tree.Quote():
            yield from _quotes(block, setting, room)
        case tree.CodeBlock(text=text):
            for each in cut(harmless(text), room, heaviest):
                yield replace(block, text=each)
        case _:
            return


def _small(text: str) -> str:
    lines = [escaped(each.strip()) for each in harmless(text).split("\n")]
    return "\n".join(f"-# {each}" for each in lines if each)


def _lines(spans: Inlines, setting: Setting, room: int) -> Iterator[Inlines]:
    """Spans in runs of at most `room` units each, long texts cut."""
    run: list[Inline] = []
    taken = 0
    for node in spans:
        for each in _short(node, setting, room):
            heavy = units(span(each, setting.link_to).text) + len(GAP)
            if run and taken + heavy > room:
                yield tuple(run)
                run, taken = [], 0
            run.append(each)
            taken += heavy
    if run:
        yield tuple(run)


def _short(node: Inline, setting: Setting, room: int) -> Iterator[Inline]:
    if isinstance(node, tree.Mention | tree.Moment) or units(span(node, setting.link_to).text) < room:
        yield node
        return
    if isinstance(node, tree.Link | tree.Jump):
        address = units(span(replace(node, text="-"), setting.link_to).text) + _MARGIN
        if isinstance(node, tree.Link) and address > room // 2:
            whole = f"{node.text} ({node.url})" if node.text != node.url else node.url
            yield from (tree.Text(each) for each in cut(harmless(whole), room - _MARGIN, heaviest))
            return
        room -= address
    for each in cut(harmless(node.text), max(room - _MARGIN, 1), heaviest):
        yield replace(node, text=each)


def _listing(block: tree.Listing, setting: Setting) -> Iterator[Passage]:
    """Items as far as they fit, each under its own number; what is too long for one goes on below it."""
    room, rows, meant, taken = setting.limit - _FRAME, list[str](), list[int](), 0
    for number, item in enumerate(block.items, 1):
        for index, spans in enumerate(_lines(item, setting, room // _INDENTED)):
            inside = line(spans, setting.link_to)
            row = _row(inside.text, number if block.ordered else None) if index == 0 else inside.text
            if rows and (index or taken + units(row) > room):
                yield Passage("\n".join(rows), Kind.LIST, tuple(meant))
                rows, meant, taken = [], [], 0
            if index:
                yield Passage(row, Kind.WORDS, inside.meant)
                continue
            rows.append(row)
            meant += inside.meant
            taken += units(row) + 1
    if rows:
        yield Passage("\n".join(rows), Kind.LIST, tuple(meant))


def _row(text: str, number: int | None) -> str:
    mark = "-" if number is None else f"{number}."
    inside = "\n  ".join(each.strip() for each in text.strip().split("\n"))
    return f"{mark} {inside if not is_blank(inside) else '…'}"


def _quote(quote: tree.Quote, setting: Setting) -> Passage:
    """The source stands outside: what is inside are somebody's words, and they cannot name a source of their own."""
    said = joined(
        Piece(wrapped("**", text) if marked else escaped(text)) for text, marked in _marked(quote.text, quote.marked)
    )
    text = "\n".join(f"> {each}" for each in said.text.split("\n")) if not is_blank(said.text) else ""
    if not quote.source:
        return Passage(text, Kind.QUOTE)
    source = line(quote.source, setting.link_to)
    below = f"-# — {' '.join(source.text.split())}"
    return Passage(f"{text}\n{below}" if text else below, Kind.QUOTE, source.meant)


def _marked(text: str, marks: Sequence[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    clean, at = harmless(text), 0
    for start, end in sorted(marks):
        begin, stop = max(start, at), min(end, len(clean))
        if begin < stop:
            yield clean[at:begin], False
            yield clean[begin:stop], True
            at = stop
    yield clean[at:], False


def _quotes(quote: tree.Quote, setting: Setting, room: int) -> Iterator[Block]:
    """The words in parts, each with its marks and under its source; a long source goes by itself."""
    text, at = harmless(quote.text), 0
    source = units(line(quote.source, setting.link_to).text) + _MARGIN
    kept = quote.source if source < room // 2 else ()
    for each in cut(text, room - source if kept else room, heaviest):
        at = text.index(each, at)
        marks = tuple((start - at, end - at) for start, end in quote.marked if end > at)
        one = tree.Quote(each, kept, marks)
        yield one if units(_quote(one, setting).text) <= setting.limit else replace(one, marked=())
        at += len(each)
    if not kept and quote.source:
        yield from (tree.Paragraph(spans) for spans in _lines(quote.source, setting, room))


def _code(text: str, language: str) -> str:
    clean = harmless(text).strip("\n").replace("```", f"``{GAP}`")
    if is_blank(clean):
        return ""
    return f"```{language if _LANGUAGE.fullmatch(language) else ''}\n{clean}\n```"
