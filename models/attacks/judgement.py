"""What goes into the attack classifier and what comes out: plain, frozen values."""

from dataclasses import dataclass
from enum import StrEnum


class Target(StrEnum):
    """At whom or what the harshest words of a message are aimed."""

    PARTICIPANT = "participant"
    THIRD_PERSON = "third_person"
    GROUP = "group"
    IDEA = "idea"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Passage:
    """A message and the messages before it, oldest first.

    The first version reads `text` only: with the context glued on, the model confuses who said what.
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
        target: where the harsh words point, by rules: advice for the reader, no part of the score.
        abstained: why there is no judgement, in plain words; None where there is one.
    """

    score: float
    target: Target
    abstained: str | None = None
