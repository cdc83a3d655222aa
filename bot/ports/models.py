"""What a cog may ask of the local models: judge messages, sum up a discussion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain.ids import MemberId, MessageId
from bot.domain.message import Message


@dataclass(frozen=True, slots=True)
class Passage:
    """A text to judge, with what it answers (oldest first)."""

    text: str
    context: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the classifier makes of a passage.

    Attributes:
        score: calibrated probability of a personal attack, in [0, 1]; 0 where it abstained.
        target: participant, third_person, group, idea or none.
        abstained: why there is no judgement, in plain words; None where there is one.
    """

    score: float
    target: str
    abstained: str | None = None


class Classifier(Protocol):
    @property
    def model(self) -> str | None:
        """Name and version; None where no model could be loaded."""
        ...

    @property
    def default_threshold(self) -> float:
        """The score that the model's makers recommend flagging from."""
        ...

    @property
    def abstained(self) -> Mapping[str, int]:
        """How often it declined to judge since the start, by reason."""
        ...

    async def classify(self, passages: Sequence[Passage], *, floor: float = 0.0) -> list[Verdict]:
        """One verdict per passage, in order. Patient: background work that waits for its turn.

        Scores below `floor` need not be exact, which saves most of the work: give the lowest that would have
        consequences, or 0 where each score is wanted for itself.

        Raises:
            ModelUnavailable: no model is loaded. A caller never guesses instead.
        """
        ...

    async def explain(self, passage: Passage) -> tuple[tuple[int, int], ...]:
        """(start, end) offsets of the words that carried the score, strongest first."""
        ...


@dataclass(frozen=True, slots=True)
class Line:
    """A verbatim quote; `message` and `author` say whose it is."""

    message: MessageId
    author: MemberId
    quote: str


@dataclass(frozen=True, slots=True)
class Issue:
    label: str
    messages: tuple[MessageId, ...]
    people: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Assent that was said or shown, never inferred: `replies` and `likes` are counts."""

    line: Line
    replies: int
    likes: int


@dataclass(frozen=True, slots=True)
class ThreadSummary:
    messages: int
    people: int
    about: Line | None
    issues: tuple[Issue, ...]
    agreements: tuple[Agreement, ...]
    open_questions: tuple[Line, ...]


class Summarizer(Protocol):
    @property
    def model(self) -> str | None: ...

    async def summarize(
        self, messages: Sequence[Message], *, title: str | None = None, issues: int = 5, lines_per_issue: int = 2
    ) -> ThreadSummary:
        """Sum up messages (oldest first) in their own words, in at most so many issues of so many lines.

        Raises:
            UserError: too few messages; the text says how many there are and are needed.
            ModelUnavailable: no model is loaded.
            DeadlineExceeded: it took longer than `[models] deadline`.
        """
        ...


@dataclass(frozen=True, slots=True)
class Models:
    """The models that a bot runs with."""

    classifier: Classifier
    summarizer: Summarizer
