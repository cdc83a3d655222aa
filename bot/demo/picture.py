"""An excerpt of the demonstration as an SVG for the README: `python -m bot.demo.picture docs/demo.svg`."""

import asyncio
import io
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.rule import Rule
from rich.segment import Segment
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

from bot.demo.show import play
from bot.log import configure_logging

WIDTH = 100
_LONG = "The discussion so far"
_SHOWN_OF_A_LONG_ONE = 23
_EXCERPT = (
    "reads along",
    "1. ",
    "Case {case} ",
    "2. ",
    "!uphold {case} ",
    "Case {case} is upheld",
    "3. ",
    "!summarize",
    _LONG,
    "4. ",
    "Weekly discussion",
)
"""Words by which what belongs into the picture is known, in order; `case` is the first that is upheld."""
_UPHELD = re.compile(r"^!uphold (\d+) \w", re.MULTILINE)
_FONT_FACE = re.compile(r"@font-face \{[^{}]*\}\s*")


class _Notebook(Console):
    """A console that notes what it was asked to print, one thing after the other."""

    def __init__(self) -> None:
        super().__init__(file=io.StringIO(), width=WIDTH, highlight=False)
        self.noted: list[tuple[str, RenderableType]] = []

    def print(self, *things: Any, **options: Any) -> None:
        if len(things) == 1 and not isinstance(things[0], str):
            with self.capture() as captured:
                super().print(things[0], **options)
            self.noted.append((captured.get(), things[0]))


def excerpt(noted: Sequence[tuple[str, RenderableType]]) -> list[RenderableType]:
    """The title, and of each act its heading and what it is about: a card, its decision, the summary, the prompt.

    Raises:
        LookupError: the demonstration did not show one of them.
    """
    upheld = next((match[1] for text, _ in noted if (match := _UPHELD.search(text))), "1")
    left, found = iter(noted), list[RenderableType]()
    for words in _EXCERPT:
        wanted = words.format(case=upheld)
        thing = next((thing for text, thing in left if wanted in text), None)
        if thing is None:
            raise LookupError(f"the demonstration did not show {wanted!r}")
        found.append(_Beginning(thing) if words is _LONG else thing)
    return found


class _Beginning:
    """The first lines of a box, and its lower edge."""

    def __init__(self, box: RenderableType) -> None:
        self._box = box

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        *lines, edge = console.render_lines(self._box, options)
        for line in lines[:_SHOWN_OF_A_LONG_ONE]:
            yield from line
            yield Segment.line()
        yield Text("│ […]", style="cyan")
        yield from edge
        yield Segment.line()


def picture() -> str:
    """The excerpt as SVG; it fetches no fonts, so that whoever opens the README asks nobody for anything."""
    notebook = _Notebook()
    asyncio.run(play(notebook, interactive=False))
    console = Console(file=io.StringIO(), width=WIDTH, record=True, highlight=False, force_terminal=True)
    for thing in excerpt(notebook.noted):
        if isinstance(thing, Rule):
            console.line()
        console.print(thing)
    return svg_of(console)


def svg_of(console: Console) -> str:
    """What a console recorded, as SVG."""
    svg = console.export_svg(title="folkmoot demo", theme=DIMMED_MONOKAI, unique_id="folkmoot")
    return _FONT_FACE.sub("", svg)


if __name__ == "__main__":
    configure_logging("error", "console")
    Path(sys.argv[1]).write_text(picture(), encoding="utf-8")
