"""The sentence encoder: mean-pooled, normalised vectors of all-MiniLM-L6-v2."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from models.runtime import Bundle, BundleError, TextModel

if TYPE_CHECKING:
    from collections.abc import Sequence

DIMENSIONS = 384
_WEIGHTS = Path(__file__).parent / "weights"


class SentenceEncoder:
    """Turn sentences into unit vectors whose dot product says how alike they sound.

    Alike is not agreeing: of argument pairs that sound alike, nearly half stand on opposite sides.
    """

    def __init__(self, model: TextModel, version: str) -> None:
        self.version = version
        self._model = model

    @classmethod
    def load(cls, folder: Path | None = None, *, threads: int = 1) -> SentenceEncoder:
        """Load the shipped weights, or those in `folder`.

        Raises:
            BundleError: if the files are missing, damaged or no such model.
        """
        bundle = Bundle.open(folder or _WEIGHTS)
        max_tokens = bundle.settings.get("max_tokens")
        if not isinstance(max_tokens, int):
            raise BundleError(f"{bundle.folder}: the manifest's settings lack 'max_tokens' as a number.")
        encoder = cls(TextModel(bundle, max_tokens=max_tokens, threads=threads), bundle.version)
        if encoder._encode_one("probe").shape != (DIMENSIONS,):
            raise BundleError(f"{bundle.folder}: this model's vectors do not have {DIMENSIONS} dimensions.")
        return encoder

    def encode(self, sentences: Sequence[str]) -> np.ndarray:
        """Shape (n, 384), float32, each row of length 1; equal sentences are computed once."""
        vectors = {sentence: self._encode_one(sentence) for sentence in dict.fromkeys(sentences)}
        rows = [vectors[sentence] for sentence in sentences]
        return np.stack(rows) if rows else np.zeros((0, DIMENSIONS), dtype=np.float32)

    def _encode_one(self, sentence: str) -> np.ndarray:
        (tokens,) = self._model.run([sentence])
        mean: np.ndarray = np.atleast_2d(tokens).mean(axis=0, dtype=np.float32)
        length = np.float32(np.linalg.norm(mean)) or np.float32(1)
        return np.asarray(mean / length)
