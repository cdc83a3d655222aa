"""From a platform's batches into the store, and from there into the lanes."""

from collections.abc import Callable, Iterable

from bot.dispatch.completions import Completions
from bot.dispatch.directory import CommunityDirectory
from bot.dispatch.dispatcher import Dispatcher
from bot.dispatch.lanes import Lanes
from bot.domain.conversation import Conversation
from bot.domain.event import (
    Event,
    JobDue,
    MessageEdited,
    MessagePosted,
    PromptAnswered,
    conversation_id,
)
from bot.ports.clock import Clock
from bot.ports.platform import Batch, Platform
from bot.ports.stores import Envelope, Journal
from bot.registry import Registry

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
        registry: Callable[[], Registry],
        lanes: Lanes,
        express: Lanes,
        arrived: Callable[[], None],
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._dispatcher = dispatcher
        self._directory = directory
        self._completions = completions
        self._registry = registry
        self._lanes = lanes
        self._express = express
        self._arrived = arrived
        self.stored = 0
        self.duplicates = 0
        self.ignored = 0

    async def recover(self) -> int:
        """Put what a crash left unfinished back into the lanes; gives how many events that were."""
        after = count = 0
        while page := await self._journal.unfinished(after, _PAGE):
            after = self._dispatcher.recovered_up_to = page[-1].number
            count += len(page)
            self.publish(page)
            await self._lanes.room()
        return count

    async def run(self, platform: Platform) -> None:
        """Read a platform until it is closed."""
        resume = await self._journal.checkpoints(platform.name)
        async for batch in platform.batches(resume):
            await self.take(platform.name, batch)
            await self._lanes.room()
            await self._express.room()

    async def take(self, platform: str, batch: Batch) -> None:
        """Store a batch and dispatch what is new in it."""
        ingested = await self._journal.ingest(platform, batch, self._clock.now())
        self.stored += len(ingested.fresh)
        self.duplicates += ingested.duplicates
        self.ignored += ingested.ignored
        self.publish(ingested.fresh)

    def publish(self, envelopes: Iterable[Envelope]) -> None:
        """Hand stored events to whoever waits for them."""
        registry = self._registry()
        for envelope in envelopes:
            event = envelope.event
            conversation = _conversation(event)
            if conversation is not None:
                self._directory.learn(conversation)
            lane = conversation_id(event) or ""
            if self._dispatcher.is_command(event) or isinstance(event, PromptAnswered):
                self._express.put(lane, envelope)
            elif isinstance(event, JobDue) or registry.listeners(event):
                self._lanes.put(lane, envelope)
            else:
                self._completions.add(envelope.number)
        self._arrived()


def _conversation(event: Event) -> Conversation | None:
    if isinstance(event, MessagePosted | MessageEdited):
        return event.message.conversation
    found = getattr(event, "conversation", None)
    return found if isinstance(found, Conversation) else None
