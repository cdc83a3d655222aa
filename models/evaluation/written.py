r"""Reads the written corpus: one message a line, in a form that people can write and review.

A file holds section lines, context lines and messages:

    @ topic=housing lean=left register=chat variety=british
    1 p insult #h1 :: you're an idiot if that's what you take from it
    0 i harsh_on_idea #h1 :: it's an idiotic conclusion to take from it
    < Rent control has failed wherever it was tried.
    1 p veiled_contempt :: says the man who inherited two flats

`1` is an attack on somebody in the discussion, `0` is none; then the target (p participant, t third person, g group,
i idea, n none), the kind, and for members of a minimal pair its name. `<` lines are the messages before the next one,
oldest first. `\n` stands for a line break.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.attacks.judgement import Target

TARGETS: Final = {
    "p": Target.PARTICIPANT,
    "t": Target.THIRD_PERSON,
    "g": Target.GROUP,
    "i": Target.IDEA,
    "n": Target.NONE,
}
SECTION_KEYS: Final = ("topic", "lean", "register", "variety")
_MESSAGE: Final = re.compile(r"([01]) ([ptgin]) ([a-z_]+)(?: #(\w+))? :: (.+)")


class CorpusError(ValueError):
    """A line of the corpus that does not follow the form; the text names the file and the line."""


@dataclass(frozen=True, slots=True)
class Line:
    """One written message.

    Attributes:
        text: as a member would post it.
        context: the messages before it, oldest first; often empty.
        label: 1 for an attack on somebody who takes part in the discussion, else 0.
        target: whom or what the harsh words are aimed at; NONE where there are none.
        kind: what makes it an attack, or what makes it look like one.
        pair: name shared by the members of a minimal pair within one file; empty for most.
        section: topic, lean, register and variety of English.
        source: name of the file.
    """

    text: str
    context: tuple[str, ...]
    label: int
    target: Target
    kind: str
    pair: str
    section: dict[str, str]
    source: str


def read(path: Path) -> Iterator[Line]:
    """The messages of one file.

    Raises:
        CorpusError: at the first line that does not follow the form.
    """
    section: dict[str, str] = {}
    context: list[str] = []
    for number, raw in enumerate(path.read_text("utf-8").split("\n"), 1):
        line = raw.strip()
        if not line or line.startswith("//"):
            continue
        if line.startswith("@ "):
            section = _section(line, f"{path.name}:{number}")
        elif line.startswith("< "):
            context.append(_unescaped(line[2:]))
        elif (found := _MESSAGE.fullmatch(line)) and section:
            label, target, kind, pair, text = found.groups()
            yield Line(
                text=_unescaped(text),
                context=tuple(context),
                label=int(label),
                target=TARGETS[target],
                kind=kind,
                pair=pair or "",
                section=section,
                source=path.stem,
            )
            context = []
        else:
            raise CorpusError(f"{path.name}:{number}: neither a section, a context line nor a message: {line[:60]!r}")


def read_all(folder: Path) -> list[Line]:
    """Every message of the `*.txt` files in `folder`, by file name."""
    return [line for path in sorted(folder.glob("*.txt")) for line in read(path)]


def _section(line: str, place: str) -> dict[str, str]:
    section = dict(part.split("=", 1) for part in line[2:].split() if "=" in part)
    missing = [key for key in SECTION_KEYS if key not in section]
    if missing:
        raise CorpusError(f"{place}: the section lacks {', '.join(missing)}")
    return section


def _unescaped(text: str) -> str:
    return text.strip().replace("\\n", "\n")
