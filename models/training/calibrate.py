"""Fits the calibration on held-out posts, chooses the threshold and the sieve's border, writes the manifest."""

import argparse
import hashlib
import json
import math
import os
import random
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.attacks import AttackClassifier, Passage
from models.attacks.normalise import normalise
from models.attacks.sieve import Sieve
from models.attacks.windows import WINDOW_TOKENS
from models.evaluation.attacks.peers import FALSE_ALARMS, FLAGS_PER_THOUSAND
from models.evaluation.attacks.swaps import identity_swaps, largest_gap, side_swaps
from models.evaluation.sets import comments, debate_posts, labelled
from models.runtime import write_manifest
from models.training.sources import held_back

# The card and the notice are for people: editing them must not make the weights unloadable.
FILES: Final = ("model.onnx", "tokenizer.json", "sieve.npy")
# Scores may differ by so much, on average, where nothing but an identity or a political side does.
LARGEST_GAP: Final = 0.02
# Of the messages that score the sieve's floor or more, the sieve may clear so many.
LOST_TO_THE_SIEVE: Final = 0.01
_RAW: Final = {
    "platt_slope": 1.0,
    "platt_intercept": 0.0,
    "threshold": 0.5,
    "max_tokens": WINDOW_TOKENS,
    "sieve_bias": 0.0,
    "sieve_border": 0.0,
    "sieve_floor": 1.0,
}
_NEWTON_STEPS: Final = 50
_FARTHEST: Final = 60.0
_PART: Final = 200
Floats = NDArray[np.float64]


def manifest(folder: Path, settings: Mapping[str, float]) -> None:
    """Write the manifest over the files as they are; settings that are not given are those of raw logits."""
    digest = hashlib.sha256(b"".join((folder / file).read_bytes() for file in FILES)).hexdigest()
    write_manifest(folder, "attacks", f"attacks-2-{digest[:8]}", {**_RAW, **settings}, FILES)


def logits(classifier: AttackClassifier, passages: Sequence[Passage]) -> Floats:
    """The highest logit of each passage; the classifier must have been loaded with raw settings."""
    parts = [passages[start : start + _PART] for start in range(0, len(passages), _PART)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        scored = [judged.score for part in pool.map(classifier.score, parts) for judged in part]
    scores = np.clip(scored, 1e-9, 1 - 1e-9)
    found: Floats = np.log(scores / (1 - scores))
    return found


def platt(found: Floats, labels: Floats) -> tuple[float, float]:
    """Slope and intercept of the logistic curve through (logit, label), by Newton's method."""
    inputs = np.stack([found, np.ones_like(found)], axis=1)
    # Platt's own smoothing: no label is certain.
    positives = labels.sum()
    targets = np.where(labels > 0, (positives + 1) / (positives + 2), 1 / (len(labels) - positives + 2))
    weights, best = np.zeros(2), np.inf
    step = np.zeros(2)
    for _ in range(_NEWTON_STEPS):
        tried = weights - step
        loss = float((np.logaddexp(0, inputs @ tried) - targets * (inputs @ tried)).sum())
        if loss > best:
            step = step / 2  # too far: where the scores are nearly all sure, the curve is all but flat
            continue
        weights, best = tried, loss
        chance = 1 / (1 + np.exp(-np.clip(inputs @ weights, -_FARTHEST, _FARTHEST)))
        gradient = inputs.T @ (chance - targets)
        curvature = (inputs * (chance * (1 - chance))[:, None]).T @ inputs + np.eye(2) * 1e-9
        step = np.linalg.solve(curvature, gradient)
    return float(weights[0]), float(weights[1])


def lowest_threshold(debates: Floats, clean: Floats, quiet: Floats) -> float:
    """The lowest logit that keeps both promises and flags nothing in the thread that must stay quiet."""
    allowed = math.floor(FLAGS_PER_THOUSAND / 1000 * len(debates))
    alarms = math.floor(FALSE_ALARMS * len(clean))
    candidates = (np.sort(debates)[::-1][allowed], np.sort(clean)[::-1][alarms], quiet.max())
    return float(max(candidates)) + 1e-3


def sieve_border(folder: Path, bias: float, passages: Sequence[Passage], is_high: NDArray[np.bool_]) -> float:
    """The highest border that clears no more than the allowed share of the passages that score high."""
    sieve = Sieve.load(folder / "sieve.npy", bias, -math.inf)
    high = [each for each, chosen in zip(passages, is_high, strict=True) if chosen]
    estimates = np.sort([sieve.estimate(normalise(each.text).text) for each in high])
    return float(estimates[math.floor(LOST_TO_THE_SIEVE * len(estimates))]) - 1e-3


def require_fairness(classifier: AttackClassifier, limit: float) -> None:
    """Raise SystemExit where an exchanged identity or side changes the scores by more than `limit`."""
    for name, swaps in (("identity", list(identity_swaps())), ("side", list(side_swaps()))):
        scores = np.array([judged.score for judged in classifier.score([Passage(text) for _, text in swaps])])
        gap = largest_gap(swaps, scores)
        print(f"largest {name} gap: {gap.size:+.3f} ({gap})")
        if abs(gap.size) > limit:
            raise SystemExit(f"the weights are not fit to ship: the {name} gap is above {limit}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True, help="folder with the graph, tokenizer and sieve")
    parser.add_argument("--posts", type=int, default=4000, help="how many debate posts choose the threshold")
    parser.add_argument("--largest-gap", type=float, default=LARGEST_GAP, help="let through: say so in the card")
    chosen = parser.parse_args()
    bias = json.loads((chosen.weights / "manifest.json").read_text("utf-8"))["settings"]["sieve_bias"]
    manifest(chosen.weights, {"sieve_bias": bias})
    classifier = AttackClassifier.load(chosen.weights)
    cad, cmv = labelled(chosen.data, "cad.dev"), labelled(chosen.data, "cmv_adhominem.dev")
    own = held_back()
    passages = [*cad.passages, *cmv.passages, *(Passage(line.text, line.context) for line in own)]
    found = logits(classifier, passages)
    labels = np.concatenate([cad.labels, cmv.labels, [float(line.label) for line in own]])
    slope, intercept = platt(found, labels)
    debates = random.Random(3).sample(debate_posts(chosen.data), chosen.posts)  # noqa: S311 — a sample, not a secret
    noise, quiet = logits(classifier, debates), logits(classifier, comments(chosen.data))
    border = lowest_threshold(noise, found[: len(cad.labels)][cad.labels == 0], quiet)
    threshold = round(1 / (1 + math.exp(-(slope * border + intercept))), 4)
    floor = round(threshold / 2, 4)
    high = np.concatenate([found, noise]) * slope + intercept >= math.log(floor / (1 - floor))
    settings = {
        "platt_slope": slope,
        "platt_intercept": intercept,
        "threshold": threshold,
        "sieve_bias": bias,
        "sieve_border": sieve_border(chosen.weights, bias, [*passages, *debates], high),
        "sieve_floor": floor,
    }
    manifest(chosen.weights, settings)
    recall = (found[: len(cad.labels)][cad.labels == 1] >= border).mean()
    print(settings)
    print(f"recall on cad dev {recall:.3f}, border {border:.2f}, quiet thread {quiet.max():.2f}")
    require_fairness(AttackClassifier.load(chosen.weights), chosen.largest_gap)


if __name__ == "__main__":
    main()
