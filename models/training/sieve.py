"""Teaches the first stage to foresee the network: a ridge regression of hashed words on its logits."""

# scikit-learn and SciPy come with the training libraries.
# mypy: disable-error-code="import-not-found,import-untyped,unused-ignore"

import argparse
import os
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import Ridge

from models.attacks import AttackClassifier, Passage
from models.attacks.sieve import BITS, Weights, features, runs
from models.training.calibrate import Floats, logits, manifest
from models.training.sources import corpus, examples

FILE: Final = "sieve.npy"
_SHRINKAGE: Final = 3.0
# Beyond it the network is sure, and more of it is nothing to learn from.
_SURE: Final = 6.0
_SEED: Final = 7


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights of shape (2 ** BITS,) and the bias beside them."""

    weights: Weights
    bias: float


def fit(found: Sequence[list[str]], wanted: Floats) -> Fitted:
    """Runs of words and their logits, of shape (runs,), to a linear model."""
    rows = [features(run) for run in found]
    ends = np.cumsum([0, *(len(row) for row in rows)])
    table = csr_matrix((np.ones(ends[-1], np.float32), np.concatenate(rows), ends), shape=(len(rows), 1 << BITS))
    model = Ridge(alpha=_SHRINKAGE, solver="lsqr").fit(table, np.clip(wanted, -_SURE, _SURE))
    return Fitted(model.coef_.astype(np.float16), float(model.intercept_))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with attacks/*.jsonl.zst")
    parser.add_argument("--weights", type=Path, required=True, help="folder with model.onnx and tokenizer.json")
    parser.add_argument("--runs", type=int, default=30_000, help="how many runs of words to learn from")
    chosen = parser.parse_args()
    np.save(chosen.weights / FILE, np.zeros(1 << BITS, np.float16))
    manifest(chosen.weights, {})
    classifier = AttackClassifier.load(chosen.weights)
    texts = [example.text for example in (*examples(chosen.data, seed=_SEED), *corpus())]
    every = [run for text in texts for run in runs(text)]
    taken = random.Random(_SEED).sample(every, min(chosen.runs, len(every)))  # noqa: S311 — a sample, not a secret
    parts = [taken[start : start + 500] for start in range(0, len(taken), 500)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        scored = pool.map(lambda part: logits(classifier, [Passage(" ".join(run)) for run in part]), parts)
    fitted = fit(taken, np.concatenate(list(scored)))
    np.save(chosen.weights / FILE, fitted.weights)
    manifest(chosen.weights, {"sieve_bias": round(fitted.bias, 4)})
    print(f"{len(taken)} runs, bias {fitted.bias:.3f}")


if __name__ == "__main__":
    main()
