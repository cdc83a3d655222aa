"""The script of a replay: what people say, change, take back and ask for, in several rooms, the same in every run."""

import random
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.domain.conversation import Conversation
from bot.domain.event import Incoming, MessageDeleted, MessageEdited, MessagePosted
from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.domain.member import Member, Standing
from bot.domain.message import Message
from tests.endurance.posts import Said, said
from tests.endurance.verdicts import is_flagged

PLATFORM = "town"
ROOMS = tuple(Conversation(ConversationId(f"{PLATFORM}:room{n}"), f"room {n}") for n in range(12))
DESK = Conversation(ConversationId(f"{PLATFORM}:desk"), "desk")
MIRA, NOOR = (Member(MemberId(f"{PLATFORM}:{name.lower()}"), name) for name in ("Mira", "Noor"))
COMMANDS = ("!help", "!watch", "!summarize 20", "!hlep")
DESK_COMMANDS = ("!queue", "!health", "!audit", "!settings", "!cogs")

_EDITED, _DELETED, _ASKED, _AT_THE_DESK, _REPORTED = 0.02, 0.01, 0.01, 0.005, 0.003
_LOOK_BACK = 60
"""Only what was said lately is changed, taken back or reported."""


@dataclass
class Script:
    """What happens, in order, and what must have come of it in the end.

    Attributes:
        newest: message to its text in the end; those that were taken back are not in it.
        flags: messages that must be flagged, each at this revision, once.
        reported: messages that must be before the moderators because a member reported them.
        commands: messages that must be answered.
    """

    events: list[Incoming] = field(default_factory=list)
    newest: dict[MessageId, str] = field(default_factory=dict)
    flags: dict[MessageId, int] = field(default_factory=dict)
    reported: set[MessageId] = field(default_factory=set)
    commands: set[MessageId] = field(default_factory=set)
    deleted: dict[MessageId, str] = field(default_factory=dict)


class Writer:
    """Writes the script of `count` posts."""

    def __init__(self, path: Path | None, count: int, seed: int, start: datetime) -> None:
        self._random = random.Random(seed)
        self._at = start
        self._script = Script()
        self._recent: dict[ConversationId, deque[Message]] = {room.id: deque(maxlen=_LOOK_BACK) for room in ROOMS}
        self._number = 0
        self._rooms: dict[int, deque[Said]] = {n: deque() for n in range(len(ROOMS))}
        self._discussions: dict[str, int] = {}
        for post in said(path, count):
            room = self._discussions.setdefault(post.discussion, len(self._discussions) % len(ROOMS))
            self._rooms[room].append(post)

    def write(self) -> Script:
        while left := [number for number, posts in self._rooms.items() if posts]:
            number = self._random.choice(left)
            self._say(ROOMS[number], self._rooms[number].popleft())
            self._sprinkle(ROOMS[number])
        return self._script

    def _say(self, room: Conversation, post: Said) -> None:
        author = Member(MemberId(f"{PLATFORM}:{post.author}"), post.author)
        answered = MessageId(f"{PLATFORM}:{post.parent}") if post.parent else None
        message = self._posted(author, room, post.text, f"{PLATFORM}:{post.id}", answered)
        if is_flagged(post.text) and post.text.strip():
            self._script.flags[message.id] = 0
        else:
            self._recent[room.id].append(message)

    def _posted(
        self,
        author: Member,
        room: Conversation,
        text: str,
        identity: str,
        answered: MessageId | None = None,
        standing: Standing = Standing.MEMBER,
    ) -> Message:
        message = Message(MessageId(identity), room, author, text, self._now(), answered)
        self._script.events.append(MessagePosted(message, standing))
        self._script.newest[message.id] = text
        return message

    def _now(self) -> datetime:
        self._at += timedelta(milliseconds=500)
        return self._at

    def _sprinkle(self, room: Conversation) -> None:
        chance, recent = self._random.random, self._recent[room.id]
        if chance() < _EDITED and recent:
            self._edit(self._taken(recent))
        if chance() < _DELETED and recent:
            self._delete(self._taken(recent))
        if chance() < _REPORTED and recent:
            self._report(self._taken(recent))
        if chance() < _ASKED:
            self._ask(room, self._random.choice(COMMANDS), self._somebody(), Standing.MEMBER)
        if chance() < _AT_THE_DESK:
            self._ask(DESK, self._random.choice(DESK_COMMANDS), self._random.choice((MIRA, NOOR)), Standing.ADMIN)

    def _taken(self, recent: deque[Message]) -> Message:
        """One of the recent messages; nothing else happens to it any more."""
        message = self._random.choice(recent)
        recent.remove(message)
        return message

    def _somebody(self) -> Member:
        """Somebody new each time: nobody has to wait before asking again."""
        self._number += 1
        return Member(MemberId(f"{PLATFORM}:asker{self._number}"), f"asker {self._number}")

    def _edit(self, message: Message) -> None:
        text = f"{message.text}\n\n(mended)" if self._random.random() < 0.9 else self._worse(message.text)
        self._script.events.append(MessageEdited(replace(message, text=text, edited_at=self._now())))
        self._script.newest[message.id] = text
        if is_flagged(text):
            self._script.flags[message.id] = 1

    @staticmethod
    def _worse(text: str) -> str:
        """The text with an end that gets it flagged."""
        return next(worse for n in range(10_000) if is_flagged(worse := f"{text}\n\n(you {n})"))

    def _delete(self, message: Message) -> None:
        self._script.events.append(MessageDeleted(message.id, message.conversation, self._now(), message.author.id))
        self._script.deleted[message.id] = self._script.newest.pop(message.id)

    def _report(self, message: Message) -> None:
        self._script.reported.add(message.id)
        self._ask(message.conversation, "!report rude", self._somebody(), Standing.MEMBER, message.id)

    def _ask(
        self, room: Conversation, text: str, who: Member, standing: Standing, answered: MessageId | None = None
    ) -> None:
        self._number += 1
        identity = f"{PLATFORM}:command{self._number}"
        message = self._posted(who, room, text, identity, answered, standing)
        self._script.commands.add(message.id)


def written(path: Path | None, count: int, seed: int) -> Script:
    """The script of `count` posts; it ends about now."""
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=count)
    return Writer(path, count, seed, start).write()
