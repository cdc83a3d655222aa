"""What a cog says: a small tree that each platform renders, escapes and splits in its own way.

Texts in the tree are plain: a cog never writes markup, so a member's words cannot become any.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.ids import MemberId, MessageId


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    text: str


@dataclass(frozen=True, slots=True)
class Faint:
    """Secondary words: a footnote, a unit, a hint."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Jump:
    """A link that opens a message; each platform knows the address."""

    message: MessageId
    text: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A person's name. It never notifies unless `notify` is set."""

    member: MemberId
    name: str
    notify: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time, shown in the reader's or the room's zone."""

    at: datetime
    zone: str = "UTC"


Inline = Text | Strong | Faint | Code | Link | Jump | Mention | Moment
Inlines = tuple[Inline, ...]


def inlines(*parts: str | Inline) -> Inlines:
    """Spans from plain strings and inline nodes, in order."""
    return tuple(Text(part) if isinstance(part, str) else part for part in parts)


@dataclass(frozen=True, slots=True)
class Heading:
    spans: Inlines
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    spans: Inlines


@dataclass(frozen=True, slots=True)
class Listing:
    items: tuple[Inlines, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's words, verbatim; `source` says whose and links to them."""

    text: str
    source: Inlines = ()
    marked: tuple[tuple[int, int], ...] = ()
    """Offsets (start, end) into `text` of the words to bring out."""


@dataclass(frozen=True, slots=True)
class CodeBlock:
    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    png: bytes
    description: str


Block = Heading | Paragraph | Listing | Quote | CodeBlock | Picture


@dataclass(frozen=True, slots=True)
class Document:
    blocks: tuple[Block, ...]

    @classmethod
    def of(cls, *parts: str | Inline | Block) -> Document:
        """Blocks in order; neighbouring strings and inline nodes become one paragraph."""
        blocks: list[Block] = []
        run: list[str | Inline] = []
        for part in parts:
            if isinstance(part, Block):
                if run:
                    blocks.append(Paragraph(inlines(*run)))
                    run = []
                blocks.append(part)
            else:
                run.append(part)
        if run:
            blocks.append(Paragraph(inlines(*run)))
        return cls(tuple(blocks))


def heading(*parts: str | Inline, level: int = 1) -> Heading:
    return Heading(inlines(*parts), level)


def paragraph(*parts: str | Inline) -> Paragraph:
    return Paragraph(inlines(*parts))


def listing(*items: str | Inline | Inlines, ordered: bool = False) -> Listing:
    rows = tuple(item if isinstance(item, tuple) else inlines(item) for item in items)
    return Listing(rows, ordered)


def plain(document: Document) -> str:
    """The document as plain text: for logs of the console kind, searches and tests."""
    return "\n".join(_plain_block(block) for block in document.blocks)


def _plain_block(block: Block) -> str:
    match block:
        case Heading(spans=spans) | Paragraph(spans=spans):
            return plain_spans(spans)
        case Listing(items=items, ordered=ordered):
            marks = (f"{n}. " if ordered else "• " for n in range(1, len(items) + 1))
            return "\n".join(mark + plain_spans(item) for mark, item in zip(marks, items, strict=True))
        case Quote(text=text, source=source):
            tail = f" ({plain_spans(source)})" if source else ""
            return f"“{text}”{tail}"
        case CodeBlock(text=text):
            return text
        case Picture(description=description):
            return f"[picture: {description}]"


def plain_spans(spans: Inlines) -> str:
    return "".join(_plain_inline(span) for span in spans)


def _plain_inline(span: Inline) -> str:
    match span:
        case Text(text=text) | Strong(text=text) | Faint(text=text) | Code(text=text):
            return text
        case Link(text=text, url=url):
            return f"{text} <{url}>"
        case Jump(text=text):
            return text
        case Mention(name=name):
            return name
        case Moment(at=at):
            return at.isoformat(timespec="minutes")
