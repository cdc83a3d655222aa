"""What reads, on its own: connection, servers and reading of the adapter, with a store in memory."""

import asyncio
from contextlib import asynccontextmanager

from pydantic import SecretStr

from bot.domain.event import MessageDeleted, MessageEdited, MessagePosted
from bot.platforms.discord import names
from bot.platforms.discord.connection.connection import Connection
from bot.platforms.discord.incoming.feed import Feed
from bot.platforms.discord.incoming.reading import Reading
from bot.platforms.discord.options import Options
from bot.platforms.discord.servers.servers import Servers
from bot.ports.core import Core
from bot.scheduling.clock import SystemClock

PATIENCE = 20


class HastyClock(SystemClock):
    """Nobody waits long, whatever they wait for."""

    async def sleep(self, seconds):
        await asyncio.sleep(min(seconds, 0.02))


class Memory:
    """What the core keeps of messages, notes and marks; it outlives the adapter."""

    def __init__(self):
        self.events, self.marks, self.notes = [], {}, {}
        self.batches = 0

    def take(self, batch):
        self.events += batch.events
        self.marks |= batch.checkpoints
        self.batches += 1
        self._keep(batch.notes)

    def _keep(self, notes):
        for note in notes:
            if note.text is None:
                self.notes.pop((note.scope, note.id), None)
            else:
                self.notes[note.scope, note.id] = note

    # --- notes

    async def all(self, scope):
        return sorted((note for (kind, _), note in self.notes.items() if kind == scope), key=lambda note: note.id)

    async def get(self, scope, identity):
        return self.notes.get((scope, identity))

    async def write(self, notes):
        self._keep(notes)

    # --- stored

    async def newest(self, conversation, limit):
        gone = {event.message for event in self.of(MessageDeleted)}
        kept = {
            event.message.id: event.message.sent_at
            for event in self.of(MessagePosted)
            if event.message.conversation.id == conversation and event.message.id not in gone
        }
        return sorted(kept, key=kept.__getitem__, reverse=True)[:limit]

    async def delivered(self, messages):
        return set()

    # --- looking

    def of(self, *kinds):
        return [event for event in self.events if isinstance(event, kinds)]

    @property
    def said(self):
        """Texts in the order in which they came."""
        return [event.message.text for event in self.of(MessagePosted)]

    def said_in(self, channel):
        where = names.conversation_id(channel.id)
        return [event.message.text for event in self.of(MessagePosted) if event.message.conversation.id == where]

    @property
    def twice(self):
        ids = [event.message.id for event in self.of(MessagePosted)]
        return len(ids) - len(set(ids))

    @property
    def edits(self):
        return [event.message.text for event in self.of(MessageEdited)]

    @property
    def deletions(self):
        return {event.message for event in self.of(MessageDeleted)}


class Rig:
    def __init__(self, standin, memory, rooms, more):
        self.standin, self.memory = standin, memory
        self.options = Options(
            token=SecretStr(standin.token),
            api_base=standin.api_base,
            gateway=standin.gateway_address,
            communities=(frozenset(names.conversation_id(room.id) for room in rooms),),
            **more,
        )
        self.clock = HastyClock()
        self.feed = Feed()
        self.connection = Connection(self.options, self.clock, self._prepare)
        self.servers = Servers(self.connection, self.options)
        self.core = Core(prompts=None, notes=memory, stored=memory, commands=None)
        self.reading = Reading(self.options, self.connection, self.servers, self.feed, self.core, self.clock)
        self.taking = asyncio.Event()
        self.taking.set()
        self.changed = asyncio.Event()

    def _prepare(self, client):
        self.reading.attach(client)

    async def consume(self):
        async for batch in self.feed.batches():
            self.memory.take(batch)
            self.changed.set()
            await self.taking.wait()

    async def until(self, true, what=""):
        """Wait until the store shows something."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not (found := true()):
                    self.changed.clear()
                    await self.changed.wait()
                return found
        except TimeoutError:
            heard = [type(event).__name__ for event in self.memory.events][-20:]
            raise AssertionError(f"never came: {what}; heard {heard}, said {self.memory.said[-20:]}") from None

    async def heard(self, *texts):
        await self.until(lambda: set(texts) <= {*self.memory.said, *self.memory.edits}, f"{texts}")

    async def settled(self):
        """Connected, and all that was missed is read."""
        await self.connection.ready(PATIENCE)
        async with asyncio.timeout(PATIENCE):
            while not (self.reading.is_caught_up and not self.feed.waiting):  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.01)


@asynccontextmanager
async def reading(standin, *rooms, memory=None, **more):
    """Up until the block ends; `memory` outlives it."""
    rig = Rig(standin, memory or Memory(), rooms, more)
    tasks = [
        asyncio.create_task(work, name=name)
        for name, work in (
            ("connection", rig.connection.run()),
            ("reading", rig.reading.run(dict(rig.memory.marks))),
            ("consumer", rig.consume()),
        )
    ]
    try:
        inside = asyncio.create_task(rig.settled())
        await asyncio.wait({inside, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        for task in (*tasks, inside):
            if task.done():
                task.result()
        yield rig
        for task in tasks:
            if task.done():
                task.result()
    finally:
        rig.feed.close()
        rig.taking.set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await rig.connection.aclose()
