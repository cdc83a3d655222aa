"""`folkmoot classify`: what the attack classifier makes of a text, or of JSON lines on standard input."""

import json
import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from typing import Any, Final, TextIO

from rich.console import Console
from rich.markup import escape

from bot.commandline.progress import Step
from bot.domain.text import harmless
from bot.errors import ConfigError, DataError
from models.attacks import AttackClassifier, Judgement, Passage
from models.runtime import BundleError

_CHUNK: Final = 64
_AHEAD: Final = 4
"""Chunks per processor that are read before the first of them must be done: order costs no waiting."""

_FORM: Final = (
    'each line is a JSON object such as {"id": 1, "text": "...", "context": ["...", {"author": "x", "text": "..."}]}'
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of the input; `id` may be any JSON value and comes back as it is."""

    id: Any
    passage: Passage


def loaded(threads: int = 1) -> AttackClassifier:
    """The classifier that ships.

    Raises:
        ConfigError: its files are missing or damaged; the text says what to do.
    """
    try:
        return AttackClassifier.load(threads=threads)
    except BundleError as error:
        raise ConfigError(f"The attack classifier cannot be loaded: {error}") from error


def explain(text: str, reply_to: str | None, console: Console) -> None:
    """Print the score of one text, what it is aimed at, and the words that carried the score."""
    classifier = loaded()
    passage = Passage(text, (reply_to,) if reply_to else ())
    (judged,) = classifier.score([passage])
    if judged.abstained:
        console.print(f"abstained: {judged.abstained}. It would be left to people, unflagged.")
        return
    console.print(f"score      {judged.score:.3f} ({judged.band(classifier.default_threshold)})")
    console.print(
        f"threshold  {classifier.default_threshold:.3f}: {'flagged' if _flagged(judged, classifier) else 'not flagged'}"
    )
    console.print(f"target     {judged.target.value.replace('_', ' ')}")
    words = (
        [text[span.start : span.end] for span in classifier.explain(passage)] if judged.score >= _WORTH_REASONS else []
    )
    if words:
        console.print("words      " + ", ".join(escape(repr(harmless(word))) for word in words))
    console.print(f"model      {classifier.version}")


_WORTH_REASONS: Final = 0.2
"""Below it there is nothing that words could have carried."""


@contextmanager
def utf8_lines() -> Iterator[TextIO]:
    """Standard input as UTF-8, whatever the terminal speaks; only newlines end a line, since texts hold U+2028."""
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr] # a text file always, but for odd test rigs
    yield TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="replace", newline="\n")


def stream(lines: Iterable[str], out: TextIO, step: Step) -> None:
    """Judge JSON lines and write one line for each, in order, as soon as it is known.

    Raises:
        DataError: a line is no such object; those before it have been written.
    """
    classifier = loaded()
    workers = os.cpu_count() or 1
    done = 0
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[tuple[Sequence[Asked], Future[list[Judgement]]]] = deque()

        def write_oldest() -> None:
            nonlocal done
            asked, future = waiting.popleft()
            answers = (_answer(one, judged, classifier) for one, judged in zip(asked, future.result(), strict=True))
            out.writelines(json.dumps(answer, ensure_ascii=False) + "\n" for answer in answers)
            out.flush()
            done += len(asked)
            step(done, None)

        try:
            for chunk in _chunks(_read(lines)):
                waiting.append((chunk, pool.submit(classifier.score, [one.passage for one in chunk])))
                if len(waiting) >= workers * _AHEAD:
                    write_oldest()
        finally:
            while waiting:
                write_oldest()


def _chunks(asked: Iterable[Asked]) -> Iterator[list[Asked]]:
    """Lists of _CHUNK; what was read before a broken line comes out before the error goes on."""
    chunk: list[Asked] = []
    try:
        for one in asked:
            chunk.append(one)
            if len(chunk) == _CHUNK:
                yield chunk
                chunk = []
    except DataError as broken:
        yield chunk
        raise broken from None
    if chunk:
        yield chunk


def _read(lines: Iterable[str]) -> Iterator[Asked]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _asked(line, number)


def _asked(line: str, number: int) -> Asked:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(f"line {number} is not JSON ({error}); {_FORM}") from error
    if not isinstance(row, Mapping) or not isinstance(row.get("text"), str):
        raise DataError(f"line {number} has no text; {_FORM}")
    context = row.get("context") or ()
    if not isinstance(context, list | tuple):
        raise DataError(f"line {number}: context is no list; {_FORM}")
    return Asked(row.get("id"), Passage(row["text"], tuple(_said(each, number) for each in context)))


def _said(each: object, number: int) -> str:
    text = each.get("text") if isinstance(each, Mapping) else each
    if not isinstance(text, str):
        raise DataError(f"line {number}: a message of the context has no text; {_FORM}")
    return text


def _flagged(judged: Judgement, classifier: AttackClassifier) -> bool:
    return judged.abstained is None and judged.score >= classifier.default_threshold


def _answer(asked: Asked, judged: Judgement, classifier: AttackClassifier) -> dict[str, Any]:
    return {
        "id": asked.id,
        "score": round(judged.score, 6),
        "target": judged.target.value,
        "flagged": _flagged(judged, classifier),
        "abstained": judged.abstained is not None,
    }
