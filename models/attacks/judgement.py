"""What goes into the attack classifier and what comes out: plain, frozen values."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Target(StrEnum):
    """At whom or what the harshest words of a message are aimed."""

    PARTICIPANT = "participant"
    THIRD_PERSON = "third_person"
    GROUP = "group"
    IDEA = "idea"
    NONE = "none"


TARGETS: Final = tuple(Target)
"""In the order of the network's outputs."""


class Band(StrEnum):
    """A score in a word, for people."""

    LIKELY = "likely"
    MAYBE = "maybe"
    UNLIKELY = "unlikely"


@dataclass(frozen=True, slots=True)
class Passage:
    """A message and the messages before it, oldest first.

    The last one is read for what `text` answers, unless `text` quotes what it answers.
    """

    text: str
    context: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """Words of the original text that carried the score; `weight` is their share of it, in (0, 1]."""

    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """How likely the message attacks somebody in the discussion.

    Attributes:
        score: calibrated probability, in [0, 1]; 0 where the classifier abstained.
        target: what the harsh words are aimed at.
        abstained: why there is no judgement, in plain words; None where there is one.
    """

    score: float
    target: Target
    abstained: str | None = None

    def band(self, threshold: float) -> Band:
        """The score in a word, seen from `threshold`: the upper half of what lies above it is likely."""
        if self.score < threshold:
            return Band.UNLIKELY
        return Band.LIKELY if self.score >= (1 + threshold) / 2 else Band.MAYBE
