"""Models whose answers a test decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.message import Message
from bot.errors import ModelUnavailable, UserError
from bot.ports.models import Issue, Line, Models, Passage, ThreadSummary, Verdict

FEWEST = 3
"""Messages that the scripted summarizer wants."""


@dataclass
class ScriptedClassifier:
    """Scores by the words a test names: `scores` maps a word to the score of texts that hold it.

    Attributes:
        model: set it to None for a bot without weights.
        seen: every passage that was judged, in order.
    """

    scores: Mapping[str, float] = field(default_factory=lambda: {"idiot": 0.97, "liar": 0.91})
    model: str | None = "scripted-1"
    default_threshold: float = 0.8
    abstained: dict[str, int] = field(default_factory=dict)
    seen: list[Passage] = field(default_factory=list)

    async def classify(self, passages: Sequence[Passage], *, floor: float = 0.0) -> list[Verdict]:  # noqa: ARG002 — exact
        if self.model is None:
            raise ModelUnavailable("the test took the model away")
        self.seen.extend(passages)
        return [self._verdict(passage.text) for passage in passages]

    async def explain(self, passage: Passage) -> tuple[tuple[int, int], ...]:
        found = ((passage.text.find(word), len(word)) for word in self.scores)
        return tuple((at, at + length) for at, length in found if at >= 0)

    def _verdict(self, text: str) -> Verdict:
        score = max((score for word, score in self.scores.items() if word in text), default=0.02)
        return Verdict(score, "participant" if score > self.default_threshold else "none")


@dataclass
class ScriptedSummarizer:
    """Quotes the first message and makes one issue of the next two."""

    model: str | None = "scripted-1"

    async def summarize(
        self, messages: Sequence[Message], *, title: str | None = None, issues: int = 5, lines_per_issue: int = 2
    ) -> ThreadSummary:
        if self.model is None:
            raise ModelUnavailable("the test took the model away")
        if len(messages) < FEWEST:
            raise UserError(f"There is too little to sum up: {len(messages)} messages, and it takes {FEWEST}.")
        lines = tuple(Line(message.id, message.author.id, message.text) for message in messages)
        quoted = lines[1 : 1 + lines_per_issue]
        found = (Issue(title or "first things", tuple(line.message for line in quoted), len(quoted), quoted),)
        people = len({message.author.id for message in messages})
        return ThreadSummary(len(messages), people, lines[0], found[:issues], (), ())


def scripted_models() -> Models:
    return Models(ScriptedClassifier(), ScriptedSummarizer())
