"""The attack classifier: messages in, calibrated judgements and the words behind them out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self

import numpy as np

from models.attacks.answered import CONTEXT_TOKENS, answered
from models.attacks.calibration import Calibration
from models.attacks.explain import carrying_words
from models.attacks.judgement import TARGETS, Judgement, Passage, Span, Target
from models.attacks.language import reason_to_abstain
from models.attacks.normalise import normalise
from models.attacks.sieve import Sieve
from models.attacks.windows import Range, windows
from models.runtime import Bundle, BundleError, TextModel

WEIGHTS: Final = Path(__file__).parent / "weights"
_NAME: Final = "attacks"
# The network's outputs: the attack's logit, then one for each target.
_ATTACK: Final = 0
_PERSONS: Final = frozenset({Target.PARTICIPANT, Target.THIRD_PERSON})


class AttackClassifier:
    """Flags attacks on people who take part in a discussion; English only.

    Synchronous and safe to share between threads. Every window of a message is a forward pass of its own, so that a
    message's score never depends on its neighbours.

    Attributes:
        version: of the weights, such as "attacks-1-53aa5117".
        default_threshold: scores from here on are worth a moderator's look.
    """

    version: str
    default_threshold: float

    def __init__(self, bundle: Bundle, *, threads: int = 1) -> None:
        """Load the bundle's model.

        Raises:
            BundleError: if the bundle is another model's or its files cannot be loaded.
        """
        if bundle.name != _NAME:
            raise BundleError(f"{bundle.folder} holds the model {bundle.name!r}, not {_NAME!r}.")
        self._calibration = Calibration.from_settings(bundle.settings)
        self._model = TextModel(
            bundle, max_tokens=self._calibration.max_tokens, max_second_tokens=CONTEXT_TOKENS, threads=threads
        )
        self._sieve = Sieve.load(bundle.path("sieve.npy"), self._calibration.sieve_bias, self._calibration.sieve_border)
        self.version = bundle.version
        self.default_threshold = self._calibration.threshold

    @classmethod
    def load(cls, folder: Path | None = None, *, threads: int = 1) -> Self:
        """The classifier in `folder`, by default the one that ships, each file checked against its hash.

        Raises:
            BundleError: if a file is missing or not what the manifest says; the text names it and what to do.
        """
        return cls(Bundle.open(folder or WEIGHTS), threads=threads)

    def score(self, passages: Sequence[Passage], *, floor: float = 0.0) -> list[Judgement]:
        """One judgement for each passage, in order.

        Scores below `floor` need not be exact: of most messages a first stage says in microseconds that theirs lies
        below, and they get its rough estimate. It is measured from the manifest's `sieve_floor` up and else left out.
        """
        sieve = self._sieve if floor >= self._calibration.sieve_floor else None
        return [self._judge(passage, sieve, floor) for passage in passages]

    def explain(self, passage: Passage, *, most: int = 5) -> tuple[Span, ...]:
        """The words that carried the score, the heaviest first, at most `most`.

        Takes one forward pass per window of the message and at most 16 more: meant for flagged messages.
        """
        copy = normalise(passage.text)
        if reason_to_abstain(copy.text) is not None:
            return ()
        context = answered(passage.text, passage.context)
        (start, end), logits = self._worst_window(copy.text, context)

        def logit(text: str) -> float:
            return float(self._model.run_pair(text, context)[_ATTACK])

        found = carrying_words(copy.text[start:end], float(logits[_ATTACK]), logit, most=most)
        return tuple(Span(*copy.original(start + word.start, start + word.end), word.weight) for word in found)

    def _judge(self, passage: Passage, sieve: Sieve | None, floor: float) -> Judgement:
        copy = normalise(passage.text)
        reason = reason_to_abstain(copy.text)
        if reason is not None:
            return Judgement(0.0, Target.NONE, reason)
        if sieve is not None and (estimate := sieve.estimate(copy.text)) < sieve.border:
            return Judgement(min(self._calibration.probability(estimate), floor / 2), Target.NONE)
        _, logits = self._worst_window(copy.text, answered(passage.text, passage.context))
        score = self._calibration.probability(float(logits[_ATTACK]))
        return Judgement(score, _target(logits[_ATTACK + 1 :], attack=score >= self.default_threshold))

    def _worst_window(self, text: str, context: str) -> tuple[Range, np.ndarray]:
        """The window with the highest logit: one attack makes the message one, however reasonable the rest."""
        ranges = windows(text, self._model.token_count, tokens=self._calibration.max_tokens)
        found = [(window, self._model.run_pair(text[slice(*window)], context)) for window in ranges]
        return max(found, key=lambda each: float(each[1][_ATTACK]))


def _target(logits: np.ndarray, *, attack: bool) -> Target:
    """What the network sees the words aimed at; an attack is by its definition aimed at a person."""
    likely = sorted(zip(logits.tolist(), TARGETS, strict=True), reverse=True)
    return next(target for _, target in likely if not attack or target in _PERSONS)
