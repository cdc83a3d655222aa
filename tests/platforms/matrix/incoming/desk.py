"""A room with a prompt in it: people press and answer, the bot hears it in order, and does its errands."""

import asyncio
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

from bot.domain.document import Document
from bot.domain.effect import Ask, Choice, Field
from bot.domain.event import PromptAnswered
from bot.platforms.matrix import names
from bot.platforms.matrix.errands import SCOPE, Errands
from bot.platforms.matrix.incoming.following_up import FollowingUp
from bot.platforms.matrix.incoming.presses import Presses
from bot.platforms.matrix.options import Options
from bot.platforms.matrix.render import content as contents
from bot.platforms.matrix.rooms.room import Room
from bot.ports.platform import PromptPost
from bot.testing.clock import FakeClock
from bot.testing.contracts.platform_driver import KnownPrompts
from tests.platforms.matrix.notebook import Notebook

BOT, MIRA, NOOR = "@folkmoot:test.local", "@mira:test.local", "@noor:test.local"
ROOM, PRIVATE = "!review:test.local", "!private:test.local"

FORM = (Field("why", "Why?"), Field("note", "A note?", long=True, required=False))
CHOICES = (
    Choice("dismiss", "Dismiss", "❌"),
    Choice("hide", "Uphold and hide", "🙈", danger=True, confirm="Hide it from everyone?"),
    Choice("warn", "Uphold and warn", "✉️", form=(Field("words", "Your words to the member", long=True),)),
    Choice("both", "Both", "👍", confirm="Sure?", form=FORM),
)


class Rooms(dict):
    """What is asked of `Rooms` here."""

    def __iter__(self):
        return iter(self.values())

    def current(self, room):
        return room


class Channel:
    """The homeserver's room: takes what the bot sends, under transactions, and redacts."""

    def __init__(self):
        self.timeline = []
        self.failing = []
        self.redactions = []
        self.sought = []
        self._numbers = count(1)
        self._transactions = {}

    def add(self, room, sender, kind, content, **more):
        number = next(self._numbers)
        event = {
            "event_id": f"$event{number}",
            "sender": sender,
            "type": kind,
            "content": content,
            "origin_server_ts": 1_772_474_400_000 + number,
            "room_id": room,
            **more,
        }
        self.timeline.append(event)
        return event["event_id"]

    async def send(self, room, kind, content, *, transaction, priority, seek, follow):
        self._fail()
        self.sought += [transaction] if seek else []
        if transaction not in self._transactions:
            self._transactions[transaction] = self.add(room, BOT, kind, dict(content))
        return self._transactions[transaction]

    async def redact(self, room, event, *, transaction):
        self._fail()
        self.redactions.append(event)
        self.add(room, BOT, "m.room.redaction", {"redacts": event})

    def _fail(self):
        if self.failing and (error := self.failing.pop(0)):
            raise error


class Desk:
    """`heard`: what the core was told. `restart` forgets all that was not noted."""

    def __init__(self, **options):
        self.options = Options("https://test.local", BOT, Path("nowhere"), **options)
        self.clock, self.notebook, self.prompts = FakeClock(), Notebook(), KnownPrompts()
        self.channel = Channel()
        self.rooms = Rooms({ROOM: _room(ROOM, "moderators"), PRIVATE: _room(PRIVATE, None)})
        self.heard, self.usual = [], []
        self._read = 0
        self.restart()

    def restart(self):
        self.errands = Errands(FollowingUp(self.channel, self.prompts).kinds(), self.notebook, self.clock)
        self.presses = Presses(self.options, self.rooms, self.prompts, self.notebook, self.errands, self.clock)

    # --- what the bot does ------------------------------------------------------------------------------------------

    def card(self, choices=CHOICES, *, room=ROOM, conversation=None, known=True, **ask):
        """Post a prompt; `known`: the core has taken note of it."""
        where = conversation or names.conversation_id(room)
        marker = {"key": "k", "prompt": {"cog": "review", "label": "case 7", "conversation": where}}
        event = self.channel.add(
            room, BOT, "m.room.message", {"msgtype": "m.text", "body": "Case 7", contents.MARKER: marker}
        )
        post = PromptPost("review", names.message_id(room, event), Ask(where, Document(()), "case 7", choices, **ask))
        self.post = post
        if known:
            self.prompts.add(post)
        else:
            self.prompts.open_under = self._on_its_way
        return event

    async def _on_its_way(self, conversation, cog, label):
        ask = self.post.ask
        return ask if (conversation, cog, label) == (ask.conversation, "review", "case 7") else None

    def settle(self, *left):
        """The prompt's choices are replaced, as after a decision."""
        changed = PromptPost("review", self.post.message, Ask(self.post.ask.conversation, Document(()), "case 7", left))
        self.prompts._posts = [changed] if left else []
        room, event = names.event_of(self.post.message)
        relation = {"rel_type": "m.replace", "event_id": event}
        self.channel.add(
            room, BOT, "m.room.message", {"msgtype": "m.text", "body": "* decided", "m.relates_to": relation}
        )

    async def goes_on(self):
        """Hear all and do all errands that are due, until nothing is left."""
        async with self._errands_running():
            while self._read < len(self.channel.timeline) or self._due():
                await self.reads()
                await self.notebook.until(lambda: not self._due())

    async def reads(self):
        """Hear what happened, one batch of it; errands are noted, and left."""
        while self._read < len(self.channel.timeline):
            event = self.channel.timeline[self._read]
            self._read += 1
            await self._hears(event)

    async def reads_twice(self):
        """What came is read, the store is in trouble, and the same is read again."""
        stored, heard, read = dict(self.notebook.kept), list(self.heard), self._read
        noted, self.errands.noted = self.errands.noted, lambda notes: None
        await self.reads()
        self.notebook.kept, self.heard, self._read, self.errands.noted = stored, heard, read, noted
        await self.reads()

    def goes_down_before(self, count):
        """The last `count` events were not stored when the bot died: they come again."""
        self._read -= count
        self.restart()

    async def _hears(self, event):
        room, taken = self.rooms[event["room_id"]], None
        if event["type"] == "m.room.redaction":
            taken = await self.presses.withdrawn(room, event["content"]["redacts"])
        elif event["sender"] == BOT:
            taken = await self.presses.own(room, event)
        elif event["type"] == "m.reaction":
            taken = await self.presses.reaction(room, event)
        else:
            taken = await self.presses.reply(room, event)
        if taken is None:
            self.usual.append(event["event_id"])
            return
        self.heard += taken.events
        self.notebook.take(taken.notes)
        self.errands.noted(taken.notes)

    @asynccontextmanager
    async def _errands_running(self):
        task = asyncio.create_task(self.errands.run())
        try:
            await asyncio.sleep(0)
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _due(self):
        return [name for name in self.notebook.ids(SCOPE) if not name.startswith("settle ")]

    # --- what people do and see -------------------------------------------------------------------------------------

    def reacts(self, who, event, emoji, room=ROOM):
        relation = {"rel_type": "m.annotation", "event_id": event, "key": emoji}
        return self.channel.add(room, who, "m.reaction", {"m.relates_to": relation})

    def replies(self, who, event, words, room=ROOM, **more):
        relation = {"m.in_reply_to": {"event_id": event}}
        content = {"msgtype": "m.text", "body": words, "m.relates_to": relation, **more}
        return self.channel.add(room, who, "m.room.message", content)

    def takes_back(self, who, event, room=ROOM):
        return self.channel.add(room, who, "m.room.redaction", {"redacts": event})

    @property
    def questions(self):
        """Questions that stand in the room, oldest first."""
        return [
            event
            for event in self.channel.timeline
            if event["sender"] == BOT
            and "step" in event["content"].get(contents.MARKER, {})
            and event["event_id"] not in self.channel.redactions
        ]

    @property
    def question(self):
        """The only one."""
        [asked] = self.questions
        return asked["event_id"]

    def offered(self, event):
        """Reactions that the bot set."""
        return [
            each["content"]["m.relates_to"]["key"]
            for each in self.channel.timeline
            if each["type"] == "m.reaction"
            and each["sender"] == BOT
            and each["content"]["m.relates_to"]["event_id"] == event
        ]

    @property
    def answers(self):
        return [
            (each.choice, each.member.id, dict(each.fields)) for each in self.heard if isinstance(each, PromptAnswered)
        ]


def _room(identity, name):
    room = Room(identity, version="11")
    room.own = BOT
    levels = {"users": {BOT: 50, MIRA: 50, NOOR: 50}, "events": {"m.room.power_levels": 100}}
    for event in (
        {"type": "m.room.create", "state_key": "", "sender": "@ada:test.local", "content": {"room_version": "11"}},
        {"type": "m.room.power_levels", "state_key": "", "sender": "@ada:test.local", "content": levels},
        {"type": "m.room.name", "state_key": "", "content": {"name": name}},
        *(
            {"type": "m.room.member", "state_key": user, "content": {"membership": "join", "displayname": shown}}
            for user, shown in ((MIRA, "Mira"), (NOOR, "Noor"))
        ),
    ):
        room.apply(event)
    return room
