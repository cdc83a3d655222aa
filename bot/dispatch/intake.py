"""From a platform's batches into the store, and from there into the lanes."""

from collections.abc import Callable, Iterable

from bot.dispatch.completions import Completions
from bot.dispatch.directory import CommunityDirectory
from bot.dispatch.dispatcher import Dispatcher
from bot.dispatch.lanes import Lanes
from bot.domain.conversation import Conversation
from bot.domain.event import (
    Event,
    MessageEdited,
    MessagePosted,
    conversation_id,
)
from bot.ports.clock import Clock
from bot.ports.platform import Batch, Platform
from bot.ports.stores import Envelope, Journal
from bot.registry import addressee

_PAGE = 500


class Intake:
    """Stores first, dispatches afterwards.

    Args:
        express: lanes for commands and prompt answers, which never wait behind talk.
        arrived: called after each batch that brought something, to wake detached workers.
    """

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        dispatcher: Dispatcher,
        directory: CommunityDirectory,
        completions: Completions,
        *,
        lanes: Lanes,
        express: Lanes,
        arrived: Callable[[], None],
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._dispatcher = dispatcher
        self._directory = directory
        self._completions = completions
        self._lanes = lanes
        self._express = express
        self._arrived = arrived

    async def recover(self) -> int:
        """Put what a crash left unfinished into the lanes, before they start; gives how many events that were.

        They are read as a whole first: what handling them brings must not be taken for more of the same. There are
        about as many as may wait in the lanes.
        """
        left: list[Envelope] = []
        while page := await self._journal.unfinished(left[-1].number if left else 0, _PAGE):
            left += page
        if left:
            self._dispatcher.recovered_up_to = left[-1].number
            self.publish(left)
        return len(left)

    async def run(self, platform: Platform) -> None:
        """Read a platform until it is closed."""
        resume = await self._journal.checkpoints(platform.name)
        async for batch in platform.batches(resume):
            await self.take(platform.name, batch)
            await self.room()

    async def room(self) -> None:
        """Wait until the lanes can take more."""
        await self._lanes.room()
        await self._express.room()

    async def take(self, platform: str, batch: Batch) -> None:
        """Store a batch and dispatch what is new in it."""
        ingested = await self._journal.ingest(platform, batch, self._clock.now())
        self.publish(ingested.fresh)

    def publish(self, envelopes: Iterable[Envelope]) -> None:
        """Hand stored events to whoever waits for them."""
        for envelope in envelopes:
            event = envelope.event
            conversation = _conversation(event)
            if conversation is not None:
                self._directory.learn(conversation)
            lane = _lane(event)
            hurried = self._dispatcher.hurried(event)
            if hurried is not None:
                self._express.put(f"{lane} {hurried}", envelope)
            elif self._dispatcher.concerns(event):
                self._lanes.put(lane, envelope)
            else:
                self._completions.add(envelope.number)
        self._arrived()


def _lane(event: Event) -> str:
    """Events of one lane come in order: those of a conversation, and those meant for one cog."""
    return conversation_id(event) or addressee(event) or ""


def _conversation(event: Event) -> Conversation | None:
    if isinstance(event, MessagePosted | MessageEdited):
        return event.message.conversation
    found = getattr(event, "conversation", None)
    return found if isinstance(found, Conversation) else None
