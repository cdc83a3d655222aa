"""Classifier and summarizer on this machine; each says plainly when its weights cannot be loaded."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

from bot.config import ModelsSection
from bot.domain.ids import MemberId, MessageId
from bot.domain.message import Message
from bot.errors import DeadlineExceeded, ModelUnavailable, UserError
from bot.inference.precedence import Precedence
from bot.inference.thread import ModelThread
from bot.log import logger
from bot.ports import models as port
from models import attacks, summaries
from models.runtime import BundleError

Model = TypeVar("Model")
AttackModel = attacks.AttackClassifier | attacks.ForeignClassifier

_SUMMARY_THREADS = 2
"""The classifier pauses while a summary is made, so that a machine of two cores has both for it."""

_log = logger("inference")


class LocalClassifier:
    """Implements the port `Classifier`.

    Args:
        model: None where it could not be loaded; `why` then says so.
        batch: passages scored between two looks at who else waits.
        precedence: shared with the models that people wait for.
    """

    def __init__(
        self,
        model: AttackModel | None,
        why: str = "",
        *,
        batch: int = 16,
        precedence: Precedence | None = None,
    ) -> None:
        self._precedence = precedence or Precedence()
        self._model = model
        self._why = why
        self._batch = batch
        self._thread = ModelThread("classifier")
        self.abstained: Counter[str] = Counter()
        """How often it declined to judge since the start, by reason."""

    @property
    def model(self) -> str | None:
        return self._model.version if self._model else None

    @property
    def default_threshold(self) -> float:
        return self._model.default_threshold if self._model else 1.0

    async def classify(self, passages: Sequence[port.Passage], *, floor: float = 0.0) -> list[port.Verdict]:
        model = self._loaded()
        verdicts: list[port.Verdict] = []
        for start in range(0, len(passages), self._batch):
            await self._precedence.give_way()
            some = [_attack_passage(passage) for passage in passages[start : start + self._batch]]
            judged = await self._thread.run(
                lambda some=some: model.score(some, floor=floor)  # type: ignore[misc] # bound now
            )
            self.abstained.update(one.abstained for one in judged if one.abstained)
            verdicts.extend(port.Verdict(one.score, one.target.value, one.abstained) for one in judged)
        return verdicts

    async def explain(self, passage: port.Passage) -> tuple[tuple[int, int], ...]:
        model = self._loaded()
        spans = await self._thread.run(lambda: model.explain(_attack_passage(passage)))
        return tuple((span.start, span.end) for span in spans)

    async def aclose(self) -> None:
        await self._thread.aclose()

    def _loaded(self) -> AttackModel:
        if self._model is None:
            raise ModelUnavailable(f"no attack classifier: {self._why}")
        return self._model


class LocalSummarizer:
    """Implements the port `Summarizer`; `deadline` in seconds."""

    def __init__(
        self,
        model: summaries.ThreadSummarizer | None,
        why: str = "",
        *,
        deadline: float,
        precedence: Precedence | None = None,
    ) -> None:
        self._precedence = precedence or Precedence()
        self._model = model
        self._why = why
        self._deadline = deadline
        self._thread = ModelThread("summarizer")

    @property
    def model(self) -> str | None:
        return self._model.version if self._model else None

    async def summarize(
        self, messages: Sequence[Message], *, title: str | None = None, issues: int = 5, lines_per_issue: int = 2
    ) -> port.ThreadSummary:
        model = self._model
        if model is None:
            raise ModelUnavailable(f"no summarizer: {self._why}")
        posts = [_post(message) for message in messages]
        try:
            with self._precedence.asked_for():
                async with asyncio.timeout(self._deadline):
                    summary = await self._thread.run(
                        lambda: model.summarize(posts, title=title, issues=issues, lines_per_issue=lines_per_issue)
                    )
        except summaries.TooShort as short:
            raise UserError(
                f"There is too little to sum up: {_said(short.posts)}, and it takes {summaries.FEWEST_POSTS}."
            ) from short
        except TimeoutError as error:
            raise DeadlineExceeded(f"the summary took longer than {self._deadline:g} s") from error
        return _thread_summary(summary)

    async def aclose(self) -> None:
        await self._thread.aclose()


@asynccontextmanager
async def local_models(section: ModelsSection) -> AsyncIterator[port.Models]:
    """Both models, loaded side by side; one that cannot be loaded is named in the log and left out."""
    at_once = max(section.threads, _SUMMARY_THREADS)
    (classifier, no_classifier), (summarizer, no_summarizer) = await asyncio.gather(
        _load(section, "attack classifier", lambda: _attack_model(section)),
        _load(section, "summarizer", lambda: summaries.ThreadSummarizer.load(threads=at_once)),
    )
    precedence = Precedence()
    judging = LocalClassifier(classifier, no_classifier, batch=section.batch, precedence=precedence)
    summing = LocalSummarizer(summarizer, no_summarizer, deadline=section.deadline, precedence=precedence)
    try:
        yield port.Models(judging, summing)
    finally:
        await asyncio.gather(judging.aclose(), summing.aclose())


async def _load(section: ModelsSection, what: str, load: Callable[[], Model]) -> tuple[Model | None, str]:
    if not section.enabled:
        _log.warning("model not loaded: switched off by [models] enabled", model=what)
        return None, "models are switched off in the configuration"
    try:
        return await asyncio.to_thread(load), ""
    except BundleError as error:
        _log.error("model not loaded: the bot goes on without it", model=what, error=str(error))
        return None, str(error)


def _attack_model(section: ModelsSection) -> AttackModel:
    if section.classifier:
        return attacks.ForeignClassifier(section.classifier, section.classifier_labels, threads=section.threads)
    return attacks.AttackClassifier.load(threads=section.threads)


def _attack_passage(passage: port.Passage) -> attacks.Passage:
    return attacks.Passage(passage.text, passage.context)


def _said(messages: int) -> str:
    if messages == 0:
        return "no message says something"
    return "1 message says something" if messages == 1 else f"{messages} messages say something"


def _post(message: Message) -> summaries.Post:
    return summaries.Post(message.id, message.author.id, message.text, message.reply_to, message.likes)


def _thread_summary(summary: summaries.Summary) -> port.ThreadSummary:
    return port.ThreadSummary(
        messages=summary.posts,
        people=summary.people,
        about=_line(summary.about) if summary.about else None,
        issues=tuple(
            port.Issue(issue.label, tuple(map(MessageId, issue.posts)), issue.people, tuple(map(_line, issue.lines)))
            for issue in summary.issues
        ),
        agreements=tuple(port.Agreement(_line(one.line), one.by_replies, one.by_likes) for one in summary.agreements),
        open_questions=tuple(map(_line, summary.open_questions)),
    )


def _line(line: summaries.Line) -> port.Line:
    return port.Line(MessageId(line.post), MemberId(line.author), line.quote)
