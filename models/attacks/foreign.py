"""Any sequence-classification model in the place of our own, its labels mapped by the configuration."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from models.attacks.explain import carrying_words
from models.attacks.judgement import Judgement, Passage, Span, Target
from models.attacks.language import reason_to_abstain
from models.attacks.normalise import normalise
from models.attacks.target import target_of
from models.attacks.windows import Range, windows
from models.runtime import BundleError, SequenceClassifier

_THRESHOLD: Final = 0.5
_MOST_WINDOWS: Final = 8
_NEARLY: Final = 1e-6


class ForeignClassifier:
    """Scores a message by the labels that stand for an attack; reads no context and knows no target of its own.

    Attributes:
        version: name and revision of the model.
        default_threshold: .5, since nobody measured a better one: a community sets its own.
    """

    version: str
    default_threshold: float

    def __init__(self, name: str, attack_labels: Sequence[str], *, threads: int = 1) -> None:
        """Load the model `name` from this machine's disk.

        Raises:
            BundleError: the model cannot be loaded, or has no label of such a name; the text names those it has.
        """
        self._model = SequenceClassifier(name, threads=threads)
        missing = [label for label in attack_labels if label not in self._model.labels]
        if missing or not attack_labels:
            what = (
                f"has no label {', '.join(map(repr, missing))}" if missing else "was given no label that is an attack"
            )
            raise BundleError(
                f"the model {name!r} {what}. Its labels are {', '.join(map(repr, self._model.labels))}: name those "
                "that stand for a personal attack in [models] classifier_labels."
            )
        self._attack = [self._model.labels.index(label) for label in attack_labels]
        self.version = self._model.version
        self.default_threshold = _THRESHOLD

    def score(self, passages: Sequence[Passage], *, floor: float = 0.0) -> list[Judgement]:  # noqa: ARG002 — all exact
        """One judgement for each passage, in order; there is no first stage, so every score is exact."""
        return [self._judge(passage.text) for passage in passages]

    def explain(self, passage: Passage, *, most: int = 5) -> tuple[Span, ...]:
        """The words that carried the score, the heaviest first, at most `most`."""
        copy = normalise(passage.text)
        if reason_to_abstain(copy.text) is not None:
            return ()
        (start, end), chance = self._worst_window(copy.text)
        found = carrying_words(copy.text[start:end], _logit(chance), lambda text: _logit(self._chance(text)), most=most)
        return tuple(Span(*copy.original(start + word.start, start + word.end), word.weight) for word in found)

    def _judge(self, text: str) -> Judgement:
        copy = normalise(text)
        reason = reason_to_abstain(copy.text)
        if reason is not None:
            return Judgement(0.0, Target.NONE, reason)
        (start, end), chance = self._worst_window(copy.text)
        return Judgement(chance, target_of(copy.text[start:end], attack=chance >= self.default_threshold))

    def _worst_window(self, text: str) -> tuple[Range, float]:
        ranges = windows(text, self._model.token_count, tokens=self._model.max_tokens, most=_MOST_WINDOWS)
        found = [(window, self._chance(text[slice(*window)])) for window in ranges]
        return max(found, key=lambda each: each[1])

    def _chance(self, text: str) -> float:
        """The chance of any of the attack labels: the sum of exclusive ones, the largest of others."""
        chances = self._model.probabilities([text])[0][self._attack]
        return float(min(1.0, chances.sum())) if self._model.is_exclusive else float(chances.max())


def _logit(chance: float) -> float:
    bounded = min(max(chance, _NEARLY), 1 - _NEARLY)
    return float(np.log(bounded / (1 - bounded)))
