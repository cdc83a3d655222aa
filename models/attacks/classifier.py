"""The attack classifier: messages in, calibrated judgements and the words behind them out."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Self

from models.attacks.calibration import Calibration
from models.attacks.explain import carrying_words
from models.attacks.judgement import Judgement, Passage, Span, Target
from models.attacks.language import reason_to_abstain
from models.attacks.normalise import normalise
from models.attacks.target import target_of
from models.attacks.windows import Range, windows
from models.runtime import Bundle, BundleError, TextModel

WEIGHTS: Final = Path(__file__).parent / "weights"
_NAME: Final = "attacks"


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
        self._model = TextModel(bundle, max_tokens=self._calibration.max_tokens, threads=threads)
        self.version = bundle.version
        self.default_threshold = self._calibration.threshold

    @classmethod
    def load(cls, folder: Path | None = None, *, threads: int = 1) -> Self:
        """The classifier in `folder`, by default the one that ships, each file checked against its hash.

        Raises:
            BundleError: if a file is missing or not what the manifest says; the text names it and what to do.
        """
        return cls(Bundle.open(folder or WEIGHTS), threads=threads)

    def score(self, passages: Sequence[Passage]) -> list[Judgement]:
        """One judgement for each passage, in order."""
        return [self._judge(passage.text) for passage in passages]

    def explain(self, passage: Passage, *, most: int = 5) -> tuple[Span, ...]:
        """The words that carried the score, the heaviest first, at most `most`.

        Takes one forward pass per window of the message and at most 16 more: meant for flagged messages.
        """
        copy = normalise(passage.text)
        if reason_to_abstain(copy.text) is not None:
            return ()
        (start, end), logit = self._worst_window(copy.text)
        found = carrying_words(copy.text[start:end], logit, self._logit, most=most)
        return tuple(Span(*copy.original(start + word.start, start + word.end), word.weight) for word in found)

    def _judge(self, text: str) -> Judgement:
        copy = normalise(text)
        reason = reason_to_abstain(copy.text)
        if reason is not None:
            return Judgement(0.0, Target.NONE, reason)
        (start, end), logit = self._worst_window(copy.text)
        score = self._calibration.probability(logit)
        attack = score >= self.default_threshold
        return Judgement(score, target_of(copy.text[start:end], attack=attack))

    def _worst_window(self, text: str) -> tuple[Range, float]:
        """The window with the highest logit: one attack makes the message one, however reasonable the rest."""
        count: Callable[[str], int] = self._model.token_count
        ranges = windows(text, count, tokens=self._calibration.max_tokens)
        logits = [self._logit(text[start:end]) for start, end in ranges]
        worst = max(range(len(ranges)), key=logits.__getitem__)
        return ranges[worst], logits[worst]

    def _logit(self, text: str) -> float:
        return float(self._model.run([text])[0][0])
