"""Measures the attack classifier: `python -m models.evaluation.attacks --data DIR [--baseline]`."""

# scikit-learn is there for the comparison only.
# mypy: disable-error-code="import-not-found,import-untyped"

import argparse
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.attacks import AttackClassifier, Passage
from models.evaluation.measures import area_under_curve, average_precision, calibration_error
from models.training.sources import addresses, rows

Floats = NDArray[np.float64]
Scorer = Callable[[Sequence[str]], Floats]
# Never to be trained on.
CONTRASTS: Final = Path(__file__).parent / "contrasts.jsonl"
_TARGET: Final = "target_indiv_nh"
_OBJECTS: Final = "target_obj_nh"
_PROFANITY: Final = "profanity_nh"
_COUNTER: Final = ("counter_quote_nh", "counter_ref_nh")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class _Labelled:
    texts: list[str]
    labels: Floats


def _labelled(data: Path, name: str) -> _Labelled:
    found = [row for row in rows(data, name) if row["label"] is not None]
    return _Labelled([row["text"] for row in found], np.array([row["label"] for row in found], dtype=np.float64))


def _ranking(data: Path, score: Scorer, threshold: float) -> Iterator[Figure]:
    """How well the scores rank, on sets that no weights were trained on (or on their dev parts)."""
    for name in ("kaggle_insults.train", "cmv_adhominem.dev", "iac_qr.dev", "ucc.val"):
        found = _labelled(data, name)
        scores = score(found.texts)
        yield Figure(f"{name} AP", average_precision(found.labels, scores))
        yield Figure(f"{name} AUC", area_under_curve(found.labels, scores))
        if name.startswith("kaggle"):
            flagged = scores >= threshold
            yield Figure(f"{name} recall at threshold", float(flagged[found.labels == 1].mean()))
            yield Figure(f"{name} precision at threshold", float(found.labels[flagged].mean()))


def _contrasts(score: Scorer, threshold: float) -> Iterator[Figure]:
    """Our own held-out lines: the same harsh words for somebody present and for anything else."""
    lines = [json.loads(line) for line in CONTRASTS.read_text("utf-8").splitlines()]
    labels, scores = np.array([line["label"] for line in lines]), score([line["text"] for line in lines])
    yield Figure("own contrasts AUC", area_under_curve(labels, scores))
    yield Figure("own contrasts recall at threshold", float((scores[labels == 1] >= threshold).mean()))
    yield Figure("own contrasts false alarms at threshold", float((scores[labels == 0] >= threshold).mean()))


def _cad(data: Path, score: Scorer, threshold: float) -> Iterator[Figure]:
    found = _labelled(data, "cad.dev")
    scores = score(found.texts)
    attacks = found.labels == 1
    for cut in (0.5, 0.4, 0.3):
        yield Figure(f"cad.dev recall at {cut}", float((scores[attacks] >= cut).mean()))
        yield Figure(f"cad.dev false alarms at {cut}", float((scores[~attacks] >= cut).mean()))
    spoken = attacks & np.array([addresses(text) for text in found.texts])
    yield Figure("cad.dev AP", average_precision(found.labels, scores))
    yield Figure("cad.dev AUC", area_under_curve(found.labels, scores))
    yield Figure("cad.dev expected calibration error", calibration_error(found.labels, scores))
    yield Figure("cad.dev false alarms at threshold", float((scores[~attacks] >= threshold).mean()))
    yield Figure("cad.dev recall at threshold", float((scores[attacks] >= threshold).mean()))
    yield Figure("cad.dev recall where somebody is addressed", float((scores[spoken] >= threshold).mean()))


def _flags(data: Path, score: Scorer, threshold: float, posts: int) -> Iterator[Figure]:
    """Shares of posts at or above the threshold."""

    def share(texts: Sequence[str]) -> float:
        return float((score(texts) >= threshold).mean())

    tests: list[Any] = list(rows(data, "hatecheck.test"))
    of = {name: [row["text"] for row in tests if row["aux"]["functionality"] == name] for name in (_TARGET, _OBJECTS)}
    yield Figure("hatecheck attacks on 'you' flagged", share([text for text in of[_TARGET] if addresses(text)]))
    yield Figure("hatecheck abuse of objects flagged", share(of[_OBJECTS]))
    yield Figure(
        "hatecheck profanity flagged",
        share([row["text"] for row in tests if row["aux"]["functionality"] == _PROFANITY]),
    )
    yield Figure(
        "hatecheck counter-speech flagged",
        share([row["text"] for row in tests if row["aux"]["functionality"] in _COUNTER]),
    )
    debates = [row["text"] for row in rows(data, "iac_threads")]
    sample = random.Random(5).sample(debates, min(posts, len(debates)))  # noqa: S311 — a sample, not a secret
    scores = score(sample)
    for cut, name in ((threshold, "threshold"), (0.5, "0.5"), (0.4, "0.4"), (0.3, "0.3")):
        yield Figure(f"iac_threads flags per 1,000 posts at {name}", float(1000 * (scores >= cut).mean()))
    thread = (data / "threads" / "economic-revolution.txt").read_text("utf-8")
    comments = [text for text in thread.split("\n\n") if text.strip()]
    yield Figure("economic-revolution comments flagged", float((score(comments) >= threshold).sum()))


def measure(data: Path, score: Scorer, threshold: float, posts: int) -> Iterator[Figure]:
    """Every figure of the model card."""
    yield from _ranking(data, score, threshold)
    yield from _contrasts(score, threshold)
    yield from _cad(data, score, threshold)
    yield from _flags(data, score, threshold, posts)


def shipped(folder: Path | None) -> tuple[Scorer, float, str]:
    classifier = AttackClassifier.load(folder, threads=2)

    def score(texts: Sequence[str]) -> Floats:
        return np.array([judged.score for judged in classifier.score([Passage(text) for text in texts])])

    return score, classifier.default_threshold, classifier.version


def baseline(data: Path) -> tuple[Scorer, float]:
    """TF-IDF and logistic regression on the same training examples, threshold by the same promises.

    Raises:
        ImportError: without scikit-learn, which only this comparison needs.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.pipeline import make_pipeline, make_union  # noqa: PLC0415

    from models.training.calibrate import MOST_FALSE_ALARMS, MOST_FLAGS_PER_THOUSAND  # noqa: PLC0415
    from models.training.sources import clean, corpus, examples  # noqa: PLC0415

    found = [*examples(data, seed=7), *corpus()]
    features = make_union(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 5), min_df=3, sublinear_tf=True),
    )
    model = make_pipeline(features, LogisticRegression(C=4.0, class_weight="balanced", max_iter=400))
    weights = [example.weight for example in found]
    model.fit(
        [example.text for example in found],
        [example.label for example in found],
        logisticregression__sample_weight=weights,
    )

    def score(texts: Sequence[str]) -> Floats:
        scores: Floats = model.predict_proba([clean(text) for text in texts])[:, 1]
        return scores

    debates = [row["text"] for row in rows(data, "iac_threads")]
    sampled = score(random.Random(3).sample(debates, min(4000, len(debates))))  # noqa: S311
    quiet = score([row["text"] for row in rows(data, "cad.dev") if row["label"] == 0])
    threshold = max(np.quantile(sampled, 1 - MOST_FLAGS_PER_THOUSAND / 1000), np.quantile(quiet, 1 - MOST_FALSE_ALARMS))
    return score, float(threshold)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with attacks/ and threads/")
    parser.add_argument("--weights", type=Path, help="another folder of weights than the one that ships")
    parser.add_argument("--posts", type=int, default=4000, help="how many debate posts to score")
    parser.add_argument("--baseline", action="store_true", help="also train and measure TF-IDF (needs scikit-learn)")
    chosen = parser.parse_args()
    score, threshold, version = shipped(chosen.weights)
    columns = [[*measure(chosen.data, score, threshold, chosen.posts)]]
    heads = [f"{version} (threshold {threshold})"]
    if chosen.baseline:
        score, threshold = baseline(chosen.data)
        columns.append([*measure(chosen.data, score, threshold, chosen.posts)])
        heads.append("TF-IDF, same data")
    print("| measure | " + " | ".join(heads) + " |")
    print("|---|" + "---|" * len(heads))
    for line in zip(*columns, strict=True):
        print(f"| {line[0].name} | " + " | ".join(f"{figure.value:.3f}" for figure in line) + " |")


if __name__ == "__main__":
    main()
