"""The console as a platform: typed lines and scripted messages come in, posts are shown."""

import asyncio
import hashlib
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console

from bot.domain.conversation import Conversation, ConversationKind
from bot.domain.document import Code, Document, paragraph
from bot.domain.effect import (
    Ask,
    Attach,
    Audience,
    Deliverable,
    DirectMessage,
    Edit,
    Guarantee,
    OpenThread,
    React,
    Say,
    Warn,
    prompt_in,
)
from bot.domain.event import Incoming, MessagePosted
from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.domain.member import Member, Standing
from bot.domain.message import Message
from bot.errors import FolkmootError, Gone
from bot.platforms.console.files import saved
from bot.platforms.console.interpreter import Interpreter
from bot.platforms.console.measures import carry_out, takes_back
from bot.platforms.console.screen import Screen
from bot.platforms.console.stage import Stage
from bot.ports.clock import Clock
from bot.ports.platform import Batch, Delivery, Prompts, Receipt, Remark

Post = Say | Ask | Attach | DirectMessage | OpenThread | Warn

_SCOPE = "console"
_WAITING = 1000


class ConsolePlatform:
    """Virtual rooms and people in one terminal; whoever sits there plays all of them and sees everything.

    A message's id is its number. The last number is the checkpoint, so that none is given twice; what the bot posts is
    named after its delivery instead, since it is stored apart from the checkpoint.
    """

    name = "console"

    def __init__(
        self,
        console: Console,
        clock: Clock,
        prompts: Prompts,
        *,
        lines: AsyncIterator[str] | None = None,
        rooms: Sequence[str] = ("square",),
        review_rooms: Sequence[str] = ("moderators",),
        person: str = "you",
        standing: Standing = Standing.ADMIN,
        ends_with_input: bool = False,
        boxes: bool = False,
        prefix: str = "!",
        greets: bool = False,
        files: Path | None = None,
    ) -> None:
        """Set the stage.

        Args:
            console: where everything is shown.
            clock: when things are said.
            prompts: prompts posted earlier, which numbers answer.
            lines: what is typed, as from `typed_lines()`; None: only scripted messages.
            rooms: rooms open to all; typing starts in the first.
            review_rooms: rooms that only moderators may enter.
            person: who speaks first.
            standing: what that person may do.
            ends_with_input: whether the end of `lines` is the end of all; otherwise the console waits to be closed.
            boxes: draw posts as boxes also where `console` is no terminal.
            prefix: what the bot's commands begin with.
            greets: whether it begins with who and where one is, and how to get help.
            files: the folder in which attached files are saved; without one only their names are shown.
        """
        self._clock = clock
        self._stage = Stage(rooms, review_rooms, person, standing)
        self._screen = Screen(console, boxes=boxes)
        self._interpreter = Interpreter(self._stage, self._screen, clock, prompts, prefix)
        self._lines = lines
        self._ends_with_input = ends_with_input
        self._greets = greets
        self._files = files
        self._events: deque[Incoming] = deque()
        self._closed = False
        self._changed, self._taken, self._started = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._resting = asyncio.Event()

    # --- coming in ----------------------------------------------------------------------------------------------

    async def batches(self, resume: Mapping[str, str]) -> AsyncIterator[Batch]:
        self._stage.number = max(self._stage.number, int(resume.get(_SCOPE, 0)))
        self._started.set()
        typing = asyncio.create_task(self._read(), name="console typing")
        typing.add_done_callback(lambda _: self._changed.set())
        try:
            while not self._closed or self._events:
                if events := tuple(self._events):
                    self._events.clear()
                    self._taken.set()
                    yield Batch(events, {_SCOPE: str(self._stage.number)})
                elif typing.done() and (error := typing.exception()):
                    raise error
                else:
                    self._changed.clear()
                    self._resting.set()
                    await self._changed.wait()
                    self._resting.clear()
        finally:
            typing.cancel()
            await asyncio.gather(typing, return_exceptions=True)

    async def caught_up(self) -> None:
        """Wait until all that was said or typed was handed on and dealt with."""
        await self._resting.wait()
        while self._changed.is_set():  # told of news, but its turn has not come yet
            await asyncio.sleep(0)
            await self._resting.wait()

    async def _read(self) -> None:
        """Take in typed lines until they end."""
        if self._lines is None:
            return
        if self._greets:
            self._interpreter.introduce()
        async for line in self._lines:
            if line.strip() == "/quit":
                await self.aclose()
                return
            try:
                event = await self._interpreter.understand(line)
            except FolkmootError as problem:
                self._screen.notice(str(problem))
                continue
            if event is not None:
                await self._take(event)
        if self._ends_with_input:
            await self.aclose()

    async def say(
        self,
        text: str,
        *,
        author: Member,
        conversation: Conversation,
        standing: Standing | None = None,
        at: datetime | None = None,
        reply_to: MessageId | None = None,
        likes: int = 0,
        show: bool = True,
    ) -> MessageId:
        """Let somebody say something, as a script does; waits until the bot listens.

        Args:
            text: what they say.
            author: who; from now on they are somebody one can be with `/as`.
            conversation: where; from now on a room one can enter.
            standing: theirs from now on.
            at: when; now, unless given.
            reply_to: what it answers.
            likes: how many liked it.
            show: whether it appears on the screen.
        """
        await self._started.wait()
        person = self._stage.meet(author, standing)
        message = Message(
            self._stage.new_id(), conversation, author, text, at or self._clock.now(), reply_to, likes=likes
        )
        await self.feed(MessagePosted(message, person.standing), show=show)
        return message.id

    async def feed(self, event: Incoming, *, show: bool = False) -> None:
        """Let anything happen, as if it had come from the keyboard; ids must not be plain numbers, those are given."""
        await self._started.wait()
        if isinstance(event, MessagePosted):
            message = event.message
            self._stage.meet(message.author, event.standing)
            self._stage.remember(message)
            self._stage.know(message.conversation)
            if show:
                self._screen.message(message, self._stage.short(message.id))
        await self._take(event)

    async def _take(self, event: Incoming) -> None:
        while len(self._events) >= _WAITING and not self._closed:
            self._taken.clear()
            await self._taken.wait()
        self._events.append(event)
        self._changed.set()

    # --- going out ----------------------------------------------------------------------------------------------

    async def apply(self, delivery: Delivery) -> Receipt:
        effect, stage = delivery.effect, self._stage
        match effect:
            case Edit():
                return self._edit(delivery, effect)
            case React(message=message, emoji=emoji):
                self._screen.notice(f"folkmoot reacts to #{stage.short(message)} with {emoji}")
                return Receipt()
            case Attach():
                return self._post(delivery, effect, await self._with_file(delivery.key, effect))
            case Say() | Ask() | DirectMessage() | OpenThread() | Warn():
                return self._post(delivery, effect, effect.body)
            case _:
                done = carry_out(effect, stage, self._clock.now())
                self._screen.notice(done if takes_back(effect) else f"{done}: {effect.ground.reason}")
                return Receipt()

    async def _with_file(self, key: str, effect: Attach) -> Document:
        """The line of text, and where the file is to be found."""
        size = f"{effect.name}, {len(effect.content):,} bytes"
        if self._files is None:
            return Document((*effect.body.blocks, paragraph(f"[file {size}]")))
        path = await asyncio.to_thread(saved, self._files, effect.name, key, effect.content)
        return Document((*effect.body.blocks, paragraph(f"[file {size}, saved as ", Code(str(path)), "]")))

    def _post(self, delivery: Delivery, effect: Post, body: Document) -> Receipt:
        message = _post_id(delivery.key)
        if isinstance(effect, OpenThread):
            self._stage.know(_thread(effect))
        ask = prompt_in(effect)
        self._screen.post(
            body,
            title=_title(effect, self._stage),
            number=self._stage.posted(message),
            choices=ask.choices if ask else (),
        )
        return Receipt(message)

    def _edit(self, delivery: Delivery, effect: Edit) -> Receipt:
        if delivery.target is None:
            raise Gone(f"nothing was posted under {effect.label!r}")
        number = self._stage.posted(delivery.target)
        title = f"folkmoot in {self._stage.room_name(effect.conversation)}, changed"
        self._screen.changed(effect.body, title=title, number=number, choices=effect.choices)
        return Receipt(delivery.target)

    def linked(self, text: str) -> MessageId | None:
        """The bot's posts go by short names here; messages by their number, which is their id."""
        found = self._stage.message_id(text)
        return found if found != f"console:{text.removeprefix('#')}" else None

    def guarantee(self, effect: Deliverable) -> Guarantee:
        """A line that was printed before a crash is printed again."""
        return Guarantee.AT_LEAST_ONCE

    def address(self, message: MessageId) -> str | None:
        return None

    async def may_read(self, member: MemberId, conversation: ConversationId) -> bool:
        return self._stage.may_read(member, conversation)

    async def history(self, conversation: ConversationId, *, before: MessageId | None, limit: int) -> list[Message]:
        """Nothing: a terminal keeps no history from before the bot."""
        return []

    async def remarks(self, member: MemberId) -> Sequence[Remark]:
        """Nothing: a terminal knows no lists."""
        return ()

    async def aclose(self) -> None:
        self._closed = True
        self._changed.set()
        self._taken.set()


def _post_id(key: str) -> MessageId:
    return MessageId(f"console:post-{hashlib.sha256(key.encode()).hexdigest()[:12]}")


def _thread(effect: OpenThread) -> Conversation:
    name = "-".join(effect.name.lower().split())
    home = effect.conversation
    return Conversation(ConversationId(f"{home}/{name}"), effect.name, ConversationKind.THREAD, home)


def _title(effect: Post, stage: Stage) -> str:
    """Who sees the post, and where."""
    match effect:
        case DirectMessage(member=member):
            return f"folkmoot to {stage.name_of(member)}, privately"
        case Warn(member=member):
            return f"folkmoot warns {stage.name_of(member)}, privately"
        case OpenThread(name=name):
            return f"folkmoot opens the thread {name}"
    room = stage.room_name(effect.conversation)
    match effect.audience:
        case Audience.ASKER | Audience.ASIDE if effect.asker:
            return f"folkmoot in {room}, seen by {stage.name_of(effect.asker)} only"
        case Audience.MODERATORS:
            return f"folkmoot in {room}, seen by moderators only"
        case _:
            return f"folkmoot in {room}"
