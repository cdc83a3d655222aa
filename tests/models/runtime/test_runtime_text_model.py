"""One text in, one array out: whatever the text, whatever its neighbours."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest

from models.runtime import Bundle, BundleError, TextModel, write_manifest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Tiny = Callable[..., Path]


@pytest.fixture
def model(tiny: Tiny) -> TextModel:
    return TextModel(Bundle.open(tiny()), max_tokens=6)


def test_output_is_the_graphs_own_without_padding(model: TextModel) -> None:
    (scores,) = model.run(["tax the rich"])
    assert scores.dtype == np.float32
    assert scores.tolist() == [1, 5, 6, 7, 2]


def test_results_do_not_depend_on_neighbours(model: TextModel) -> None:
    texts = ["left", "tax the rich", "", "right " * 50]
    together = model.run(texts)
    assert [one.tolist() for one in together] == [model.run([text])[0].tolist() for text in texts]


def test_long_text_is_cut_to_max_tokens(model: TextModel) -> None:
    (scores,) = model.run(["left " * 100])
    assert scores.tolist() == [1, 3, 3, 3, 3, 2]


def test_token_count_goes_beyond_the_cut(model: TextModel) -> None:
    assert model.token_count("") == 2
    assert model.token_count("tax the rich") == 5
    assert model.token_count("left " * 30) == 32


@pytest.mark.parametrize("inputs", [("input_ids",), ("input_ids", "attention_mask", "token_type_ids")])
def test_only_declared_inputs_are_fed(tiny: Tiny, inputs: tuple[str, ...]) -> None:
    model = TextModel(Bundle.open(tiny(*inputs)), max_tokens=6)
    assert model.run(["left"])[0].tolist() == [1, 3, 2]


def test_a_graph_with_unknown_inputs_is_refused(tiny: Tiny) -> None:
    bundle = Bundle.open(tiny("input_ids", "pixels"))
    with pytest.raises(BundleError, match="pixels"):
        TextModel(bundle, max_tokens=6)


@pytest.mark.parametrize(
    "text",
    ["\ud83d", "a\udcff b", "a" * 60_000, "\0", "\0" * 60_000, "😀" * 20_000, " " * 60_000, "left " * 12_000],
    ids=["high", "low", "letter", "nul", "nuls", "emoji", "blank", "words"],
)
def test_hostile_text_gives_a_bounded_answer(model: TextModel, text: str) -> None:
    (scores,) = model.run([text])
    assert 2 <= len(scores) <= 6
    assert 2 <= model.token_count(text) <= 800


@pytest.mark.parametrize("file", ["model.onnx", "tokenizer.json"])
@pytest.mark.parametrize("content", [b"", b"not a model", b"\x08\x08\x3a\xff"])
def test_a_corrupt_file_is_a_bundle_error(tiny: Tiny, tmp_path: Path, file: str, content: bytes) -> None:
    tiny()
    (tmp_path / file).write_bytes(content)
    write_manifest(tmp_path, "tiny", "1", {}, ["model.onnx", "tokenizer.json"])
    with pytest.raises(BundleError, match=file):
        TextModel(Bundle.open(tmp_path), max_tokens=6)


def test_a_bundle_without_a_graph_is_a_bundle_error(tiny: Tiny, tmp_path: Path) -> None:
    tiny()
    write_manifest(tmp_path, "tiny", "1", {}, ["tokenizer.json"])
    with pytest.raises(BundleError, match=r"names no model\.onnx"):
        TextModel(Bundle.open(tmp_path), max_tokens=6)


def test_threads_may_share_a_model(model: TextModel) -> None:
    texts = ["left", "right", "tax the rich", "the rich"] * 50
    expected = [one.tolist() for one in model.run(texts)]
    with ThreadPoolExecutor(4) as pool:
        shared = list(pool.map(lambda text: model.run([text])[0].tolist(), texts))
    assert shared == expected
