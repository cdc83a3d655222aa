"""Documents on a terminal: as Rich renderables, or as plain text where there is no terminal.

Nothing from chat becomes markup, an escape sequence or a change of direction: texts go through `harmless` and into
`rich.text.Text`, which interprets nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from rich.box import ROUNDED
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.panel import Panel
from rich.segment import Segment
from rich.style import Style
from rich.table import Table
from rich.text import Text as RichText

from bot.domain import document as tree
from bot.domain.document import Block, Document, Inline, Inlines
from bot.domain.effect import Choice
from bot.domain.ids import MessageId, native_of
from bot.domain.text import harmless

LONGEST_QUOTE = 3000
"""Characters of a quote or code block that are shown."""

_SHORT = 120
"""Characters of a paragraph that reads as one line."""

_MARKED = "bold reverse"
_BAR = Style(color="cyan", dim=True)


def rendered(document: Document, *, panel: bool = False, title: str = "", foot: str = "") -> RenderableType:
    """The document for a terminal; `panel` puts it into a box with a title above and a line below."""
    body = Group(*_spaced(document.blocks))
    return boxed(body, title=title, foot=foot) if panel else body


def boxed(body: RenderableType, *, title: str = "", foot: str = "", style: str = "cyan") -> Panel:
    above = RichText(harmless(title), style="bold") if title else None
    below = RichText(harmless(foot), style="dim") if foot else None
    return Panel(
        body, box=ROUNDED, title=above, subtitle=below, title_align="left", subtitle_align="right", border_style=style
    )


def rendered_choices(choices: Sequence[Choice]) -> RenderableType:
    """Numbered answers; those that do harm are red."""
    answers = [
        RichText.assemble((f"{number} ", "bold cyan"), (harmless(choice.text), "red" if choice.danger else ""))
        for number, choice in enumerate(choices, 1)
    ]
    return RichText("   ").join(answers)


def _spaced(blocks: Sequence[Block]) -> Iterator[RenderableType]:
    """Blocks with an empty line before headings and around long paragraphs; short facts stand together."""
    before: Block | None = None
    for block in blocks:
        if before is not None and _parted(before, block):
            yield RichText()
        yield _block(block)
        before = block


def _parted(before: Block, block: Block) -> bool:
    if isinstance(before, tree.Heading):
        return False
    return isinstance(block, tree.Heading) or _is_long(before) or _is_long(block)


def _is_long(block: Block) -> bool:
    return isinstance(block, tree.Paragraph) and len(_line(block.spans)) > _SHORT


def _block(block: Block) -> RenderableType:
    match block:
        case tree.Heading(spans=spans, level=level):
            return _line(spans, "bold cyan" if level == 1 else "bold")
        case tree.Paragraph(spans=spans):
            return _line(spans)
        case tree.Listing(items=items, ordered=ordered):
            table = Table.grid(padding=(0, 1))
            for number, item in enumerate(items, 1):
                table.add_row(RichText(f"{number}." if ordered else "•", style="cyan"), _line(item))
            return table
        case tree.Quote(text=text, source=source, marked=marked):
            said = RichText(_clipped(text))
            for start, end in marked:
                said.stylize(_MARKED, max(0, start), min(end, LONGEST_QUOTE))
            return _Barred(RichText.assemble(said, "  — ", _line(source, "dim")) if source else said)
        case tree.CodeBlock(text=text):
            return Padding(RichText(_clipped(text), style="green"), (0, 2))
        case tree.Picture(description=description):
            return RichText(f"[picture: {harmless(description)}]", style="italic")


def _line(spans: Inlines, style: str = "") -> RichText:
    line = RichText(style=style)
    for span in spans:
        line.append_text(_span(span))
    return line


def _span(span: Inline) -> RichText:
    match span:
        case tree.Text(text=text):
            return RichText(harmless(text))
        case tree.Strong(text=text):
            return RichText(harmless(text), style="bold")
        case tree.Faint(text=text):
            return RichText(harmless(text), style="dim")
        case tree.Code(text=text):
            return RichText(harmless(text), style="green")
        case tree.Mention(name=name):
            return RichText(harmless(name), style="bold magenta")
        case tree.Link():
            return RichText(_link(span), style="underline")
        case tree.Jump():
            return RichText.assemble((harmless(span.text), "underline"), (_number(span.message), "dim"))
        case tree.Moment():
            return RichText(_moment(span))


def _link(link: tree.Link) -> str:
    """Words and address, so that nobody is led elsewhere than they read."""
    address = harmless(link.url) if urlsplit(link.url).scheme in {"http", "https"} else ""
    words = harmless(link.text)
    return f"{words} ({address})" if address and address != words else words


def _number(message: MessageId) -> str:
    return f" #{harmless(native_of(message))}"


def _moment(moment: tree.Moment) -> str:
    return moment.at.astimezone(ZoneInfo(moment.zone)).strftime("%a %d %b %Y, %H:%M %Z")


def _clipped(text: str) -> str:
    shown = harmless(text[:LONGEST_QUOTE])
    return f"{shown}… ({len(text) - LONGEST_QUOTE:,} more characters)" if len(text) > LONGEST_QUOTE else shown


@dataclass(frozen=True, slots=True)
class _Barred:
    """Something with a bar to its left, as quotes have one."""

    inside: RenderableType

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        narrower = options.update(width=max(options.max_width - 2, 1))
        for line in console.render_lines(self.inside, narrower, pad=False):
            yield Segment("▌ ", _BAR)
            yield from line
            yield Segment.line()


# --- without a terminal -------------------------------------------------------------------------------------------


def plain_text(document: Document) -> str:
    """The document without colours, boxes or wrapped lines; marked words stand between asterisks."""
    return "\n".join(_plain_block(block) for block in document.blocks)


def _plain_block(block: Block) -> str:
    match block:
        case tree.Heading(spans=spans) | tree.Paragraph(spans=spans):
            return _line(spans).plain
        case tree.Listing(items=items, ordered=ordered):
            marks = [f"{number}." if ordered else "•" for number in range(1, len(items) + 1)]
            return "\n".join(f"{mark} {_line(item).plain}" for mark, item in zip(marks, items, strict=True))
        case tree.Quote(text=text, source=source, marked=marked):
            said = _starred(_clipped(text), marked)
            return "\n".join(f"| {line}" for line in [*said.split("\n"), *([_line(source).plain] if source else [])])
        case tree.CodeBlock(text=text):
            return "\n".join(f"  {line}" for line in _clipped(text).split("\n"))
        case tree.Picture(description=description):
            return f"[picture: {harmless(description)}]"


def _starred(text: str, marked: Sequence[tuple[int, int]]) -> str:
    pieces, at = [], 0
    for start, end in sorted(marked):
        if at <= start < end <= len(text):
            pieces += [text[at:start], f"*{text[start:end]}*"]
            at = end
    return "".join([*pieces, text[at:]])
