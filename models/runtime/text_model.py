"""A tokenizer and an ONNX graph that together turn each text into one array."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnxruntime as ort  # type: ignore[import-untyped]
from tokenizers import Tokenizer

from models.runtime.bundle import BundleError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tokenizers import Encoding

    from models.runtime.bundle import Bundle

# Longer than any tokenizer needs for one token of real language; beyond it a text is cut before it is
# tokenized, because some tokenizers take quadratic time on a long unbroken word.
_CHARACTERS_PER_TOKEN = 16
# token_count looks this many windows far: enough to say "much too long", never unbounded work.
_WINDOWS_COUNTED = 8
_ERRORS_ONLY = 3
_KNOWN_INPUTS = frozenset({"input_ids", "attention_mask", "token_type_ids"})


class TextModel:
    """Run a text model on the processor, one text at a time.

    One forward pass per text: padding buys no speed here, and a quantised graph scales its activations
    over the whole batch, so that a batched result would depend on its neighbours. Safe to share
    between threads.
    """

    def __init__(self, bundle: Bundle, *, max_tokens: int, max_second_tokens: int = 0, threads: int = 1) -> None:
        """Load `model.onnx` and `tokenizer.json` of the bundle.

        Args:
            bundle: verified files.
            max_tokens: longer texts are cut to this many tokens, the model's own markers included.
            max_second_tokens: likewise for the second text of a pair.
            threads: processor threads for one forward pass.

        Raises:
            BundleError: if a file cannot be loaded or the graph asks for an unknown input.
        """
        self._max_tokens = max_tokens
        self._max_second_tokens = max_second_tokens
        self._tokenizer = _load_tokenizer(bundle, max_tokens)
        self._markers = self._tokenizer.num_special_tokens_to_add(is_pair=False)
        self._session = _load_session(bundle, threads)
        self._inputs = [node.name for node in self._session.get_inputs()]
        self._output = self._session.get_outputs()[0].name
        unknown = sorted(set(self._inputs) - _KNOWN_INPUTS)
        if unknown:
            raise BundleError(f"{bundle.path('model.onnx')} asks for unknown inputs: {', '.join(unknown)}.")

    def run(self, texts: Sequence[str]) -> list[np.ndarray]:
        """The graph's first output for each text, without the batch axis, as float32."""
        return [self.run_pair(text, "") for text in texts]

    def run_pair(self, first: str, second: str) -> np.ndarray:
        """Likewise for two texts in one row, told apart by their token types; the second may be empty."""
        encoding = self._encode(first, windows=1)
        # A tokenizer without markers gives nothing for an empty text; graphs need at least one token.
        ids, mask, types = encoding.ids or [0], encoding.attention_mask or [1], encoding.type_ids or [0]
        beside = self._second(second) if second else []
        feed = {
            "input_ids": [*ids, *beside],
            "attention_mask": [*mask, *[1] * len(beside)],
            "token_type_ids": [*types, *[1] * len(beside)],
        }
        arrays = {name: np.array([feed[name]], dtype=np.int64) for name in self._inputs}
        output = self._session.run([self._output], arrays)[0]
        return np.asarray(output[0], dtype=np.float32)

    def token_count(self, text: str) -> int:
        """How many tokens the text has, markers included, before it is cut to `max_tokens`.

        Texts of many times `max_tokens` are counted only so far as to show that they are much too long.
        """
        encoding = self._encode(text, windows=_WINDOWS_COUNTED)
        return len(encoding) + sum(len(rest) - self._markers for rest in encoding.overflowing)

    def _second(self, text: str) -> list[int]:
        """Token ids of a pair's second text: no opening marker, but the closing one, also where it is cut."""
        ids = self._encode(text, windows=1).ids[1:]
        return ids if len(ids) <= self._max_second_tokens else [*ids[: self._max_second_tokens - 1], ids[-1]]

    def _encode(self, text: str, *, windows: int) -> Encoding:
        text = text[: self._max_tokens * windows * _CHARACTERS_PER_TOKEN]
        # Half of a broken emoji (a lone surrogate) is valid in Python but not in UTF-8.
        readable = text.encode("utf-8", "replace").decode("utf-8")
        return self._tokenizer.encode(readable)


def _load_tokenizer(bundle: Bundle, max_tokens: int) -> Tokenizer:
    path = bundle.path("tokenizer.json")
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises plain Exception for every kind of bad file
        raise BundleError(f"{path} is not a tokenizer: {error}. Fetch the weights again.") from error
    # The published file may pad each text to a fixed length: a short comment would cost 128 tokens.
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length=max_tokens)
    return tokenizer


def _load_session(bundle: Bundle, threads: int) -> ort.InferenceSession:
    path = bundle.path("model.onnx")
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    # Waiting threads would otherwise burn the cores that the bot's event loop needs.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's exceptions share no base of their own
        raise BundleError(f"{path} cannot be loaded: {error}. Fetch the weights again.") from error
