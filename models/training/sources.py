"""The labelled sets that may train what ships, each mapped to this project's policy of what an attack is."""

import html
import json
import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import zstandard

from models.attacks.normalise import normalise

CORPUS: Final = Path(__file__).parent / "corpus"
_SECOND_PERSON: Final = re.compile(r"\b(?:you|your|yours|yourself|yourselves|youre|u|ur|ya|op)\b|@", re.IGNORECASE)
_TIGHT_QUOTE: Final = re.compile(r"(?m)^(\s{0,3}>)(?=[^>\s])")
_TWEET_NOISE: Final = re.compile(r"^\W*(?:RT )?(?:@\w+:? ?)*|&#\d+;")
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Example:
    """One post (normalised), 1 for an attack on a participant, and how much its label is trusted."""

    text: str
    label: int
    weight: float
    source: str


def rows(data: Path, name: str) -> Iterator[Row]:
    """The rows of `attacks/NAME.jsonl.zst` below `data`; only newlines end a row (texts hold U+2028)."""
    with (data / "attacks" / f"{name}.jsonl.zst").open("rb") as file:
        text = zstandard.ZstdDecompressor().stream_reader(file).read().decode()
    return (json.loads(line) for line in text.split("\n") if line)


def clean(text: str) -> str:
    """The text as the shipped classifier will see it (Reddit quotes without a space count as quotes)."""
    return normalise(_TIGHT_QUOTE.sub(r"\1 ", html.unescape(text))).text


def addresses(text: str) -> bool:
    """Whether `text` speaks to somebody."""
    return _SECOND_PERSON.search(text) is not None


def _cad(row: Row) -> tuple[int, float] | None:
    if not row["label"]:
        # Abuse of groups and affiliations is not an attack by the policy: these are the hardest negatives there are.
        return 0, 1.0
    # The set counts abuse of absent public figures as well; without an address the label is trusted less.
    return 1, 1.0 if addresses(row["text"]) else 0.4


def _cmv(row: Row) -> tuple[int, float] | None:
    return None if row["label"] is None else (int(row["label"]), 1.0 if row["label"] else 0.8)


def _auxiliary(row: Row) -> tuple[int, float] | None:
    """Sets that count incivility or toxicity: only what speaks to somebody can be an attack on a participant."""
    if not row["label"]:
        return 0, 0.7
    return (1, 0.7) if addresses(row["text"]) else None


def _davidson(row: Row) -> tuple[int, float] | None:
    """Vulgar tweets that speak to nobody."""
    if row["aux"]["klass"] == 0 or addresses(_TWEET_NOISE.sub("", row["text"])):
        return None
    return 0, 0.5


def _madlibs(row: Row) -> tuple[int, float] | None:
    template, label = row["aux"]["template"], int(row["label"])
    if template == "you_are_adj":
        return label, 0.7
    return (0, 0.7) if template in {"being_adj", "verb_adj", "you_occupation"} and not label else None


@dataclass(frozen=True, slots=True)
class _Source:
    name: str
    judge: Callable[[Row], tuple[int, float] | None]
    positives: int
    negatives: int


_SOURCES: Final = (
    _Source("cad.train", _cad, 10_000, 6_000),
    _Source("cmv_adhominem.train", _cmv, 10_000, 3_500),
    _Source("reddit_incivility.train", _auxiliary, 10_000, 1_500),
    _Source("wiki_context.in_context", _auxiliary, 10_000, 1_000),
    _Source("wiki_context.no_context", _auxiliary, 10_000, 1_000),
    _Source("wiki_context.small", _auxiliary, 10_000, 600),
    _Source("wiki_toxicity_mini.nonfuzzed", _auxiliary, 10_000, 1_000),
    _Source("davidson.all", _davidson, 0, 1_500),
    _Source("bias_madlibs.test", _madlibs, 150, 300),
)


def examples(data: Path, *, share: float = 1.0, seed: int = 0) -> list[Example]:
    """Every training example but our own corpus; `share` < 1 takes fewer, for a quick try."""
    chance = random.Random(seed)  # noqa: S311 — a sample, not a secret
    held_out = {clean(row["text"]) for name in ("cad.dev", "cmv_adhominem.dev") for row in rows(data, name)}
    found: dict[str, Example] = {}
    for source in _SOURCES:
        kept: dict[int, list[Example]] = {0: [], 1: []}
        for row in rows(data, source.name):
            verdict = source.judge(row)
            if verdict is None:
                continue
            raw = _TWEET_NOISE.sub("", row["text"]) if source.name == "davidson.all" else row["text"]
            text = clean(raw)
            if text and text not in held_out and text not in found:
                kept[verdict[0]].append(Example(text, *verdict, source.name))
        for label, most in ((1, source.positives), (0, source.negatives)):
            chosen = chance.sample(kept[label], min(len(kept[label]), max(0, int(most * share))))
            found.update((example.text, example) for example in chosen)
    return list(found.values())


def corpus(*, weight: float = 1.0) -> list[Example]:
    """Our own lines: minimal contrasts, hard negatives, hard positives."""
    lines = (CORPUS / "attacks.jsonl").read_text("utf-8").split("\n")
    return [
        Example(clean(row["text"]), int(row["label"]), weight, f"corpus:{row['kind']}")
        for row in (json.loads(line) for line in lines if line)
    ]
