"""Messages that the bot itself took away: their words are kept for an undo, so their deletion is not told."""

from collections.abc import Iterable

from bot.domain.ids import MessageId
from bot.errors import StorageError
from bot.log import logger
from bot.platforms.patience import Patience
from bot.ports.clock import Clock
from bot.ports.platform import Notes

HIDDEN = "hidden"
"""Scope of notes; each is written before Discord is asked to delete the message that is its id."""

_log = logger("discord")


class Hidden:
    def __init__(self, notes: Notes, clock: Clock) -> None:
        self._notes = notes
        self._clock = clock

    async def by_the_bot(self, message: MessageId) -> bool:
        """Raises StorageError."""
        return await self._notes.get(HIDDEN, message) is not None

    async def by_others(self, messages: Iterable[MessageId]) -> list[MessageId]:
        """Those that the bot did not take away; waits until the store can say so."""
        patience, found = Patience(), list[MessageId]()
        for message in messages:
            while True:
                try:
                    found += [] if await self.by_the_bot(message) else [message]
                    break
                except StorageError as error:
                    pause = patience.after(error)
                    _log.warning("deletions are told later", error=str(error), pause=pause)
                    await self._clock.sleep(pause)
        return found
