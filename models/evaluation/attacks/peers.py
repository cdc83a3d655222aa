"""Who is measured: the classifier that ships, the plain baseline, and peers that ship weights, where installed."""

# The peers and what they need are installed by whoever wants the comparison.
# mypy: disable-error-code="import-not-found,import-untyped,unused-ignore"

import importlib.util
import os
import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from models.attacks import AttackClassifier, Passage
from models.attacks.normalise import normalise
from models.evaluation.attacks.bars import Floats, Rated, Rater
from models.evaluation.sets import debate_posts, labelled

FLAGS_PER_THOUSAND = 5.0
FALSE_ALARMS = 0.02
_POSTS = 4000
_PART = 100


def shipped(folder: Path | None = None) -> Rater:
    """The classifier in `folder`, by default the one that ships."""
    classifier = AttackClassifier.load(folder)

    def rated(passages: Sequence[Passage], floor: float) -> Rated:
        parts = [passages[start : start + _PART] for start in range(0, len(passages), _PART)]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            scored = pool.map(lambda part: classifier.score(part, floor=floor), parts)
            judged = [one for part in scored for one in part]
        return Rated(np.array([one.score for one in judged]), [one.target.value for one in judged])

    threshold = classifier.default_threshold
    return Rater(
        classifier.version,
        threshold,
        lambda passages: rated(passages, 0.0),
        lambda passages: rated(passages, threshold),
    )


def baseline(data: Path) -> Rater:
    """TF-IDF and logistic regression on the same training messages, threshold by the same promises.

    Raises:
        ImportError: without scikit-learn, or without a checkout of the project, whose training corpus it needs.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.pipeline import make_pipeline, make_union  # noqa: PLC0415

    from models.training.sources import corpus, examples  # noqa: PLC0415

    found = [*examples(data, seed=7), *corpus()]
    features = make_union(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 5), min_df=3, sublinear_tf=True),
    )
    model = make_pipeline(features, LogisticRegression(C=4.0, class_weight="balanced", max_iter=400))
    model.fit(
        [example.text for example in found],
        [example.label for example in found],
        logisticregression__sample_weight=[example.weight for example in found],
    )

    def score(texts: Sequence[str]) -> Floats:
        scores: Floats = model.predict_proba([normalise(text).text for text in texts])[:, 1]
        return scores

    return _promised("TF-IDF, same data", score, data)


def peers(data: Path) -> Iterator[Rater]:
    """Every peer that is installed here."""
    if importlib.util.find_spec("profanity_check"):
        from profanity_check import predict_prob  # noqa: PLC0415

        yield _promised("alt-profanity-check", lambda texts: np.asarray(predict_prob(list(texts)), float), data)
    if importlib.util.find_spec("toxic_comment_classifier"):
        yield _promised("toxic-comment-classifier", _toxic_comments(), data)


def _toxic_comments() -> Callable[[Sequence[str]], Floats]:
    from toxic_comment_classifier import ToxicCommentClassifier  # noqa: PLC0415

    model = ToxicCommentClassifier()

    def score(texts: Sequence[str]) -> Floats:
        return np.array([float(model.classify(text)["insult"]) for text in texts])

    return score


def _promised(name: str, score: Callable[[Sequence[str]], Floats], data: Path) -> Rater:
    """A rater of texts alone, flagging from the lowest score that keeps this project's promises."""
    debates = random.Random(3).sample(debate_posts(data), _POSTS)  # noqa: S311 — a sample, not a secret
    cad = labelled(data, "cad.dev")
    clean = [each.text for each, label in zip(cad.passages, cad.labels, strict=True) if not label]
    threshold = max(
        np.quantile(score([each.text for each in debates]), 1 - FLAGS_PER_THOUSAND / 1000),
        np.quantile(score(clean), 1 - FALSE_ALARMS),
    )
    return Rater(name, float(threshold), lambda passages: Rated(score([each.text for each in passages]), []))
