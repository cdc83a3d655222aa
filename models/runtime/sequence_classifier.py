"""Any sequence-classification model of `transformers`, from this machine's disk, on the processor."""

# The extra `hf` brings torch and transformers; the default install does without.
# mypy: disable-error-code="import-not-found,import-untyped,unused-ignore,no-untyped-call,misc"

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from models.runtime.bundle import BundleError

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_TOKENS = 512
_CHARACTERS_PER_TOKEN = 16
_NEEDS = "Install what it needs with: pip install 'folkmoot[hf]'."


class SequenceClassifier:
    """Texts to the probability of each label, one forward pass per text.

    Attributes:
        labels: the model's own names, in the order of its outputs.
        is_exclusive: whether one label rules out the others, so that their probabilities sum to 1.
        version: the model's name and the revision of its files, where known.
        max_tokens: what the model reads of a text, its markers included.
    """

    def __init__(self, name: str, *, threads: int = 1) -> None:
        """Load the model; nothing is downloaded.

        Args:
            name: a folder, or an id whose files are in this machine's cache of Hugging Face.
            threads: processor threads for one forward pass; the whole process has them.

        Raises:
            BundleError: torch or transformers is not installed, or the model is not on this machine or none of its
                kind; the text says what to do.
        """
        try:
            import torch  # noqa: PLC0415 — seconds and hundreds of megabytes, for those who chose it
            from transformers import AutoModelForSequenceClassification, AutoTokenizer  # noqa: PLC0415 — likewise
        except ImportError as error:
            raise BundleError(f"the model {name!r} needs what is not installed ({error}). {_NEEDS}") from error
        self._torch = torch
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(name, local_files_only=True, trust_remote_code=False)
            self._model: Any = AutoModelForSequenceClassification.from_pretrained(
                name, local_files_only=True, trust_remote_code=False
            )
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise BundleError(
                f"the model {name!r} cannot be loaded from this machine: {_first_line(error)} Nothing is downloaded "
                f"while the bot runs: fetch it once with `hf download {name}`, or name its folder."
            ) from error
        torch.set_num_threads(threads)
        self._model.eval()
        config = self._model.config
        self.labels = tuple(str(config.id2label[index]) for index in range(config.num_labels))
        self.is_exclusive = config.num_labels > 1 and config.problem_type != "multi_label_classification"
        self.version = (
            f"{name.rstrip('/').rsplit('/', 1)[-1]}-{str(getattr(config, '_commit_hash', None) or 'local')[:8]}"
        )
        self.max_tokens = min(_MOST_TOKENS, int(self._tokenizer.model_max_length), _positions(config))

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """Array of shape (texts, labels): exclusive labels sum to 1, others are judged each on its own."""
        return np.stack([self._run_one(text) for text in texts])

    def token_count(self, text: str) -> int:
        return len(self._tokenizer(text[: 8 * self.max_tokens * _CHARACTERS_PER_TOKEN])["input_ids"])

    def _run_one(self, text: str) -> np.ndarray:
        readable = text[: self.max_tokens * _CHARACTERS_PER_TOKEN].encode("utf-8", "replace").decode("utf-8")
        inputs = self._tokenizer(readable, truncation=True, max_length=self.max_tokens, return_tensors="pt")
        with self._torch.inference_mode():
            logits = self._model(**inputs).logits[0].float()
        chances = logits.softmax(0) if self.is_exclusive else logits.sigmoid()
        return np.asarray(chances.numpy(), dtype=np.float64)


def _positions(config: Any) -> int:
    """How many tokens the model has positions for; RoBERTa and its kin keep two for themselves."""
    return max(8, int(getattr(config, "max_position_embeddings", _MOST_TOKENS) or _MOST_TOKENS) - 2)


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0][:200]
