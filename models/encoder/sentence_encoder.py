"""The sentence encoder: mean-pooled, normalised vectors of all-MiniLM-L6-v2."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
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

    def __init__(self, model: TextModel, version: str, *, threads: int = 1) -> None:
        self.version = version
        self._model = model
        self._threads = threads

    @classmethod
    def load(cls, folder: Path | None = None, *, threads: int = 1) -> SentenceEncoder:
        """Load the shipped weights, or those in `folder`; `threads` sentences are encoded at a time.

        Raises:
            BundleError: if the files are missing, damaged or no such model.
        """
        bundle = Bundle.open(folder or _WEIGHTS)
        max_tokens = bundle.settings.get("max_tokens")
        if not isinstance(max_tokens, int):
            raise BundleError(f"{bundle.folder}: the manifest's settings lack 'max_tokens' as a number.")
        # Sentences are short: one core for each sentence gains more than several cores for one sentence.
        encoder = cls(TextModel(bundle, max_tokens=max_tokens, threads=1), bundle.version, threads=threads)
        if encoder._encode_one("probe").shape != (DIMENSIONS,):
            raise BundleError(f"{bundle.folder}: this model's vectors do not have {DIMENSIONS} dimensions.")
        return encoder

    def encode(self, sentences: Sequence[str]) -> np.ndarray:
        """Shape (n, 384), float32, each row of length 1; equal sentences are computed once."""
        once = list(dict.fromkeys(sentences))
        if self._threads > 1 and len(once) > 1:
            with ThreadPoolExecutor(self._threads) as pool:
                encoded = list(pool.map(self._encode_one, once))
        else:
            encoded = [self._encode_one(sentence) for sentence in once]
        vectors = dict(zip(once, encoded, strict=True))
        rows = [vectors[sentence] for sentence in sentences]
        return np.stack(rows) if rows else np.zeros((0, DIMENSIONS), dtype=np.float32)

    def _encode_one(self, sentence: str) -> np.ndarray:
        (tokens,) = self._model.run([sentence])
        mean: np.ndarray = np.atleast_2d(tokens).mean(axis=0, dtype=np.float32)
        length = np.float32(np.linalg.norm(mean)) or np.float32(1)
        return np.asarray(mean / length)
