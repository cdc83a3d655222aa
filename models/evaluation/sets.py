"""The labelled sets of a data folder: `attacks/NAME.jsonl.zst` and `threads/`; none is part of this project."""

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import zstandard
from numpy.typing import NDArray

from models.attacks import Passage

Row = Mapping[str, Any]
_TIGHT_QUOTE: Final = re.compile(r"(?m)^(\s{0,3}>)(?=[^>\s])")


class MissingData(Exception):
    """The data folder lacks a set; the text names the file."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Passages with their labels, 1.0 or 0.0, of shape (passages,)."""

    passages: list[Passage]
    labels: NDArray[np.float64]


def rows(data: Path, name: str) -> Iterator[Row]:
    """The rows of `attacks/NAME.jsonl.zst` below `data`; only newlines end a row (texts hold U+2028).

    Raises:
        MissingData: the file is not there.
    """
    path = data / "attacks" / f"{name}.jsonl.zst"
    if not path.is_file():
        raise MissingData(f"{path} is missing: give the folder that holds attacks/ and threads/")
    with path.open("rb") as file:
        text = zstandard.ZstdDecompressor().stream_reader(file).read().decode()
    return (json.loads(line) for line in text.split("\n") if line)


def untangled(text: str) -> str:
    """The text as its author saw it: entities resolved, Reddit's quotes without a space made quotes."""
    return _TIGHT_QUOTE.sub(r"\1 ", html.unescape(text))


def said_before(row: Row) -> list[str]:
    """The messages before a row's post, oldest first; the sets give each as a text or with its author."""
    return [each if isinstance(each, str) else each["text"] for each in row.get("context") or ()]


def passage(row: Row) -> Passage:
    return Passage(row["text"], tuple(said_before(row)))


def labelled(data: Path, name: str) -> Labelled:
    """The rows with a label, exactly as they stand in the set."""
    found = [row for row in rows(data, name) if row["label"] is not None]
    return Labelled([passage(row) for row in found], np.array([row["label"] for row in found], dtype=np.float64))


def debate_posts(data: Path) -> list[Passage]:
    """Every post of iac_threads with the post that it answers."""
    found = list(rows(data, "iac_threads"))
    texts = {(row["discussion"], row["post"]): row["text"] for row in found}
    parents = (texts.get((row["discussion"], row["parent"])) for row in found)
    return [Passage(row["text"], (parent,) if parent else ()) for row, parent in zip(found, parents, strict=True)]


def comments(data: Path) -> list[Passage]:
    """The comments of the thread that must stay quiet."""
    path = data / "threads" / "economic-revolution.txt"
    if not path.is_file():
        raise MissingData(f"{path} is missing: give the folder that holds attacks/ and threads/")
    return [Passage(text) for text in path.read_text("utf-8").split("\n\n") if text.strip()]
