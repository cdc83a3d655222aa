"""Fits the calibration on held-out posts, chooses the threshold and writes the manifest of the weights."""

import argparse
import hashlib
import math
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.attacks import AttackClassifier, Passage
from models.attacks.windows import WINDOW_TOKENS
from models.runtime import write_manifest
from models.training.sources import rows

# The card and the notice are for people: editing them must not make the weights unloadable.
FILES: Final = ("model.onnx", "tokenizer.json")
# The promises: false alarms a moderator can live with, in debates and on Reddit.
MOST_FLAGS_PER_THOUSAND: Final = 5.0
MOST_FALSE_ALARMS: Final = 0.02
_NEWTON_STEPS: Final = 50
Floats = NDArray[np.float64]


def manifest(folder: Path, slope: float, intercept: float, threshold: float) -> None:
    digest = hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest()
    settings = {
        "platt_slope": slope,
        "platt_intercept": intercept,
        "threshold": threshold,
        "max_tokens": WINDOW_TOKENS,
    }
    write_manifest(folder, "attacks", f"attacks-1-{digest[:8]}", settings, FILES)


def logits(classifier: AttackClassifier, texts: Sequence[str]) -> Floats:
    """The highest logit of each post; the classifier must have been loaded with slope 1 and intercept 0."""
    judgements = classifier.score([Passage(text) for text in texts])
    scores = np.clip([judgement.score for judgement in judgements], 1e-9, 1 - 1e-9)
    found: Floats = np.log(scores / (1 - scores))
    return found


def platt(found: Floats, labels: Floats) -> tuple[float, float]:
    """Slope and intercept of the logistic curve through (logit, label), by Newton's method."""
    inputs = np.stack([found, np.ones_like(found)], axis=1)
    # Platt's own smoothing: no label is certain.
    positives = labels.sum()
    targets = np.where(labels > 0, (positives + 1) / (positives + 2), 1 / (len(labels) - positives + 2))
    weights = np.array([1.0, 0.0])
    for _ in range(_NEWTON_STEPS):
        chance = 1 / (1 + np.exp(-inputs @ weights))
        gradient = inputs.T @ (chance - targets)
        curvature = (inputs * (chance * (1 - chance))[:, None]).T @ inputs + np.eye(2) * 1e-9
        weights = weights - np.linalg.solve(curvature, gradient)
    return float(weights[0]), float(weights[1])


def lowest_threshold(debates: Floats, clean: Floats, quiet: Floats) -> float:
    """The lowest logit that keeps both promises and flags nothing in the thread that must stay quiet."""
    allowed = math.floor(MOST_FLAGS_PER_THOUSAND / 1000 * len(debates))
    alarms = math.floor(MOST_FALSE_ALARMS * len(clean))
    candidates = (np.sort(debates)[::-1][allowed], np.sort(clean)[::-1][alarms], quiet.max())
    return float(max(candidates)) + 1e-3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True, help="folder with model.onnx and tokenizer.json")
    parser.add_argument("--posts", type=int, default=4000, help="how many debate posts choose the threshold")
    chosen = parser.parse_args()
    manifest(chosen.weights, 1.0, 0.0, 0.5)
    classifier = AttackClassifier.load(chosen.weights, threads=2)
    cad = [row for row in rows(chosen.data, "cad.dev") if row["label"] is not None]
    cmv = [row for row in rows(chosen.data, "cmv_adhominem.dev") if row["label"] is not None]
    found = logits(classifier, [row["text"] for row in [*cad, *cmv]])
    labels = np.array([row["label"] for row in [*cad, *cmv]], dtype=np.float64)
    slope, intercept = platt(found, labels)
    posts = [row["text"] for row in rows(chosen.data, "iac_threads")]
    debates = logits(classifier, random.Random(3).sample(posts, min(chosen.posts, len(posts))))  # noqa: S311
    thread = (chosen.data / "threads" / "economic-revolution.txt").read_text("utf-8")
    quiet = logits(classifier, [text for text in thread.split("\n\n") if text.strip()])
    border = lowest_threshold(debates, found[: len(cad)][labels[: len(cad)] == 0], quiet)
    threshold = round(1 / (1 + math.exp(-(slope * border + intercept))), 4)
    manifest(chosen.weights, slope, intercept, threshold)
    recall = (found[: len(cad)][labels[: len(cad)] == 1] >= border).mean()
    print(f"slope {slope:.3f} intercept {intercept:.3f} threshold {threshold} recall on cad dev {recall:.3f}")
    print(f"debates {np.sort(debates)[-20]:.2f} quiet {quiet.max():.2f} border {border:.2f}")


if __name__ == "__main__":
    main()
