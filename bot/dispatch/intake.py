"""From a platform's batches into the store, and from there into the lanes."""

from collections.abc import Callable, Iterable

from bot.dispatch.backlog import Backlog
from bot.dispatch.completions import Completions
from bot.dispatch.directory import CommunityDirectory
from bot.dispatch.dispatcher import Dispatcher
from bot.dispatch.lanes import Lanes
from bot.dispatch.members.off_record import OffRecord
from bot.dispatch.observing.room_lag import RoomLag
from bot.dispatch.observing.tally import Tally
from bot.dispatch.traffic import Traffic
from bot.domain.conversation import Conversation
from bot.domain.event import (
    ErasureDue,
    Event,
    MessageEdited,
    MessagePosted,
    conversation_id,
)
from bot.ports.clock import Clock
from bot.ports.platform import Batch, Platform
from bot.ports.stores import Envelope, Journal
from bot.registry import addressee

_ERRANDS = "errands"


class Intake:
    """Stores first, dispatches afterwards: platforms never wait for handlers, memory never holds more than it may.

    Args:
        off_record: marks what is to be kept off the record.
        traffic: the lanes in which events wait for their handlers.
        puts_off: whether an event stays in the store, unfinished, for cogs that are not here now.
        arrived: called after each batch that brought something, to wake detached workers.
    """

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        dispatcher: Dispatcher,
        directory: CommunityDirectory,
        completions: Completions,
        off_record: OffRecord,
        *,
        traffic: Traffic,
        puts_off: Callable[[Event], bool],
        arrived: Callable[[], None],
        tally: Tally,
        room_lag: RoomLag,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._dispatcher = dispatcher
        self._directory = directory
        self._completions = completions
        self._off_record = off_record
        self._traffic = traffic
        self._puts_off = puts_off
        self._arrived = arrived
        self._tally = tally
        self._room_lag = room_lag
        self._backlog = Backlog(journal, self._again, self._room)

    async def recover(self) -> int:
        """Take over what a crash left unfinished, before anything new is published; gives how many events that are.

        `catch_up` reads them.
        """
        found = await self._backlog.recover()
        self._dispatcher.recovered_up_to = found.newest
        return found.count

    async def catch_up(self) -> None:
        """Go on until cancelled: hand on what waits in the store, as room appears in the lanes."""
        await self._backlog.run()

    async def idle(self) -> None:
        """Wait until nothing waits in the store but what waits in the lanes too."""
        await self._backlog.idle()

    async def run(self, platform: Platform) -> None:
        """Read a platform until it is closed."""
        resume = await self._journal.checkpoints(platform.name)
        async for batch in platform.batches(resume):
            await self.take(platform.name, batch)

    async def take(self, platform: str, batch: Batch) -> None:
        """Store a batch and dispatch what is new in it."""
        ingested = await self._journal.ingest(platform, self._off_record.marked(batch), self._clock.now())
        self._tally.took(ingested)
        self._room_lag.stored(ingested.fresh, self._clock.now())
        for envelope in ingested.fresh:
            await self._directory.heed(envelope.event)
        self.publish(ingested.fresh)
        await self._completions.room()

    def publish(self, envelopes: Iterable[Envelope]) -> None:
        """Hand stored events to whoever waits for them."""
        for envelope in envelopes:
            conversation = _conversation(envelope.event)
            if conversation is not None:
                self._directory.learn(conversation)
            if self._puts_off(envelope.event):
                continue
            place = self._place(envelope.event)
            if place is None:
                self._completions.add(envelope.number)
                continue
            lanes, lane = place
            full = lanes.full(lane) or (self._backlog.recovering and lanes is self._traffic.rooms)
            if not self._backlog.leaves(lane, envelope.number, full=full):
                lanes.put(lane, envelope)
        self._arrived()

    def _again(self, envelope: Envelope) -> None:
        """Hand on an event that was read again, unless it was handed on when it was new."""
        place = self._place(envelope.event)
        if self._puts_off(envelope.event):
            pass
        elif place is None:
            self._completions.add(envelope.number)
        elif self._backlog.left(place[1], envelope.number):
            place[0].put(place[1], envelope)
        self._arrived()

    def _place(self, event: Event) -> tuple[Lanes, str] | None:
        """The lane in which an event waits; None where it concerns nobody."""
        if isinstance(event, ErasureDue):
            return self._traffic.errands, _ERRANDS
        hurried = self._dispatcher.hurried(event)
        if hurried is not None:
            return self._traffic.express, f"{_lane(event)} {hurried}"
        return (self._traffic.rooms, _lane(event)) if self._dispatcher.concerns(event) else None

    async def _room(self) -> None:
        await self._traffic.room()
        await self._completions.room()


def _lane(event: Event) -> str:
    """Events of one lane come in order: those of a conversation, and those meant for one cog."""
    return conversation_id(event) or addressee(event) or ""


def _conversation(event: Event) -> Conversation | None:
    if isinstance(event, MessagePosted | MessageEdited):
        return event.message.conversation
    found = getattr(event, "conversation", None)
    return found if isinstance(found, Conversation) else None
