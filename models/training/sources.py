"""The labelled sets that may train what ships, each mapped to this project's policy of what an attack is."""

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zlib import crc32

from models.attacks.answered import answered
from models.attacks.judgement import Target
from models.attacks.normalise import normalise
from models.evaluation.sets import Row, rows, said_before, untangled
from models.evaluation.written import Line, read_all

CORPUS: Final = Path(__file__).parent / "corpus"
_SECOND_PERSON: Final = re.compile(r"\b(?:you|your|yours|yourself|yourselves|youre|u|ur|ya|op)\b|@", re.IGNORECASE)
_TWEET_NOISE: Final = re.compile(r"^\W*(?:RT )?(?:@\w+:? ?)*|&#\d+;")
_HELD_BACK: Final = 12
_OF_GROUPS: Final = frozenset({"IdentityDirectedAbuse", "AffiliationDirectedAbuse"})
_HANG_ON_CONTEXT: Final = frozenset({"context_only", "banter", "after_abuse"})


@dataclass(frozen=True, slots=True)
class Example:
    """One post (normalised) with its label.

    Attributes:
        text: the post.
        label: 1 for an attack on a participant.
        weight: how much the label is trusted.
        source: set it comes from.
        answered: what the post answers, as `models.attacks.answered` cuts it; often empty.
        target: what its harsh words are aimed at; None where nobody said.
        hinges: whether the label may hang on what is answered, so that the two must stay together.
    """

    text: str
    label: int
    weight: float
    source: str
    answered: str = ""
    target: Target | None = None
    hinges: bool = False


def clean(text: str) -> str:
    """The text as the shipped classifier will see it (Reddit quotes without a space count as quotes)."""
    return normalise(untangled(text)).text


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
                context = [untangled(each) for each in said_before(row)]
                example = Example(text, *verdict, source.name, answered(untangled(raw), context), _target(row))
                kept[verdict[0]].append(example)
        for label, most in ((1, source.positives), (0, source.negatives)):
            chosen = chance.sample(kept[label], min(len(kept[label]), max(0, int(most * share))))
            found.update((example.text, example) for example in chosen)
    return list(found.values())


def corpus(*, weight: float = 1.0) -> list[Example]:
    """Our own messages, the written and the composed: minimal contrasts, hard negatives, hard positives."""
    lines = (CORPUS / "attacks.jsonl").read_text("utf-8").split("\n")
    composed = [
        Example(clean(row["text"]), int(row["label"]), weight, f"corpus:{row['kind']}")
        for row in (json.loads(line) for line in lines if line)
    ]
    return [*composed, *(_written(line, weight) for line in read_all(CORPUS / "messages") if not _is_held_back(line))]


def held_back() -> list[Line]:
    """The twelfth of our written messages that calibration is fitted on and choices are made by; pairs stay whole."""
    return [line for line in read_all(CORPUS / "messages") if _is_held_back(line)]


def _is_held_back(line: Line) -> bool:
    return crc32(f"{line.source} {line.pair or line.text}".encode()) % _HELD_BACK == 0


def _written(line: Line, weight: float) -> Example:
    return Example(
        text=clean(line.text),
        label=line.label,
        weight=weight,
        source=f"written:{line.kind}",
        answered=answered(untangled(line.text), line.context),
        target=None if line.target is Target.PARTICIPANT and not line.label else line.target,
        hinges=bool(line.context) and (bool(line.pair) or line.kind in _HANG_ON_CONTEXT),
    )


def _target(row: Row) -> Target | None:
    """CAD says of its abuse of groups that it is no person's; the other sets say nothing."""
    labels = set((row.get("aux") or {}).get("labels", ()))
    return Target.GROUP if labels and labels <= _OF_GROUPS else None
