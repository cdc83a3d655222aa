"""The shipped encoder: unit vectors, alike for alike, whatever stands beside them."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest

import models.encoder
from models.encoder import DIMENSIONS, SentenceEncoder
from models.runtime import BundleError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder.load()


def test_vectors_have_length_one(encoder: SentenceEncoder) -> None:
    vectors = encoder.encode(["Tax the rich.", "", "😀" * 3000, "\ud83d \0", "a" * 60_000])
    assert vectors.shape == (5, DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_nothing_to_encode(encoder: SentenceEncoder) -> None:
    assert encoder.encode([]).shape == (0, DIMENSIONS)


def test_what_sounds_alike_lies_close(encoder: SentenceEncoder) -> None:
    taxes, levies, bicycles = encoder.encode(
        [
            "The rich should pay higher taxes.",
            "Wealthy people ought to be taxed more.",
            "My bicycle has a flat tyre.",
        ]
    )
    assert taxes @ levies > 0.7
    assert taxes @ bicycles < 0.2


def test_a_vector_does_not_depend_on_its_neighbours(encoder: SentenceEncoder) -> None:
    sentences = [
        "Tax the rich.",
        "Rent is theft, and a long sentence beside a short one changes nothing.",
        "No.",
    ]
    together = encoder.encode(sentences * 2)
    alone = np.concatenate([encoder.encode([sentence]) for sentence in sentences])
    assert np.array_equal(together, np.concatenate([alone, alone]))


def test_threads_change_no_vector(encoder: SentenceEncoder) -> None:
    sentences = [f"Rent number {number} rose again, and nobody in house {number} was asked." for number in range(30)]
    assert np.array_equal(SentenceEncoder.load(threads=3).encode(sentences), encoder.encode(sentences))


def test_the_version_comes_from_the_manifest(encoder: SentenceEncoder) -> None:
    assert encoder.version == "all-MiniLM-L6-v2-int8-1"


def copied(folder: Path, **changes: object) -> Path:
    weights = folder / "weights"
    shutil.copytree(models.encoder.__path__[0] + "/weights", weights)
    manifest = weights / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | changes))
    return weights


def test_another_folder_may_be_loaded(tmp_path: Path) -> None:
    assert SentenceEncoder.load(copied(tmp_path, version="mine")).version == "mine"


def test_damaged_weights_are_refused(tmp_path: Path) -> None:
    weights = copied(tmp_path)
    with (weights / "model.onnx").open("r+b") as file:
        file.seek(1000)
        file.write(b"\0\1\2")
    with pytest.raises(BundleError, match=r"model\.onnx is damaged"):
        SentenceEncoder.load(weights)


@pytest.mark.parametrize("settings", [{}, {"max_tokens": "128"}])
def test_missing_settings_are_refused(tmp_path: Path, settings: dict[str, object]) -> None:
    with pytest.raises(BundleError, match="max_tokens"):
        SentenceEncoder.load(copied(tmp_path, settings=settings))


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"manifest\.json is missing"):
        SentenceEncoder.load(tmp_path / "nowhere")
