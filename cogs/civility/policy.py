"""What follows from a score: pure decisions, apart from the model's belief."""

from dataclasses import dataclass
from typing import Final

from bot.api import Member, MemberKind, Standing, Verdict

PERSONS: Final = frozenset({"participant", "third_person"})

_REASON: Final = "It reads as a personal attack."
_UNCLEAR_TARGET: Final = "It reads as a personal attack, though whom it is aimed at is not clear."


@dataclass(frozen=True, slots=True)
class Decision:
    """`threshold` is the score that was needed for this target."""

    flag: bool
    threshold: float
    reason: str


def threshold_of(wanted: float, recommended: float) -> float:
    """The community's threshold; 0 stands for what the model's makers recommend."""
    return wanted or recommended


def decide(verdict: Verdict, threshold: float) -> Decision:
    """Flag what attacks a person.

    Harsh words for an idea or a group are allowed. Where the words seem aimed at no person but the score is high, the
    two contradict each other: then half of the doubt that the threshold leaves must go before people are troubled.
    """
    is_aimed = verdict.target in PERSONS
    needed = threshold if is_aimed else (1 + threshold) / 2
    flag = verdict.abstained is None and verdict.score >= needed
    return Decision(flag, needed, _REASON if is_aimed else _UNCLEAR_TARGET)


def exempt(author: Member, standing: Standing, exempt_standing: str) -> bool:
    """Bots are never judged; people are not from the community's `exempt_standing` on."""
    if author.kind is MemberKind.BOT:
        return True
    return exempt_standing != "nobody" and standing >= Standing[exempt_standing.upper()]
