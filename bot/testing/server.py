"""A chat server in memory: people of a test act here, and what the bot posted can be looked at."""

import asyncio
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto

from bot.domain.conversation import Conversation, ConversationKind
from bot.domain.effect import AnySanction, Ask, Audience, Choice, Hide, Restore, SlowMode
from bot.domain.event import (
    AccessLost,
    CommandInvoked,
    ConversationReplaced,
    MemberJoined,
    MemberLeft,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ModerationObserved,
    Reacted,
    ReactionRemoved,
    Reported,
    Undecryptable,
)
from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.domain.member import Member, MemberKind, Standing
from bot.domain.message import Message
from bot.errors import Gone
from bot.ports.clock import Clock
from bot.ports.platform import PromptPost, Remark
from bot.testing.faults import Faults
from bot.testing.timeline import Happening, Press, Timeline

ACKNOWLEDGE_WITHIN = timedelta(seconds=3)
_PING = re.compile(r"<@([^<>\s]+)>|@(everyone|here|room)\b")


class Checkpoints(Enum):
    """How a client resumes.

    ONE_TOKEN, as on Matrix: paging back a gap brings every event, presses are events. PER_ROOM, as on Discord: paging
    brings messages in their present form, and a press is an interaction that has to be acknowledged in time.
    """

    ONE_TOKEN = auto()
    PER_ROOM = auto()


@dataclass(eq=False, slots=True)
class Interaction:
    """A command or press that the client must acknowledge before `deadline`."""

    what: CommandInvoked | Press
    deadline: datetime
    acknowledged: bool = False


@dataclass(frozen=True, slots=True)
class FakePost:
    """What the bot posted.

    Attributes:
        key: the delivery's key, then "/" and the number of the part.
        text: what goes over the wire.
        ask: the prompt, where it is one; its choices are those that are left.
    """

    id: MessageId
    conversation: ConversationId
    key: str
    cog: str
    text: str
    audience: Audience = Audience.ROOM
    asker: MemberId | None = None
    reply_to: MessageId | None = None
    ask: Ask | None = None
    attachment: tuple[str, bytes] | None = None
    edits: int = 0

    @property
    def choices(self) -> tuple[Choice, ...]:
        return self.ask.choices if self.ask else ()

    @property
    def pings(self) -> list[str]:
        """Whom the text notified: member ids, or everyone, here, room."""
        return [who or crowd for who, crowd in _PING.findall(self.text)]


class FakeServer:
    """Rooms, people, and everything that happened there.

    It is also a `Prompts`: like a button, a posted prompt itself remembers what it was for.

    Attributes:
        faults: what is made to go wrong.
        timeline: what happened; `timeline.reversed()` lets edits and deletions overtake.
        size_limit: characters that one post may hold.
        sanctions: what was done to members and messages, by delivery key, in order.
        reactions: (message, emoji) that the bot left.
        remarks: what lists say of members.
    """

    def __init__(self, clock: Clock, name: str = "fake", checkpoints: Checkpoints = Checkpoints.ONE_TOKEN) -> None:
        self.clock, self.name, self.checkpoints = clock, name, checkpoints
        self._listeners: set[asyncio.Event] = set()
        self.faults = Faults(clock, self._wake)
        self.timeline = Timeline(self._wake)
        self.size_limit = 2000
        self.bot = Member(MemberId(f"{name}:folkmoot"), "folkmoot", MemberKind.BOT)
        self.sanctions: dict[str, AnySanction] = {}
        self.reactions: list[tuple[MessageId, str]] = []
        self.remarks: dict[MemberId, tuple[Remark, ...]] = {}
        self.interactions: list[Interaction] = []
        self.messages: dict[MessageId, Message] = {}
        self._hidden: dict[MessageId, Message] = {}
        self._posts: dict[MessageId, FakePost] = {}
        self._rooms: dict[ConversationId, Conversation] = {}
        self._private: set[ConversationId] = set()
        self._people: dict[MemberId, Member] = {}
        self._standings: dict[tuple[MemberId, ConversationId], Standing] = {}
        self._newest: Counter[str] = Counter()

    # --- the place and its people -------------------------------------------------------------------------------

    def room(self, name: str, *, private: bool = False, encrypted: bool = False) -> Conversation:
        """A new room; a private one can be read only by those who joined it."""
        return self._open(Conversation(ConversationId(f"{self.name}:{name}"), name, encrypted=encrypted), private)

    def thread(self, parent: Conversation, name: str) -> Conversation:
        inside = ConversationId(f"{parent.id}/{name}")
        return self._open(Conversation(inside, name, ConversationKind.THREAD, parent.id), parent.id in self._private)

    def person(self, name: str, *rooms: Conversation, standing: Standing = Standing.MEMBER) -> Member:
        """Somebody with an account, who has this standing in `rooms` and belongs to those that are private."""
        who = Member(MemberId(f"{self.name}:{name.lower()}"), name)
        self._people[who.id] = who
        for room in rooms:
            self._standings[who.id, room.room] = standing
        return who

    def standing(self, who: Member, where: Conversation) -> Standing:
        return self._standings.get((who.id, where.room), Standing.MEMBER)

    def may_read(self, who: MemberId, where: ConversationId) -> bool:
        if who not in self._people or (room := self._rooms.get(where)) is None:
            return False
        return room.room not in self._private or (who, room.room) in self._standings

    def conversation(self, where: ConversationId) -> Conversation:
        if where not in self._rooms:
            raise Gone(f"{where} does not exist")
        return self._rooms[where]

    def _open(self, conversation: Conversation, private: bool) -> Conversation:  # noqa: FBT001 - one caller each
        if conversation.id in self._rooms:
            return self._rooms[conversation.id]
        self._rooms[conversation.id] = conversation
        self.timeline.open(conversation.id)
        if private:
            self._private.add(conversation.id)
        return conversation

    # --- what people do -----------------------------------------------------------------------------------------

    def post(self, author: Member, where: Conversation, text: str, *, reply_to: MessageId | None = None) -> Message:
        message = Message(self._id("m"), where, author, text, self.clock.now(), reply_to)
        self._people.setdefault(author.id, author)
        self.messages[message.id] = message
        self.timeline.add(where.id, MessagePosted(message, self.standing(author, where)))
        return message

    def edit(self, message: Message, text: str, *, by: Member | None = None) -> Message:
        """`by` another than the author is what some servers let through."""
        form = replace(self.messages[message.id], text=text, edited_at=self.clock.now())
        if by is None or by == message.author:
            self.messages[message.id] = form
        shown = replace(form, author=by or message.author)
        self.timeline.add(message.conversation.id, MessageEdited(shown, self.standing(shown.author, form.conversation)))
        return form

    def delete(self, message: Message, *, by: Member | None = None) -> None:
        self.messages.pop(message.id, None)
        who = (by or message.author).id
        self.timeline.add(
            message.conversation.id, MessageDeleted(message.id, message.conversation, self.clock.now(), who)
        )

    def react(self, who: Member, message: Message, emoji: str) -> None:
        where = message.conversation
        self.timeline.add(where.id, Reacted(message.id, where, who, emoji, self.clock.now()))

    def unreact(self, who: Member, message: Message, emoji: str) -> None:
        where = message.conversation
        self.timeline.add(where.id, ReactionRemoved(message.id, where, who, emoji, self.clock.now()))

    def report(self, who: Member, message: Message, reason: str) -> None:
        where = message.conversation
        self.timeline.add(where.id, Reported(message.id, where, who, reason, self.clock.now()))

    def join(self, who: Member, where: Conversation, standing: Standing = Standing.MEMBER) -> None:
        self._people[who.id] = who
        self._standings[who.id, where.room] = standing
        self.timeline.add(where.id, MemberJoined(who, where, self.clock.now()))

    def leave(self, who: Member, where: Conversation) -> None:
        self._standings.pop((who.id, where.room), None)
        self.timeline.add(where.id, MemberLeft(who, where, self.clock.now()))

    def moderate(self, action: str, who: Member, where: Conversation, *, by: Member, reason: str = "") -> None:
        """A moderator acts by hand."""
        self.timeline.add(where.id, ModerationObserved(action, who.id, where, self.clock.now(), by, reason))

    def post_undecryptable(self, who: Member, where: Conversation) -> None:
        self.timeline.add(where.id, Undecryptable(self._id("m"), where, who, self.clock.now()))

    def replace_room(self, old: Conversation, name: str) -> Conversation:
        new = self.room(name, private=old.id in self._private)
        self.timeline.add(new.id, ConversationReplaced(old, new, self.clock.now()))
        return new

    def send_out_bot(
        self, where: Conversation, *, by: Member | None = None, reason: str = "", banned: bool = False
    ) -> None:
        """The bot itself is kicked, or banned."""
        self.faults.forbid(where.id, "to be in it")
        self.timeline.add(where.id, AccessLost(where, self.clock.now(), banned, by, reason))

    def invoke(
        self,
        who: Member,
        where: Conversation,
        command: str,
        arguments: Mapping[str, str] | None = None,
        *,
        target: MessageId | None = None,
    ) -> Interaction:
        """Give a command of the platform's own kind."""
        standing = self.standing(who, where)
        return self._interact(
            CommandInvoked(
                self._id("i"), command, arguments or {}, who, standing, where, self.clock.now(), target=target
            )
        )

    def press(
        self,
        who: Member,
        post: FakePost,
        choice: str,
        *,
        confirmed: bool = True,
        fields: Mapping[str, str] | None = None,
    ) -> None:
        """Choose on a prompt; `confirmed` answers the confirmation, `fields` fill in the form.

        Raises:
            LookupError: there is no such choice, or no longer.
            ValueError: the form cannot be sent like that.
        """
        ask = self._posts[post.id].ask
        offered = next((each for each in ask.choices if each.id == choice), None) if ask else None
        if ask is None or offered is None:
            raise LookupError(f"{post.id} has no choice {choice!r}: {[c.id for c in self._posts[post.id].choices]}")
        given = {name: text for name, text in (fields or {}).items() if text}
        known, needed = {f.id for f in offered.form}, {f.id for f in offered.form if f.required}
        if not needed <= given.keys() <= known:
            raise ValueError(f"the form of {choice!r} has {sorted(known)} and needs {sorted(needed)}")
        if offered.confirm and not confirmed:
            return
        where = self._rooms[ask.conversation]
        press = Press(self._id("i"), post.id, choice, who, self.standing(who, where), where, self.clock.now(), given)
        if self.checkpoints is Checkpoints.PER_ROOM:
            self._interact(press)
        else:
            self.timeline.add(where.id, press)

    def _interact(self, what: CommandInvoked | Press) -> Interaction:
        interaction = Interaction(what, self.clock.now() + ACKNOWLEDGE_WITHIN)
        self.interactions.append(interaction)
        self._wake()
        return interaction

    # --- what a test looks at -----------------------------------------------------------------------------------

    def posts(self, where: Conversation | Member | None = None) -> list[FakePost]:
        """What the bot posted, oldest first: in a conversation, privately to a member, or all of it."""
        everything = self._posts.values()
        if where is None:
            return list(everything)
        place = self.direct(where.id) if isinstance(where, Member) else where.id
        return [post for post in everything if post.conversation == place]

    @property
    def failed(self) -> list[Interaction]:
        """Commands and presses that nobody acknowledged in time: the member saw an error."""
        now = self.clock.now()
        return [each for each in self.interactions if not each.acknowledged and now > each.deadline]

    # --- what a client asks for ---------------------------------------------------------------------------------

    def listen(self, wake: asyncio.Event) -> None:
        self._listeners.add(wake)

    def unlisten(self, wake: asyncio.Event) -> None:
        self._listeners.discard(wake)

    def waiting(self) -> list[Interaction]:
        now = self.clock.now()
        return [each for each in self.interactions if not each.acknowledged and now <= each.deadline]

    def page(self, room: ConversationId, *, after: int, before: int, limit: int) -> list[Happening]:
        """A gap paged back, as the server's kind allows; oldest first."""
        found = self.timeline.page(room, after=after, before=before, limit=limit)
        return found if self.checkpoints is Checkpoints.ONE_TOKEN else [self._present(each) for each in found]

    def _present(self, happening: Happening) -> Happening:
        """The happening as a history of messages shows it: new messages only, in their present form."""
        what = None
        if isinstance(happening.what, MessagePosted):
            message = self.messages.get(happening.what.message.id)
            what = MessagePosted(message, happening.what.standing) if message else None
        return replace(happening, what=what)

    def find(self, key: str) -> FakePost | None:
        """A public post by the key it was sent under."""
        public = (post for post in self._posts.values() if post.audience not in (Audience.ASKER, Audience.ASIDE))
        return next((post for post in public if post.key == key), None)

    def put(self, post: FakePost) -> FakePost:
        """Store a post.

        Raises:
            Gone: its room does not exist.
            ValueError: it is longer than the server takes; the client has to split.
        """
        if post.audience not in (Audience.ASKER, Audience.ASIDE):
            self.conversation(post.conversation)
        if len(post.text) > self.size_limit:
            raise ValueError(f"a post may hold {self.size_limit} characters, not {len(post.text)}")
        kept = post if post.id else replace(post, id=self._id("b"))
        self._posts[kept.id] = kept
        return kept

    def post_at(self, message: MessageId) -> FakePost:
        if message not in self._posts:
            raise Gone(f"the bot posted no {message}")
        return self._posts[message]

    def sanction(self, key: str, effect: AnySanction) -> None:
        """Carry out a measure, once per key.

        Raises:
            Gone: the message or member it is aimed at is not there.
        """
        if key in self.sanctions:
            return
        match effect:
            case Hide(message=message):
                self._hide(message)
            case Restore(message=message):
                self._restore(message)
            case SlowMode(conversation=where):
                self.conversation(where)
            case _ if effect.member not in self._people:
                raise Gone(f"{effect.member} does not exist")
        self.sanctions[key] = effect

    def _hide(self, message: MessageId) -> None:
        if message not in self.messages:
            raise Gone(f"{message} does not exist")
        self._hidden[message] = self.messages[message]
        self.delete(self.messages[message], by=self.bot)

    def _restore(self, message: MessageId) -> None:
        if message not in self._hidden:
            raise Gone(f"{message} is not hidden")
        self.messages[message] = self._hidden.pop(message)

    def leave_reaction(self, message: MessageId, emoji: str) -> None:
        if message not in self.messages and message not in self._posts:
            raise Gone(f"{message} does not exist")
        if (message, emoji) not in self.reactions:
            self.reactions.append((message, emoji))

    def direct(self, who: MemberId) -> ConversationId:
        return ConversationId(f"{who}/direct")

    async def at(self, message: MessageId) -> PromptPost | None:
        post = self._posts.get(message)
        return PromptPost(post.cog, post.id, post.ask) if post and post.ask else None

    async def open_under(self, conversation: ConversationId, cog: str, label: str) -> Ask | None:
        standing = await self.open_in(conversation)
        return next((one.ask for one in standing if (one.cog, one.ask.label) == (cog, label)), None)

    async def newest_under(self, conversation: ConversationId, cog: str, label: str) -> Ask | None:
        asks = (post.ask for post in reversed(self._posts.values()) if post.cog == cog and post.ask)
        return next((ask for ask in asks if (ask.conversation, ask.label) == (conversation, label)), None)

    async def open_in(self, conversation: ConversationId) -> list[PromptPost]:
        newest_first = reversed(self._posts.values())
        return [
            PromptPost(post.cog, post.id, post.ask)
            for post in newest_first
            if post.ask and post.ask.conversation == conversation and post.ask.choices
        ]

    def _id(self, kind: str) -> MessageId:
        self._newest[kind] += 1
        return MessageId(f"{self.name}:{kind}{self._newest[kind]}")

    def _wake(self) -> None:
        for listener in self._listeners:
            listener.set()
