"""Why something is held against a message, and who asked for a sanction."""

from dataclasses import dataclass
from enum import StrEnum


class Origin(StrEnum):
    """Modes bind what is automatic; what a human decided is always carried out."""

    AUTOMATIC = "automatic"
    HUMAN = "human"


class Mode(StrEnum):
    """What automatic effects may do: nothing, bring flags to moderators, or act as well."""

    OBSERVE = "observe"
    SUGGEST = "suggest"
    ENFORCE = "enforce"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a model saw.

    Attributes:
        score: calibrated probability in [0, 1].
        threshold: the score from which this community wants a flag.
        target: whom or what the words are aimed at (participant, third_person, group, idea, none).
        model: name and version of the model.
        spans: (start, end) offsets of the words that carried the score, in the text of `revision`.
            Offsets, not words: a deleted message leaves nothing of its text behind.
    """

    score: float
    threshold: float
    target: str
    model: str
    revision: int = 0
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason: the community's rule, plain words, and evidence where a model speaks."""

    rule: str
    reason: str
    evidence: Evidence | None = None
