"""People who never stop talking, as a platform: for scripts that watch one bot for a long time."""

import asyncio
import random
from collections import Counter, deque
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bot.config import Config
from bot.config.core import Core
from bot.domain.conversation import Conversation, ConversationKind
from bot.domain.effect import Ask, Deliverable, Guarantee
from bot.domain.event import Incoming, MessageDeleted, MessageEdited, MessagePosted, PromptAnswered
from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.domain.member import Member, Standing
from bot.domain.message import Message
from bot.ports.platform import Batch, Delivery, Receipt, Remark
from tests.endurance.posts import said

PLATFORM = "crowd"
ROOMS = tuple(Conversation(ConversationId(f"{PLATFORM}:room{n}"), f"room {n}") for n in range(12))
DESK = Conversation(ConversationId(f"{PLATFORM}:desk"), "desk")
MIRA = Member(MemberId(f"{PLATFORM}:mira"), "Mira")
_COMMANDS = ("!help", "!watch", "!summarize 50", "!hlep")
_DESK_COMMANDS = ("!queue", "!health", "!audit", "!settings")
_EDITED, _DELETED, _ASKED, _AT_THE_DESK = 0.02, 0.01, 0.005, 0.002


class Crowd:
    """Implements the port `Platform`: what is to happen is put in, what the bot posts is counted and forgotten."""

    name = PLATFORM

    def __init__(self, posts: Path | None, seed: int = 1) -> None:
        self.posted: Counter[str] = Counter()
        self._posts = said(posts)
        self._random = random.Random(seed)
        self._batches: asyncio.Queue[Batch] = asyncio.Queue(maxsize=2)
        self._recent: deque[Message] = deque(maxlen=100)
        self._presses: deque[PromptAnswered] = deque()
        self._number = 0

    async def talk(self, count: int, *, at_once: int = 200) -> None:
        """Let people post so many messages, with all that goes with it."""
        while count > 0:
            part = min(count, at_once)
            count -= part
            await self.happen([event for _ in range(part) for event in self._post()])

    async def happen(self, events: list[Incoming]) -> None:
        presses = [self._presses.popleft() for _ in range(len(self._presses))]
        self._number += 1
        await self._batches.put(Batch((*events, *presses), {PLATFORM: str(self._number)}))

    async def taken(self) -> None:
        """Until the bot has stored all that happened."""
        await self._batches.join()

    def command(self, text: str, where: Conversation, who: Member, standing: Standing) -> MessagePosted:
        self._number += 1
        identity = MessageId(f"{PLATFORM}:command{self._number}")
        return MessagePosted(Message(identity, where, who, text, datetime.now(UTC)), standing)

    def _post(self) -> list[Incoming]:
        """A post, and at times an edit, a deletion or a command after it. Each discussion is a thread of a room."""
        post = next(self._posts)
        home = ROOMS[hash_of(post.discussion) % len(ROOMS)]
        thread = ConversationId(f"{PLATFORM}:thread {post.discussion}")
        where = Conversation(thread, f"debate {post.discussion}", ConversationKind.THREAD, home.id)
        author = Member(MemberId(f"{PLATFORM}:{post.author}"), post.author)
        answered = MessageId(f"{PLATFORM}:{post.parent}") if post.parent else None
        message = Message(MessageId(f"{PLATFORM}:{post.id}"), where, author, post.text, datetime.now(UTC), answered)
        self._recent.append(message)
        chance = self._random.random
        events: list[Incoming] = [MessagePosted(message)]
        if chance() < _EDITED:
            earlier = self._taken()
            text = f"{earlier.text} (mended)"
            events.append(MessageEdited(replace(earlier, text=text, edited_at=datetime.now(UTC))))
        if chance() < _DELETED:
            earlier = self._taken()
            events.append(MessageDeleted(earlier.id, earlier.conversation, datetime.now(UTC), earlier.author.id))
        if chance() < _ASKED:
            events.append(self.command(self._random.choice(_COMMANDS), where, author, Standing.MEMBER))
        if chance() < _AT_THE_DESK:
            events.append(self.command(self._random.choice(_DESK_COMMANDS), DESK, MIRA, Standing.ADMIN))
        return events

    def _taken(self) -> Message:
        message = self._random.choice(self._recent)
        self._recent.remove(message)
        if not self._recent:
            self._recent.append(message)
        return message

    # --- the port -----------------------------------------------------------------------------------------------

    async def batches(self, resume: Mapping[str, str]) -> AsyncIterator[Batch]:
        del resume
        while True:
            batch = await self._batches.get()
            try:
                yield batch
            finally:
                self._batches.task_done()

    async def apply(self, delivery: Delivery) -> Receipt:
        effect = delivery.effect
        self.posted[type(effect).__name__] += 1
        if isinstance(effect, Ask):
            choice = self._random.choice(("uphold", "dismiss", "warn", "timeout"))
            fields = {"words": "Please keep to the claim."} if choice == "warn" else {}
            self._number += 1
            identity, now = MessageId(f"{PLATFORM}:press{self._number}"), datetime.now(UTC)
            self._presses.append(
                PromptAnswered(
                    identity, delivery.cog, effect.label, choice, MIRA, Standing.MODERATOR, DESK, now, fields
                )
            )
        return Receipt(delivery.target or MessageId(f"{PLATFORM}:post {delivery.key}"))

    def guarantee(self, _: Deliverable) -> Guarantee:
        return Guarantee.EXACTLY_ONCE

    def linked(self, _: str) -> MessageId | None:
        return None

    def address(self, _: MessageId) -> str | None:
        return None

    async def may_read(self, _member: MemberId, _conversation: ConversationId) -> bool:
        return True

    async def history(self, _: ConversationId, *, before: MessageId | None, limit: int) -> list[Message]:
        del before, limit
        return []

    async def remarks(self, _: MemberId) -> Sequence[Remark]:
        return ()

    async def aclose(self) -> None: ...


def hash_of(text: str) -> int:
    """The same in every process, which `hash` is not."""
    return sum(text.encode())


def configuration(folder: Path, *, cogs: tuple[str, ...] = (), paths: tuple[Path, ...] = ()) -> Config:
    """A community of all rooms with the cogs of a usual installation and `cogs` beside them."""
    rules = [{"id": "no-personal-attacks", "text": "Argue with the claim, not with the person."}]
    community = {"id": "crowd", "rooms": [room.id for room in ROOMS], "review_room": DESK.id, "rules": rules}
    enabled = ("civility", "review", "summaries", "reading", "admin", "help", *cogs)
    core = {
        "store": {"path": "crowd.sqlite"},
        "cogs": {"enabled": enabled, "paths": [str(path) for path in paths]},
        "community": [community],
    }
    return Config(folder / "config.toml", Core.model_validate(core), {})
