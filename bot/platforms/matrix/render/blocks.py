"""Blocks of a document as pieces, each light enough for one message. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.domain import document as tree
from bot.domain.document import Block, Inline, Inlines, plain_spans
from bot.domain.text import harmless
from bot.platforms.matrix.render.cutting import cut, weight
from bot.platforms.matrix.render.spans import LinkTo, Piece, clipped, escaped, joined, line, span, words

LONGEST_DESCRIPTION = 500
"""Characters of what a picture is said to show."""

_LEVELS = 6
_FIRST_LEVEL = 2
"""Clients set a first heading in letters that fit a page, not a chat: ours begin two levels lower."""

_LANGUAGE = re.compile(r"[a-z0-9+#-]{1,20}", re.IGNORECASE | re.ASCII)
_FRAME = 0.85
"""Share of the limit that words may weigh, so that tags and marks find room beside them."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What rendering needs to know beside the document."""

    link_to: LinkTo
    limit: int


def pieces(block: Block, setting: Setting) -> Iterator[Piece]:
    """The block in pieces that weigh at most `setting.limit` each; a blank one has none."""
    if isinstance(block, tree.Listing):
        yield from _listing(block, setting)
        return
    whole = _whole(block, setting)
    if weight(whole) <= setting.limit:
        if whole.plain.strip():
            yield whole
        return
    for part in _parts(block, setting):
        yield _whole(part, setting)


def _whole(block: Block, setting: Setting) -> Piece:
    match block:
        case tree.Heading(spans=spans, level=level):
            inside = line(spans, setting.link_to)
            tag = f"h{min(max(level, 1) + _FIRST_LEVEL, _LEVELS)}"
            return replace(inside, html=f"<{tag}>{inside.html}</{tag}>")
        case tree.Paragraph(spans=spans):
            inside = line(spans, setting.link_to)
            return replace(inside, html=f"<p>{inside.html}</p>")
        case tree.Listing(items=items, ordered=ordered):
            return _rows([line(item, setting.link_to) for item in items], ordered=ordered, first=1)
        case tree.Quote():
            return _quote(block, setting)
        case tree.CodeBlock(text=text, language=language):
            return _code(text, language)
        case tree.Picture(description=description):
            shown = words(f"[picture: {clipped(description, LONGEST_DESCRIPTION)}]")
            return replace(shown, html=f"<p><em>{shown.html}</em></p>")


def _parts(block: Block, setting: Setting) -> Iterator[Block]:
    """A heavy block as lighter ones of its kind."""
    room = int(setting.limit * _FRAME)
    match block:
        case tree.Heading() | tree.Paragraph():
            for spans in _lines(block.spans, setting, room):
                yield replace(block, spans=spans)
        case tree.Quote():
            yield from _quotes(block, setting, room)
        case tree.CodeBlock(text=text):
            for part in cut(harmless(text), room):
                yield replace(block, text=part)
        case _:
            yield block


def _lines(spans: Inlines, setting: Setting, room: int) -> Iterator[Inlines]:
    """Spans in runs that weigh at most `room` each, long texts cut."""
    run: list[Inline] = []
    taken = 0
    for node in spans:
        for part in _short(node, setting, room):
            heavy = weight(span(part, setting.link_to))
            if run and taken + heavy > room:
                yield tuple(run)
                run, taken = [], 0
            run.append(part)
            taken += heavy
    if run and plain_spans(tuple(run)).strip():
        yield tuple(run)


def _short(node: Inline, setting: Setting, room: int) -> Iterator[Inline]:
    if weight(span(node, setting.link_to)) <= room or isinstance(node, tree.Mention | tree.Moment):
        yield node
        return
    if isinstance(node, tree.Link):  # an address that opens nothing is shown as text, however long it is
        shown = span(replace(node, text=""), setting.link_to)
        address = weight(shown)
        if address > room // 2:
            yield from (tree.Text(part) for part in cut(f"{node.text} ({node.url})", room))
            return
        room -= address
    if isinstance(node, tree.Jump):
        room -= weight(span(replace(node, text=""), setting.link_to))
    for part in cut(harmless(node.text), room):
        yield replace(node, text=part)


def _listing(block: tree.Listing, setting: Setting) -> Iterator[Piece]:
    """Items as far as they fit, each under its own number; what is too long for one goes on below it."""
    room, rows, first, taken = int(setting.limit * _FRAME), list[Piece](), 1, 0
    for number, item in enumerate(block.items, 1):
        for index, part in enumerate(_lines(item, setting, room)):
            row = line(part, setting.link_to)
            breaks = index or number != first + len(rows) or taken + weight(row) + _ROW > room
            if rows and breaks:
                yield _rows(rows, ordered=block.ordered, first=first)
                rows = []
            if index:
                yield replace(row, html=f"<p>{row.html}</p>")
                continue
            first, taken = (first, taken) if rows else (number, 0)
            rows.append(row)
            taken += weight(row) + _ROW
    if rows:
        yield _rows(rows, ordered=block.ordered, first=first)


_ROW = 20
"""What an item weighs beside its words."""


def _rows(rows: Sequence[Piece], *, ordered: bool, first: int) -> Piece:
    marked = [
        Piece(f"{f'{number}.' if ordered else '•'} {_indented(row.plain)}", f"<li>{row.html}</li>", row.meant)
        for number, row in enumerate(rows, first)
    ]
    every = joined(marked, Piece("\n", ""))
    opening = (f'<ol start="{first}">' if first > 1 else "<ol>") if ordered else "<ul>"
    return replace(every, html=f"{opening}{every.html}</{'ol' if ordered else 'ul'}>")


def _indented(text: str) -> str:
    return text.replace("\n", "\n   ")


def _quote(quote: tree.Quote, setting: Setting) -> Piece:
    """The source stands outside: what is inside are somebody's words, and they cannot name a source of their own."""
    text = harmless(quote.text)
    plain = "\n".join(f"> {each}" for each in text.split("\n"))
    inside = "".join(
        f"<strong>{escaped(part)}</strong>" if marked else escaped(part) for part, marked in _marked(text, quote.marked)
    )
    said = Piece(plain, f"<blockquote>{inside}</blockquote>")
    if not quote.source:
        return said
    source = line(quote.source, setting.link_to)
    return joined([said, replace(source, plain=f"\n— {source.plain}", html=f"<p>— {source.html}</p>")])


def _marked(text: str, marks: Sequence[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    at = 0
    for start, end in sorted(marks):
        begin, stop = max(start, at), min(end, len(text))
        if begin < stop:
            yield text[at:begin], False
            yield text[begin:stop], True
            at = stop
    yield text[at:], False


def _quotes(quote: tree.Quote, setting: Setting, room: int) -> Iterator[Block]:
    """The words in parts, each with its marks and under its source; a long source goes by itself."""
    text, at = harmless(quote.text), 0
    source = weight(line(quote.source, setting.link_to))
    kept = quote.source if source < room // 2 else ()
    for part in cut(text, room - source if kept else room):
        at = text.index(part, at)
        marks = tuple((start - at, end - at) for start, end in quote.marked if end > at)
        one = tree.Quote(part, kept, marks)
        yield one if weight(_quote(one, setting)) <= setting.limit else replace(one, marked=())
        at += len(part)
    if not kept:
        yield from (tree.Paragraph(spans) for spans in _lines(quote.source, setting, room))


def _code(text: str, language: str) -> Piece:
    clean = harmless(text)
    named = f' class="language-{language}"' if _LANGUAGE.fullmatch(language) else ""
    return Piece(clean, f"<pre><code{named}>{escaped(clean).replace('<br>', chr(10))}</code></pre>")
