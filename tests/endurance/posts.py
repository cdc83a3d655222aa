"""What is said in the endurance scripts: texts of a real file, or those of the demonstration made unique."""

import io
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.domain.text import storable
from tests.benchmarks.core import bundled


@dataclass(frozen=True, slots=True)
class Said:
    """One post; `parent` is the id of the post it answers."""

    id: str
    discussion: str
    author: str
    text: str
    parent: str | None


def said(path: Path | None, count: int | None = None) -> Iterator[Said]:
    """`count` posts, or no end of them, with ids and texts of their own: a file that ends before that begins again."""
    posts = _again_and_again(path) if path else bundled()
    for post in itertools.islice(posts, count):
        discussion, parent = str(post["discussion"]), post.get("parent")
        yield Said(
            f"{discussion}/{post.get('post', post.get('id'))}",
            discussion,
            str(post["author"]),
            storable(str(post["text"])),
            None if parent is None else f"{discussion}/{parent}",
        )


def _again_and_again(path: Path) -> Iterator[dict[str, object]]:
    for turn in itertools.count():
        for post in _lines(path):
            if turn == 0:
                yield post
            else:
                yield post | {"discussion": f"{post['discussion']}.{turn}", "text": f"{post['text']} ({turn})"}


def _lines(path: Path) -> Iterator[dict[str, object]]:
    """The file's lines, one at a time: the scripts that measure memory must not hold all of them."""
    with path.open("rb") as file:
        if path.suffix == ".zst":
            import zstandard  # noqa: PLC0415 - only for compressed files

            source = zstandard.ZstdDecompressor().stream_reader(file)
        else:
            source = file
        for line in io.TextIOWrapper(source, encoding="utf-8", newline="\n"):
            yield json.loads(line)
