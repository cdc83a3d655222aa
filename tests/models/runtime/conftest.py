"""A bundle small enough to read: a word tokenizer, and a graph that returns its token ids as floats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from models.runtime import write_manifest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WORDS = ["[UNK]", "[CLS]", "[SEP]", "left", "right", "tax", "the", "rich"]
INT64, FLOAT = 7, 1


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes | str) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(raw)) + raw


def _value(name: str, element: int) -> bytes:
    axes = b"".join(_bytes(1, _bytes(2, axis)) for axis in ("batch", "sequence"))
    return _bytes(1, name) + _bytes(2, _bytes(1, _number(1, element) + _bytes(2, axes)))


def graph(*inputs: str) -> bytes:
    """An ONNX model that casts its first input to float32, written by hand: no `onnx` package needed."""
    to_float = _bytes(1, "to") + _number(3, FLOAT) + _number(20, 2)
    cast = _bytes(1, inputs[0]) + _bytes(2, "scores") + _bytes(4, "Cast") + _bytes(5, to_float)
    body = _bytes(1, cast) + _bytes(2, "tiny")
    body += b"".join(_bytes(11, _value(name, INT64)) for name in inputs)
    body += _bytes(12, _value("scores", FLOAT))
    return _number(1, 8) + _bytes(7, body) + _bytes(8, _number(2, 17))


def tokenizer() -> Tokenizer:
    made = Tokenizer(WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    made.pre_tokenizer = Whitespace()
    made.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)])
    return made


def write(folder: Path, *inputs: str) -> Path:
    made = tokenizer()
    # As published tokenizers do: fixed padding and a truncation of their own.
    made.enable_padding(length=32)
    made.enable_truncation(max_length=5)
    made.save(str(folder / "tokenizer.json"))
    (folder / "model.onnx").write_bytes(graph(*(inputs or ("input_ids", "attention_mask"))))
    write_manifest(folder, "tiny", "1", {"max_tokens": 6}, ["model.onnx", "tokenizer.json"])
    return folder


@pytest.fixture
def tiny(tmp_path: Path) -> Callable[..., Path]:
    """Write the bundle; the graph's inputs may be named."""
    return lambda *inputs: write(tmp_path, *inputs)
