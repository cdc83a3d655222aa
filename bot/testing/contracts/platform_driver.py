"""How the contract of platforms reaches the far side: people who act there, and a listener that reads like the core."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar, TypeVar

from bot.domain.conversation import Conversation
from bot.domain.effect import Ask
from bot.domain.event import Incoming, MessageDeleted, MessagePosted
from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.domain.member import Member
from bot.domain.message import Message
from bot.ports.core import Core
from bot.ports.knowledge import CommandCatalog, CommandInfo
from bot.ports.platform import Note, Platform, PromptPost

Kind = TypeVar("Kind")
Found = TypeVar("Found")

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
    def connect(self, core: Core) -> Platform:
        """A new platform object on the same far side, as after a restart; the earlier one is closed by then."""

    async def connected(self, listener: "Listener") -> None:  # noqa: B027 - nothing to do for most
        """Wait until the platform hears what is said from now on; most do so from the first."""

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

    async def shown(self) -> list[str]:
        """Texts of what the bot posted, as people see them, oldest first."""
        raise NotImplementedError(Ability.SHOW.value)

    async def handed_over(self) -> list[tuple[MemberId | None, bytes]]:
        """Files that the bot posted, oldest first: who alone can see each (None: everybody there), and its content."""
        raise NotImplementedError(Ability.SHOW.value)

    async def pinged(self) -> list[str]:
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

    async def newest_under(self, conversation: ConversationId, cog: str, label: str) -> Ask | None:
        return await self.open_under(conversation, cog, label)


class KnownNotes:
    """`Notes` in memory: what a store keeps for an adapter."""

    def __init__(self) -> None:
        self._notes: dict[tuple[str, str], Note] = {}

    async def all(self, scope: str) -> list[Note]:
        return [self._notes[name] for name in sorted(self._notes) if name[0] == scope]

    async def get(self, scope: str, identity: str) -> Note | None:
        return self._notes.get((scope, identity))

    async def write(self, notes: Sequence[Note]) -> None:
        for note in notes:
            if note.text is None:
                self._notes.pop((note.scope, note.id), None)
            else:
                self._notes[note.scope, note.id] = note

    def copied(self) -> "KnownNotes":
        """As they are now, for a restart from here."""
        copy = KnownNotes()
        copy._notes = dict(self._notes)
        return copy


class KnownMessages:
    """`Stored` in memory: messages that were heard, posts that were delivered.

    Attributes:
        posts: what deliveries became; a test adds the receipts that the core would have stored.
    """

    def __init__(self) -> None:
        self._heard: dict[MessageId, Message] = {}
        self._deleted: set[MessageId] = set()
        self.posts: set[MessageId] = set()

    def heard(self, event: Incoming) -> None:
        if isinstance(event, MessagePosted):
            self._heard.setdefault(event.message.id, event.message)
        elif isinstance(event, MessageDeleted):
            self._deleted.add(event.message)

    async def newest(self, conversation: ConversationId, limit: int) -> list[MessageId]:
        kept = [one for name, one in self._heard.items() if name not in self._deleted]
        here = sorted((one for one in kept if one.conversation.id == conversation), key=lambda one: one.sent_at)
        return [one.id for one in reversed(here)][:limit]

    async def delivered(self, messages: Collection[MessageId]) -> set[MessageId]:
        return self.posts & set(messages)


class KnownCommands:
    """`CommandCatalog` of a table that never changes; empty unless commands are given."""

    prefix = "!"
    revision = 1

    def __init__(self, commands: Sequence[CommandInfo] = ()) -> None:
        self._commands = list(commands)

    async def newer_than(self, revision: int) -> int:
        if revision >= self.revision:
            await asyncio.Event().wait()
        return self.revision

    def all(self) -> list[CommandInfo]:
        return self._commands

    def is_command(self, text: str) -> bool:
        return any(text.removeprefix(self.prefix).split()[:1] == [one.name] for one in self._commands)


@dataclass
class Kept:
    """What the core would keep of a platform over restarts."""

    prompts: KnownPrompts = field(default_factory=KnownPrompts)
    notes: KnownNotes = field(default_factory=KnownNotes)
    messages: KnownMessages = field(default_factory=KnownMessages)
    commands: CommandCatalog = field(default_factory=KnownCommands)

    @property
    def core(self) -> Core:
        return Core(self.prompts, self.notes, self.messages, self.commands)


@dataclass(frozen=True)
class Mark:
    """How far a listener was after a batch: the number of events so far, and what was kept with them."""

    count: int
    checkpoints: Mapping[str, str]
    notes: KnownNotes


class Listener:
    """Reads a platform's batches all the time, as the core does; keeps what came, and how far it got."""

    def __init__(self, platform: Platform, resume: Mapping[str, str], kept: Kept) -> None:
        self.events: list[Incoming] = []
        self.checkpoints = dict(resume)
        self.marks = [Mark(0, dict(resume), kept.notes.copied())]
        self._notes = kept.notes
        self._messages = kept.messages
        self._given = 0
        self._came = asyncio.Event()
        self._reading = asyncio.create_task(self._read(platform, resume), name="listener")

    async def hear(self, count: int) -> list[Incoming]:
        """Wait until `count` events have come in all; gives those that it has not given before."""
        await self._until(lambda: len(self.events) >= count)
        before, self._given = self._given, len(self.events)
        return self.events[before:]

    async def hear_of(self, kind: type[Kind]) -> Kind:
        """The first event of the kind, waited for if it has not come yet."""
        return await self._until(lambda: next((event for event in self.events if isinstance(event, kind)), None))

    async def hear_words(self, text: str) -> MessagePosted:
        """The first message that says just this, likewise."""
        return await self._until(lambda: next((event for event in self._posted() if event.message.text == text), None))

    async def hear_batches(self, count: int) -> None:
        """Wait until so many batches have come in all, empty ones too."""
        await self._until(lambda: len(self.marks) > count)

    async def rest(self) -> list[Incoming]:
        """Read to the end, which comes when the platform is closed; gives what `hear` has not given before."""
        async with asyncio.timeout(PATIENCE):
            await self._reading
        before, self._given = self._given, len(self.events)
        return self.events[before:]

    def _posted(self) -> list[MessagePosted]:
        return [event for event in self.events if isinstance(event, MessagePosted)]

    async def _until(self, found: Callable[[], Found | None]) -> Found:
        async with asyncio.timeout(PATIENCE):
            while not (what := found()):
                if self._reading.done():
                    await self._reading  # raises what ended it
                    raise AssertionError(f"the platform stopped after {len(self.events)} events")
                self._came.clear()
                await self._came.wait()
            return what

    async def _read(self, platform: Platform, resume: Mapping[str, str]) -> None:
        try:
            async for batch in platform.batches(resume):
                await self._notes.write(batch.notes)
                for event in batch.events:
                    self._messages.heard(event)
                self.events += batch.events
                self.checkpoints |= batch.checkpoints
                self.marks.append(Mark(len(self.events), dict(self.checkpoints), self._notes.copied()))
                self._came.set()
        finally:
            self._came.set()
