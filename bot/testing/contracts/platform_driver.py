"""How the contract of platforms reaches the far side: people who act there, and a listener that reads like the core."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping
from enum import Enum
from typing import ClassVar, TypeVar

from bot.domain.conversation import Conversation
from bot.domain.effect import Ask
from bot.domain.event import Incoming, MessagePosted
from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.domain.member import Member
from bot.ports.platform import Platform, PromptPost, Prompts

Kind = TypeVar("Kind")

PATIENCE = 20.0
"""Seconds after which a platform that stays silent has failed; nothing else is timed."""


class Ability(Enum):
    """What not every platform can; the driver says which it cannot, and why."""

    SPEAK_LATER = "people speak while the bot is connected"
    FRESH_START = "what was said before a fresh install is left alone"
    CATCH_UP = "what was missed since a checkpoint comes after a resume"
    CHANGE = "people edit and delete what they said"
    ANSWER = "people answer prompts"
    SHOW = "posts can be looked at"


class PlatformDriver(ABC):
    """People on the far side of a platform, and a look at what they see.

    Attributes:
        cannot: abilities that the platform lacks by its nature, with the reason.
        room: where `member` speaks.
        member: who speaks and answers.
    """

    cannot: ClassVar[Mapping[Ability, str]] = {}
    room: Conversation
    member: Member

    @abstractmethod
    def connect(self, prompts: Prompts) -> Platform:
        """A new platform object on the same far side, as after a restart; the earlier one is closed by then."""

    @abstractmethod
    async def say(self, text: str) -> None:
        """The member says something in the room."""

    async def edit(self, message: MessageId, text: str) -> None:
        raise NotImplementedError(Ability.CHANGE.value)

    async def delete(self, message: MessageId) -> None:
        raise NotImplementedError(Ability.CHANGE.value)

    async def answer(self, prompt: PromptPost, choice: str, fields: Mapping[str, str]) -> None:
        """The member chooses, says yes to a confirmation, and fills in the form."""
        raise NotImplementedError(Ability.ANSWER.value)

    def shown(self) -> list[str]:
        """Texts of what the bot posted, as people see them, oldest first."""
        raise NotImplementedError(Ability.SHOW.value)

    def handed_over(self) -> list[tuple[MemberId | None, bytes]]:
        """Files that the bot posted, oldest first: who alone can see each (None: everybody there), and its content."""
        raise NotImplementedError(Ability.SHOW.value)

    def pinged(self) -> list[str]:
        """Everyone and everything that the bot's posts notified."""
        raise NotImplementedError(Ability.SHOW.value)


class KnownPrompts:
    """`Prompts` in memory: what a store knows of posted prompts."""

    def __init__(self) -> None:
        self._posts: list[PromptPost] = []

    def add(self, post: PromptPost) -> None:
        self._posts.append(post)

    async def at(self, message: MessageId) -> PromptPost | None:
        return next((post for post in self._posts if post.message == message), None)

    async def open_in(self, conversation: ConversationId) -> list[PromptPost]:
        return [post for post in reversed(self._posts) if post.ask.conversation == conversation]

    async def open_under(self, conversation: ConversationId, cog: str, label: str) -> Ask | None:
        standing = await self.open_in(conversation)
        return next((post.ask for post in standing if (post.cog, post.ask.label) == (cog, label)), None)


class Listener:
    """Reads a platform's batches as the core does, and keeps what came and how far it got."""

    def __init__(self, platform: Platform, resume: Mapping[str, str]) -> None:
        self._batches = platform.batches(resume)
        self.events: list[Incoming] = []
        self.checkpoints = dict(resume)
        self.marks: list[tuple[int, dict[str, str]]] = [(0, dict(resume))]
        """After each batch: the number of events so far, and all checkpoints."""

    async def hear(self, count: int) -> list[Incoming]:
        """Read until `count` events have come in all; gives the new ones."""
        before = len(self.events)
        async with asyncio.timeout(PATIENCE):
            while len(self.events) < count:
                await self._read()
        return self.events[before:]

    async def hear_of(self, kind: type[Kind]) -> Kind:
        """The first event of the kind, read on for if it has not come yet."""
        async with asyncio.timeout(PATIENCE):
            while True:
                if found := [event for event in self.events if isinstance(event, kind)]:
                    return found[0]
                await self._read()

    async def hear_words(self, text: str) -> MessagePosted:
        """The first message that says just this, likewise."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for event in self.events:
                    if isinstance(event, MessagePosted) and event.message.text == text:
                        return event
                await self._read()

    async def rest(self) -> list[Incoming]:
        """Read to the end, which comes when the platform is closed."""
        before = len(self.events)
        async with asyncio.timeout(PATIENCE):
            while await self._read(ends=True):
                pass
        return self.events[before:]

    async def _read(self, *, ends: bool = False) -> bool:
        batch = await anext(self._batches, None)
        if batch is None:
            assert ends, f"the platform stopped after {len(self.events)} events"
            return False
        self.events += batch.events
        self.checkpoints |= batch.checkpoints
        self.marks.append((len(self.events), dict(self.checkpoints)))
        return True
