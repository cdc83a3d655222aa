"""The reading loop on a real homeserver, with a core in memory that takes its batches."""

import asyncio
from contextlib import aclosing, asynccontextmanager

from pydantic import SecretStr

from bot.domain.event import MessagePosted
from bot.platforms.matrix import names
from bot.platforms.matrix.connection.homeserver import Homeserver
from bot.platforms.matrix.crypto.machine import Machine
from bot.platforms.matrix.errands import Errands
from bot.platforms.matrix.incoming.invites import Doorkeeper
from bot.platforms.matrix.incoming.notices import Telling
from bot.platforms.matrix.incoming.sync import Reading
from bot.platforms.matrix.options import Options
from bot.platforms.matrix.outgoing.sender import Sender
from bot.platforms.matrix.rooms.rooms import Rooms
from bot.scheduling import SystemClock
from tests.platforms.matrix.homeserver.synapse import PASSWORD
from tests.platforms.matrix.notebook import Notebook


class NoPresses:
    """Nothing means more than itself."""

    async def own(self, room, event):
        return None

    async def reaction(self, room, event):
        return None

    async def reply(self, room, event):
        return None

    async def withdrawn(self, room, event):
        return None


class Crash(Exception):
    """The bot dies."""


class Core:
    """What outlives the bot: checkpoints, notes, and what was stored; `crash_at` makes it die with that batch."""

    def __init__(self):
        self.checkpoints = {}
        self.notes = Notebook()
        self.events = []
        self.batches = []
        self.crash_at = None
        self.changed = asyncio.Condition()

    async def take(self, batch):
        if self.crash_at is not None and len(self.batches) >= self.crash_at:
            raise Crash
        self.batches.append(batch)
        self.checkpoints |= batch.checkpoints
        self.events += batch.events
        self.notes.take(batch.notes)
        async with self.changed:
            self.changed.notify_all()

    async def until(self, true, patience=60):
        """Wait until what was stored makes the condition true."""
        async with asyncio.timeout(patience), self.changed:
            await self.changed.wait_for(true)

    def of(self, kind):
        return [event for event in self.events if isinstance(event, kind)]

    def texts(self, room=None):
        place = names.conversation_id(room) if room else None
        return [
            event.message.text
            for event in self.of(MessagePosted)
            if place is None or event.message.conversation.room == place
        ]

    async def hears(self, *texts, room=None):
        await self.until(lambda: set(texts) <= set(self.texts(room)))


def options_for(account, url, folder, **more):
    return Options(homeserver=url, user=account.user, folder=folder, password=SecretStr(PASSWORD), **more)


class Bot:
    """One run of the reading side."""

    def __init__(self, options, core, clock=None, presses=None, homeserver=None):
        self.options, self.core, self.clock = options, core, clock or SystemClock()
        self.homeserver = homeserver or Homeserver(options)
        self.machine = Machine(self.homeserver, options, self.clock) if options.encryption else None
        self.rooms = Rooms(self.homeserver)
        kinds = {}
        self.errands = Errands(kinds, core.notes, self.clock)
        sender = Sender(self.homeserver, self.rooms, self.machine, self.clock)
        kinds |= Doorkeeper(options, self.homeserver, self.rooms, sender, self.errands).kinds()
        kinds |= Telling(options, sender).kinds()
        self.reading = Reading(
            options,
            self.homeserver,
            self.machine,
            self.rooms,
            presses or NoPresses(),
            self.errands,
            core.notes,
            self.clock,
        )

    async def read(self):
        """As the core does: each batch is stored before the next is asked for."""
        async with aclosing(self.reading.batches(dict(self.core.checkpoints))) as batches:
            async for batch in batches:
                await self.core.take(batch)


async def _begun(bot, core):
    await bot.reading.knows_rooms.wait()
    await core.until(lambda: core.checkpoints)


@asynccontextmanager
async def reading(options, core, **more):
    """A bot that runs; it has heard its first sync answer once this begins, and a fresh one has stored its token."""
    bot = Bot(options, core, **more)
    await bot.homeserver.log_in()
    if bot.machine is not None:
        await bot.machine.open()
    tasks = [asyncio.create_task(bot.read()), asyncio.create_task(bot.errands.run())]
    first = asyncio.create_task(_begun(bot, core))
    try:
        await asyncio.wait([first, tasks[0]], return_when=asyncio.FIRST_COMPLETED)
        yield bot
    finally:
        await bot.reading.aclose()
        tasks[1].cancel()
        first.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        if bot.machine is not None:
            bot.machine.close()
        await bot.homeserver.aclose()
        failed = [error for error in results if isinstance(error, Exception) and not isinstance(error, Crash)]
        if failed:
            raise failed[0]
