"""The first stage: a linear model over hashed words that clears, in microseconds, what is surely no attack."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final, Self
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from models.runtime import BundleError

BITS: Final = 16
# An attack may be one clause of a long post, so it is looked for in runs of words that overlap.
RUN: Final = 24
STRIDE: Final = 16
_MASK: Final = (1 << BITS) - 1
_PRIME: Final = 0x9E3779B1
_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)?|[?!@]")

Weights = NDArray[np.float16]


def runs(text: str) -> Iterator[list[str]]:
    """The words of `text` (normalised) in overlapping runs; none for a text without words."""
    words = _WORD.findall(text.lower())
    for start in range(0, max(1, len(words) - (RUN - STRIDE)), STRIDE):
        if run := words[start : start + RUN]:
            yield run


def features(run: list[str]) -> list[int]:
    """Places, below 2 ** BITS, of the words of a run and of its pairs of neighbours; each once."""
    hashes = [crc32(word.encode("utf-8", "replace")) for word in run]
    pairs = ((first * _PRIME + second) & _MASK for first, second in pairwise(hashes))
    return list({*(one & _MASK for one in hashes), *pairs})


class Sieve:
    """Estimates, of each message, the logit that the network would give it.

    Attributes:
        border: what is estimated below it is cleared.
    """

    border: float

    def __init__(self, weights: Weights, bias: float, border: float) -> None:
        """Weights of shape (2 ** BITS,)."""
        self._weights = weights.astype(np.float32)
        self._bias = bias
        self.border = border

    @classmethod
    def load(cls, path: Path, bias: float, border: float) -> Self:
        """Read the weights that lie in the file `path`.

        Raises:
            BundleError: the file holds no such weights.
        """
        try:
            weights = np.load(path, allow_pickle=False)
        except (OSError, ValueError) as error:
            raise BundleError(f"{path} cannot be read: {error}. Fetch the weights again.") from error
        if weights.shape != (1 << BITS,):
            raise BundleError(f"{path} holds weights of shape {weights.shape}, not {(1 << BITS,)}.")
        return cls(weights, bias, border)

    def estimate(self, text: str) -> float:
        """The highest estimate of any run of `text` (normalised)."""
        sums = [float(self._weights[features(run)].sum()) for run in runs(text)]
        return self._bias + max(sums, default=0.0)
