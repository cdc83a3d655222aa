"""Measures of a classifier's scores against labels, in numpy alone."""

import numpy as np
from numpy.typing import ArrayLike


def average_precision(labels: ArrayLike, scores: ArrayLike) -> float:
    """Area under precision over recall, in steps; equal scores count together."""
    truth, ranked = np.asarray(labels, float), np.asarray(scores, float)
    order = np.argsort(-ranked, kind="stable")
    truth, ranked = truth[order], ranked[order]
    ends = np.append(np.nonzero(np.diff(ranked))[0], len(ranked) - 1)
    hits = np.cumsum(truth)[ends]
    precision, recall = hits / (ends + 1), hits / truth.sum()
    return float(np.sum(np.diff(np.append(0.0, recall)) * precision))


def area_under_curve(labels: ArrayLike, scores: ArrayLike) -> float:
    """Chance that a positive scores above a negative; ties count half."""
    truth, ranked = np.asarray(labels, bool), np.asarray(scores, float)
    values, inverse, counts = np.unique(ranked, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    positives, negatives = int(truth.sum()), int((~truth).sum())
    assert len(values) > 0
    return float((ranks[truth].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def calibration_error(labels: ArrayLike, scores: ArrayLike, bins: int = 15) -> float:
    """Expected calibration error over bins of equal width."""
    truth, ranked = np.asarray(labels, float), np.asarray(scores, float)
    places = np.minimum((ranked * bins).astype(int), bins - 1)
    return float(
        sum(
            abs(truth[places == place].mean() - ranked[places == place].mean()) * (places == place).mean()
            for place in np.unique(places)
        )
    )


def macro_f1(wanted: ArrayLike, found: ArrayLike) -> float:
    """Mean F1 over the classes that occur in `wanted`."""
    truth, guess = np.asarray(wanted), np.asarray(found)
    scores = []
    for name in np.unique(truth):
        hits = float(((truth == name) & (guess == name)).sum())
        scores.append(2 * hits / float((truth == name).sum() + (guess == name).sum()))
    return float(np.mean(scores))


def recall_at(labels: ArrayLike, scores: ArrayLike, false_alarms: float) -> tuple[float, float]:
    """Recall at the lowest cut that keeps to that share of false alarms, and the cut."""
    truth, ranked = np.asarray(labels, bool), np.asarray(scores, float)
    quiet = np.sort(ranked[~truth])[::-1]
    allowed = int(false_alarms * len(quiet))
    cut = float(quiet[allowed]) if allowed < len(quiet) else -np.inf
    return float((ranked[truth] > cut).mean()), cut
