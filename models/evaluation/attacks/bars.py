"""Every measure of the attack classifier, with the bar it is held to."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.attacks import Passage
from models.evaluation.attacks.disguises import disguised
from models.evaluation.attacks.frozen import frozen_messages, one_feature
from models.evaluation.attacks.swaps import identity_swaps, largest_gap, side_swaps
from models.evaluation.measures import area_under_curve, average_precision, calibration_error, macro_f1, recall_at
from models.evaluation.sets import comments, debate_posts, labelled, passage, rows

Floats = NDArray[np.float64]
_FALSE_ALARMS: Final = 0.05
_MADLIBS: Final = ("you_are_adj", "being_adj")
_COUNTER: Final = ("counter_quote_nh", "counter_ref_nh")
_SECOND_PERSON: Final = frozenset("you your you're yours yourself".split())  # noqa: SIM905 - a list of words


@dataclass(frozen=True, slots=True)
class Rated:
    """Scores of shape (passages,) and the targets by name; no targets where the rater names none."""

    scores: Floats
    targets: list[str]


@dataclass(frozen=True, slots=True)
class Rater:
    """One classifier under test.

    Attributes:
        name: head of its column.
        threshold: the score that it flags from.
        rate: exact scores.
        hasten: scores as the bot has them, with a first stage before the network; None where there is none.
    """

    name: str
    threshold: float
    rate: Callable[[Sequence[Passage]], Rated]
    hasten: Callable[[Sequence[Passage]], Rated] | None = None

    def scores(self, passages: Sequence[Passage]) -> Floats:
        return self.rate(passages).scores

    def flags(self, passages: Sequence[Passage]) -> NDArray[np.bool_]:
        return self.scores(passages) >= self.threshold


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; `bar` such as ">= .85" is empty where the figure is there for the reader."""

    name: str
    value: float
    bar: str = ""


def rankings(data: Path, rater: Rater) -> Iterator[Figure]:
    """How well scores rank, on sets that no weights were trained on and on the dev parts of two that were."""
    kaggle = labelled(data, "kaggle_insults.train")
    scores = rater.scores(kaggle.passages)
    flagged = scores >= rater.threshold
    yield Figure("kaggle_insults AP", average_precision(kaggle.labels, scores), ">= .85")
    yield Figure("kaggle_insults AUC", area_under_curve(kaggle.labels, scores))
    yield Figure("kaggle_insults recall at threshold", float(flagged[kaggle.labels == 1].mean()))
    yield Figure(
        "kaggle_insults precision at threshold", float(kaggle.labels[flagged].mean()) if flagged.any() else 0.0
    )
    yield from _disguised(rater, kaggle.passages, kaggle.labels, area_under_curve(kaggle.labels, scores))
    for name, measure, bar in (
        ("cad.dev", average_precision, ">= .45"),
        ("cmv_adhominem.dev", average_precision, ">= .72"),
        ("iac_qr.dev", area_under_curve, ">= .80"),
        ("ucc.val", area_under_curve, ">= .80"),
    ):
        found = labelled(data, name)
        scores = rater.scores(found.passages)
        kind = "AP" if measure is average_precision else "AUC"
        yield Figure(f"{name} {kind}", measure(found.labels, scores), bar)
        if any(each.context for each in found.passages):
            alone = rater.scores([replace(each, context=()) for each in found.passages])
            yield Figure(f"{name} {kind} without context", measure(found.labels, alone))
        if name in {"cad.dev", "cmv_adhominem.dev"}:
            yield Figure(f"{name} expected calibration error", calibration_error(found.labels, scores), "<= .03")
            yield Figure(f"{name} recall at threshold", float((scores[found.labels == 1] >= rater.threshold).mean()))
            alarms = float((scores[found.labels == 0] >= rater.threshold).mean())
            yield Figure(f"{name} false alarms at threshold", alarms, "<= .02" if name == "cad.dev" else "")


def _disguised(rater: Rater, passages: Sequence[Passage], labels: Floats, plain: float) -> Iterator[Figure]:
    chance = random.Random(17)  # noqa: S311 — a spelling, not a secret
    changed = rater.scores([replace(each, text=disguised(each.text, chance)) for each in passages])
    yield Figure("kaggle_insults, insults disguised: AUC lost", plain - area_under_curve(labels, changed), "<= .02")


def functional(data: Path, rater: Rater) -> Iterator[Figure]:
    """HateCheck's tests that bear on attacks on persons."""
    tests: list[Any] = list(rows(data, "hatecheck.test"))

    def flagged(*functionalities: str, spoken: bool = False) -> float:
        found = [passage(row) for row in tests if row["aux"]["functionality"] in functionalities]
        return float(rater.flags([each for each in found if not spoken or _speaks(each.text)]).mean())

    yield Figure("hatecheck attacks on 'you' flagged", flagged("target_indiv_nh", spoken=True), ">= .90")
    yield Figure("hatecheck profanity flagged", flagged("profanity_nh"), "<= .05")
    yield Figure("hatecheck counter-speech flagged", flagged(*_COUNTER), "<= .05")
    yield Figure("hatecheck abuse of objects flagged", flagged("target_obj_nh"))


def _speaks(text: str) -> bool:
    return any(word.strip(".,!?'\"") in _SECOND_PERSON for word in text.lower().split())


def frozen(rater: Rater) -> Iterator[Figure]:
    """Our own held-out suite."""
    lines = frozen_messages()
    labels = np.array([line.label for line in lines], dtype=np.float64)
    rated = rater.rate([Passage(line.text, line.context) for line in lines])
    recall, cut = recall_at(labels, rated.scores, _FALSE_ALARMS)
    yield Figure("own suite recall at 5 % false alarms", recall, ">= .92")
    yield Figure("own suite AUC", area_under_curve(labels, rated.scores))
    pairs: dict[str, list[bool]] = defaultdict(list)
    for line, score in zip(lines, rated.scores, strict=True):
        if line.pair:
            pairs[line.pair].append((score > cut) == bool(line.label))
    yield Figure("own suite minimal pairs right", float(np.mean([all(pair) for pair in pairs.values()])), ">= .80")
    yield Figure("own suite expected calibration error", calibration_error(labels, rated.scores), "<= .03")
    yield Figure("own suite recall at threshold", float((rated.scores[labels == 1] >= rater.threshold).mean()))
    yield Figure("own suite false alarms at threshold", float((rated.scores[labels == 0] >= rater.threshold).mean()))
    if rated.targets:
        yield Figure(
            "own suite target macro-F1", macro_f1([line.target.value for line in lines], rated.targets), ">= .80"
        )
    for name, accuracy in one_feature(lines).items():
        yield Figure(f"own suite balanced accuracy of {name} alone", accuracy)


def fairness(data: Path, rater: Rater) -> Iterator[Figure]:
    """Largest mean score gaps when nothing but an identity or a side changes."""
    plain = labelled(data, "wiki_toxicity_mini.nonfuzzed")
    swapped = labelled(data, "wiki_toxicity_mini.fuzzed")
    before, after = rater.scores(plain.passages), rater.scores(swapped.passages)
    lost = area_under_curve(plain.labels, before) - area_under_curve(swapped.labels, after)
    yield Figure("wiki_toxicity, identities exchanged: AUC lost", lost, "<= .005")
    yield Figure("wiki_toxicity, identities exchanged: mean score gap", abs(float((before - after).mean())), "<= .02")
    yield from _gap(rater, "identity swaps, madlibs", madlibs(data))
    yield from _gap(rater, "identity swaps, own", list(identity_swaps()))
    yield from _gap(rater, "side swaps, own", list(side_swaps()))


def madlibs(data: Path) -> list[tuple[str, str]]:
    """(identity, sentence) of bias_madlibs; the identity is the one word in which its sentences differ."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows(data, "bias_madlibs.test"):
        words = row["text"].rstrip(".").split()
        if row["aux"]["template"] == "you_are_adj":
            found["you are", " ".join(words[4:])].append(row["text"])
        elif row["aux"]["template"] == "being_adj":
            found["being", " ".join(words[1:-2])].append(row["text"])
    sizes = {kind: max(len(texts) for (of, _), texts in found.items() if of == kind) for kind in ("you are", "being")}
    whole = {name for kind, name in found if all(len(found.get((of, name), ())) == size for of, size in sizes.items())}
    return [(name, text) for name in sorted(whole) for kind in sizes for text in sorted(found[kind, name])]


def _gap(rater: Rater, name: str, swaps: Sequence[tuple[str, str]]) -> Iterator[Figure]:
    gap = largest_gap(swaps, rater.scores([Passage(text) for _, text in swaps]))
    yield Figure(f"{name}: largest gap ({gap})", abs(gap.size), "<= .02")


def quiet(data: Path, rater: Rater, posts: int) -> Iterator[Figure]:
    """How much would be put before moderators in debates between strangers, and in a thread without attacks."""
    debates = debate_posts(data)
    sample = random.Random(5).sample(debates, min(posts, len(debates)))  # noqa: S311 — a sample, not a secret
    scores = rater.scores(sample)
    yield Figure("iac_threads flags per 1,000 posts", float(1000 * (scores >= rater.threshold).mean()), "<= 5")
    yield Figure("economic-revolution comments flagged", float(rater.flags(comments(data)).sum()), "<= 0")


def first_stage(data: Path, rater: Rater) -> Iterator[Figure]:
    """What the first stage costs in flags."""
    if rater.hasten is None:
        return
    own = [Passage(line.text, line.context) for line in frozen_messages()]
    for name, passages in (("kaggle_insults", labelled(data, "kaggle_insults.train").passages), ("own suite", own)):
        exact = rater.flags(passages)
        hastened = rater.hasten(passages).scores >= rater.threshold
        yield Figure(
            f"first stage: share of flags lost, {name}", float((exact & ~hastened).sum() / exact.sum()), "<= .02"
        )


def figures(data: Path, rater: Rater, *, posts: int) -> Iterator[Figure]:
    """Every figure but the speed."""
    yield from rankings(data, rater)
    yield from functional(data, rater)
    yield from frozen(rater)
    yield from fairness(data, rater)
    yield from quiet(data, rater, posts)
    yield from first_stage(data, rater)
