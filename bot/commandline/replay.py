"""`folkmoot replay`: a real export goes through the real core and cogs; what would have been posted is reported."""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bot.app import App, running
from bot.commandline.progress import Steps
from bot.config import Config
from bot.config.core import CommunitySection, Core
from bot.domain.conversation import Conversation
from bot.domain.document import Document, Jump, Quote
from bot.domain.effect import Ask, Say
from bot.domain.event import CommandInvoked, Flagged
from bot.domain.ids import ConversationId, MessageId
from bot.domain.member import Standing
from bot.domain.message import Message
from bot.platforms.transcript import OPERATOR, Progress, Reader, TranscriptPlatform
from bot.ports.models import Models
from bot.ports.platform import Batch
from bot.ports.stores import Outcome

_COGS = ("civility", "review", "summaries")
_REVIEW_ROOM = ConversationId("transcript:the moderators' room")
_FEWEST_TO_SUM_UP = 8
_NO_PREFIX = "\u2063"
"""An invisible sign: what members once said to some bot is not said to this one."""
_FOR_EVER = 365_000
"""Days: an export may be old, and a replay must not forget it on the way."""


@dataclass(frozen=True, slots=True)
class FlaggedMessage:
    """A flag with the message it is about and what stands around it; `card` is what moderators would see."""

    flag: Flagged
    message: Message
    answered: Sequence[Message]
    before: Sequence[Message]
    after: Sequence[Message]
    card: Document | None


@dataclass(frozen=True, slots=True)
class SummarizedRoom:
    conversation: Conversation
    body: Document

    @property
    def cited(self) -> Iterator[tuple[MessageId, str]]:
        """Each quote's message and words."""
        for block in self.body.blocks:
            if isinstance(block, Quote):
                for span in block.source:
                    if isinstance(span, Jump):
                        yield span.message, block.text


@dataclass(slots=True)
class Replay:
    """What a replay found; `seconds` by step: reading, classifying, summing up."""

    path: Path
    messages: int = 0
    people: int = 0
    rooms: int = 0
    model: str | None = None
    threshold: float = 0.0
    abstained: dict[str, int] = field(default_factory=dict)
    flags: list[FlaggedMessage] = field(default_factory=list)
    summaries: list[SummarizedRoom] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)


async def replay(
    path: Path,
    steps: Steps,
    *,
    threshold: float | None = None,
    most_summaries: int = 3,
    reader: Reader | None = None,
    models: Models | None = None,
) -> Replay:
    """Replay a file into a throw-away store.

    Args:
        path: in any format that `bot.platforms.transcript` reads.
        steps: where progress is shown.
        threshold: flag from this score, above 0; the model's own unless given.
        most_summaries: the rooms with the most messages are summed up, at most so many.
        reader: for a format of one's own; found out from the file unless given.
        models: the local ones unless given.

    Raises:
        DataError: the file cannot be read, before anything of it is stored.
    """
    found = Replay(path)
    flagged: list[Flagged] = []

    def observe(outcome: Outcome) -> None:
        flagged.extend(event for event in outcome.events if isinstance(event, Flagged))

    with tempfile.TemporaryDirectory(prefix="folkmoot-replay-") as folder:
        reading = steps.step("Reading")
        platform = TranscriptPlatform(path, reader=reader, on_progress=_shown(reading))
        with _timed(found, "reading"):
            await platform.check()
        config = _configuration(Path(folder), platform.conversations, threshold)
        async with running(config, [lambda *_: platform], models=models, observe=observe) as app:
            with _timed(found, "classifying"):
                await app.wait()
                await _classified(app, steps)
            found.model = app.models.classifier.model
            found.threshold = threshold or app.models.classifier.default_threshold
            found.abstained = dict(app.models.classifier.abstained)
            counters = await app.store.counters()
            found.messages, found.people = counters["messages"], counters["members"]
            found.rooms = len(platform.conversations)
            found.flags = [await _with_context(app, platform, flag) for flag in flagged]
            with _timed(found, "summing up"):
                found.summaries = await _summaries(app, platform, steps, most_summaries)
    return found


def _configuration(folder: Path, conversations: Sequence[Conversation], threshold: float | None) -> Config:
    """One community of all rooms in the file. Its ids are the file's own and may look like anything: not validated."""
    community = CommunitySection.model_construct(
        id="replay",
        rooms=tuple(sorted({conversation.room for conversation in conversations})),
        review_room=_REVIEW_ROOM,
        retention_days=_FOR_EVER,
        off_record_hours=_FOR_EVER * 24,
    )
    core = Core.model_validate(
        {"store": {"path": "replay.sqlite"}, "cogs": {"enabled": _COGS}, "commands": {"prefix": _NO_PREFIX}}
    )
    civility = {"notice": False, "exempt_standing": "nobody", "threshold": threshold or 0.0}
    return Config(folder / "config.toml", core.model_copy(update={"community": (community,)}), {"civility": civility})


async def _classified(app: App, steps: Steps) -> None:
    """Wait for the classifier, showing how far it is."""
    step = steps.step("Looking for personal attacks")
    total = 0
    while waiting := sum([(await worker.backlog())[0] for worker in app.workers.all()]):
        total = max(total, waiting)
        step(total - waiting, total)
        await app.clock.sleep(0.1)
    await app.idle()
    step(total or 1, total or 1)


async def _with_context(app: App, platform: TranscriptPlatform, flag: Flagged) -> FlaggedMessage:
    history = app.store.history
    message = await history.message(flag.message)
    assert message is not None, "a replayed file deletes nothing that was flagged"
    cards = (
        one.effect.body for one in platform.deliveries if isinstance(one.effect, Ask) and _is_about(one.effect, flag)
    )
    return FlaggedMessage(
        flag,
        message,
        await history.answered(message),
        await history.around(message.id, before=2, after=0),
        await history.around(message.id, before=0, after=2),
        next(cards, None),
    )


def _is_about(ask: Ask, flag: Flagged) -> bool:
    spans = (span for block in ask.body.blocks for span in getattr(block, "spans", ()))
    return any(isinstance(span, Jump) and span.message == flag.message for span in spans)


async def _summaries(app: App, platform: TranscriptPlatform, steps: Steps, most: int) -> list[SummarizedRoom]:
    sizes = [((await app.directory.counts(one.id)).messages, one) for one in platform.conversations]
    largest = sorted((size for size in sizes if size[0] >= _FEWEST_TO_SUM_UP), key=lambda size: -size[0])[:most]
    step = steps.step("Summing up")
    found: list[SummarizedRoom] = []
    for number, (size, conversation) in enumerate(largest):
        step(number, len(largest))
        command = CommandInvoked(
            MessageId(f"{platform.name}:summary {number}"),
            "summarize",
            {"span": str(size)},
            OPERATOR,
            Standing.ADMIN,
            conversation,
            datetime.now(UTC),
        )
        before = len(platform.deliveries)
        await app.intake.take(platform.name, Batch((command,), {}))
        await app.idle()
        said = [one.effect for one in platform.deliveries[before:] if isinstance(one.effect, Say)]
        found += [SummarizedRoom(conversation, effect.body) for effect in said]
    step(len(largest) or 1, len(largest) or 1)
    return found


def _shown(step: Callable[[int, int | None], None]) -> Callable[[Progress], None]:
    return lambda progress: step(progress.read, progress.total)


@contextmanager
def _timed(found: Replay, step: str) -> Iterator[None]:
    """Note how long a step of the replay takes."""
    start = time.perf_counter()
    yield
    found.seconds[step] = round(time.perf_counter() - start, 3)
