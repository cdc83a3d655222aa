"""What the bot itself posted that waits for somebody's gesture: prompts, and the questions that came of presses."""

import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.domain.ids import ConversationId, MessageId
from bot.platforms.matrix import names
from bot.platforms.matrix.incoming.steps import Step
from bot.ports.clock import Clock
from bot.ports.platform import Note, Notes

SCOPE, PROMPTS = "step", "prompt"

_KEPT = timedelta(days=30)
_ON_ITS_WAY = timedelta(days=1)
"""For so long a prompt may stand in a room before the core has taken note that it arrived."""
_MOST_PROMPTS, _MOST_QUESTIONS = 500, 2_000


@dataclass(frozen=True, slots=True)
class Origin:
    """Which prompt an event shows."""

    cog: str
    label: str
    conversation: ConversationId


class Questions:
    """Filled as the bot hears its own posts, so what they say of themselves is known before anybody can answer them.

    What was learned is kept in notes, written with the batch that brought it; memory is ahead of them by that batch.
    A batch may be read twice, where the store was in trouble: for the event that closed a question it stays open.
    """

    def __init__(self, notes: Notes, clock: Clock) -> None:
        self._notes = notes
        self._clock = clock
        self._steps: dict[MessageId, Step] | None = None
        self._closed: dict[MessageId, str] = {}
        """By which event each was."""
        self._prompts: OrderedDict[MessageId, Origin] | None = None

    async def at(self, message: MessageId, event: str) -> Step | None:
        """The step of a question that is open for this event."""
        step = (await self._known()).get(message)
        return step if step is not None and self._is_open(message, event) else None

    async def of(self, prompt: MessageId, event: str, member: str | None = None) -> list[tuple[MessageId, Step]]:
        """The open questions that came of a prompt, those to one member or all."""
        place = names.event_of(prompt)
        return [
            (message, step)
            for message, step in (await self._known()).items()
            if (_room(message), step.prompt) == place
            and member in (None, step.member)
            and self._is_open(message, event)
        ]

    async def pressed_by(self, room: str, press: str, event: str) -> list[MessageId]:
        """The open questions that came of a reaction."""
        return [
            message
            for message, step in (await self._known()).items()
            if (_room(message), step.press) == (room, press) and self._is_open(message, event)
        ]

    async def opened(self, message: MessageId, step: Step) -> Note | None:
        """None: it was closed since, and is heard again."""
        known = await self._known()
        known.setdefault(message, step)
        if message in self._closed:
            return None
        while len(known) > _MOST_QUESTIONS:
            oldest = next(iter(known))
            del known[oldest]
            self._closed.pop(oldest, None)
        member, until = names.member_id(step.member), self._clock.now() + _KEPT
        return Note(SCOPE, message, json.dumps(step.content()), member=member, until=until)

    def closed(self, message: MessageId, event: str) -> Note:
        self._closed.setdefault(message, event)
        return Note(SCOPE, message, None)

    def _is_open(self, message: MessageId, event: str) -> bool:
        return self._closed.get(message, event) == event

    async def prompt_at(self, message: MessageId) -> Origin | None:
        """A prompt that was heard before the core took note of it."""
        return (await self._heard()).get(message)

    async def posted(self, message: MessageId, origin: Origin) -> Note:
        heard = await self._heard()
        heard[message] = origin
        while len(heard) > _MOST_PROMPTS:
            heard.popitem(last=False)
        said = {"cog": origin.cog, "label": origin.label, "conversation": origin.conversation}
        return Note(PROMPTS, message, json.dumps(said), until=self._clock.now() + _ON_ITS_WAY)

    async def _heard(self) -> OrderedDict[MessageId, Origin]:
        if self._prompts is None:
            noted = [(MessageId(note.id), _origin(_parsed(note.text))) for note in await self._notes.all(PROMPTS)]
            self._prompts = OrderedDict((message, origin) for message, origin in noted if origin is not None)
        return self._prompts

    async def _known(self) -> dict[MessageId, Step]:
        if self._steps is None:
            noted = [(MessageId(note.id), Step.read(_parsed(note.text))) for note in await self._notes.all(SCOPE)]
            self._steps = {message: step for message, step in noted if step is not None}
        return self._steps


def _room(message: MessageId) -> str:
    return (names.event_of(message) or ("", ""))[0]


def origin(marker: Mapping[str, Any], conversation: ConversationId) -> Origin | None:
    """The prompt that a post's marker names; `conversation`: where it stands, which may be said to be another."""
    prompt = marker.get("prompt")
    return _origin({"conversation": conversation, **prompt}) if isinstance(prompt, Mapping) else None


def _origin(said: object) -> Origin | None:
    if not isinstance(said, Mapping):
        return None
    cog, label, conversation = (said.get(name) for name in ("cog", "label", "conversation"))
    if not isinstance(cog, str) or not isinstance(label, str) or not isinstance(conversation, str):
        return None
    return Origin(cog, label, ConversationId(conversation))


def _parsed(text: str | None) -> object:
    try:
        return json.loads(text or "null")
    except ValueError:
        return None
