"""Matrix as a platform: composes connection, encryption, rooms, what comes in and what goes out."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence

from bot.domain.effect import Deliverable, Guarantee
from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.domain.message import Message
from bot.errors import RateLimited, Unavailable
from bot.log import logger
from bot.platforms.matrix import names
from bot.platforms.matrix.connection.homeserver import Homeserver
from bot.platforms.matrix.crypto.machine import Machine
from bot.platforms.matrix.errands import Errand, Errands
from bot.platforms.matrix.incoming.following_up import FollowingUp
from bot.platforms.matrix.incoming.history import History
from bot.platforms.matrix.incoming.invites import Doorkeeper
from bot.platforms.matrix.incoming.notices import Telling
from bot.platforms.matrix.incoming.presses import Presses
from bot.platforms.matrix.incoming.sync import HandOverBatch, Reading
from bot.platforms.matrix.options import Options
from bot.platforms.matrix.outgoing.outgoing import Outgoing
from bot.platforms.matrix.outgoing.sender import Sender
from bot.platforms.matrix.rooms.rooms import Rooms
from bot.platforms.matrix.sources.policy_lists import PolicyLists
from bot.platforms.matrix.sources.reports import ReportSource
from bot.platforms.patience import Patience
from bot.ports.clock import Clock
from bot.ports.core import Core
from bot.ports.platform import Batch, Delivery, Receipt, Remark

_END_WITHIN = 2.0
"""Seconds that whoever reads gets to take the end of `batches`, before what is under way is cut off."""

_BEGIN_WITHIN = 10.0
"""Seconds that a post waits for the first answer of the homeserver, before it is put off."""

_log = logger("matrix")


class MatrixPlatform:
    """One account on one homeserver. Nothing is asked of it before `batches` begins."""

    name = names.PLATFORM

    def __init__(self, options: Options, clock: Clock, core: Core) -> None:
        """Raises ConfigError where there is nothing to log in with."""
        self._clock = clock
        prompts, notes = core.prompts, core.notes
        self._homeserver = Homeserver(options)
        self._machine = Machine(self._homeserver, options, clock) if options.encryption else None
        self._rooms = Rooms(self._homeserver)
        kinds: dict[str, Errand] = {}
        self._errands = Errands(kinds, notes, clock)
        sender = Sender(self._homeserver, self._rooms, self._machine, clock)
        self._outgoing = Outgoing(
            self._homeserver, self._rooms, sender, options, notes, self._errands, clock, self._machine
        )
        doorkeeper = Doorkeeper(options, self._homeserver, self._rooms, sender, self._errands)
        following_up = FollowingUp(sender, prompts)
        kinds.update(
            {**self._outgoing.kinds, **doorkeeper.kinds(), **following_up.kinds(), **Telling(options, sender).kinds()}
        )
        self._history = History(self._homeserver, self._rooms, self._machine, options, clock)
        self._lists = PolicyLists(options, self._homeserver, self._rooms, clock)
        reports = ReportSource(options, self._homeserver, self._rooms, clock)

        async def reported(resume: Mapping[str, str], hand_over: HandOverBatch) -> None:
            await reports.run(hand_over, resume)

        async def busy_beside(_: Mapping[str, str], __: HandOverBatch) -> None:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._errands.run(), name="matrix errands")
                group.create_task(self._lists.run(), name="matrix policy lists")

        self._reading = Reading(
            options,
            self._homeserver,
            self._machine,
            self._rooms,
            Presses(options, self._rooms, prompts, notes, self._errands, clock),
            self._errands,
            notes,
            clock,
            sources=(reported, busy_beside),
            lists=self._lists,
        )
        self._closed = asyncio.Event()
        self._ended = asyncio.Event()
        self._begun = False

    # --- coming in ----------------------------------------------------------------------------------------------

    async def batches(self, resume: Mapping[str, str]) -> AsyncIterator[Batch]:
        """Logs in first, as often as that takes.

        Raises:
            ConfigError, Revoked: it cannot work until the operator does something; the words say what.
        """
        self._begun = True
        try:
            if not self._closed.is_set() and await self._unless_closed(self._open()):
                async for batch in self._reading.batches(resume):
                    yield batch
        finally:
            self._ended.set()

    async def _open(self) -> None:
        patience = Patience()
        while True:
            try:
                await self._homeserver.log_in()
                if self._machine is not None:
                    await self._machine.open()
            except (Unavailable, RateLimited) as error:
                pause = patience.after(error)
                _log.warning("the homeserver cannot be reached yet", error=str(error), pause=round(pause))
                await self._clock.sleep(pause)
            else:
                return

    async def _unless_closed(self, work: Awaitable[None]) -> bool:
        """Whether it came to its end before the platform was closed."""
        working = asyncio.ensure_future(work)
        closed = asyncio.create_task(self._closed.wait(), name="matrix closed")
        try:
            await asyncio.wait({working, closed}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                return False
            await working
            return not self._closed.is_set()
        finally:
            for task in (working, closed):
                task.cancel()
            await asyncio.gather(working, closed, return_exceptions=True)

    # --- going out ----------------------------------------------------------------------------------------------

    async def apply(self, delivery: Delivery) -> Receipt:
        """Nothing leaves before the rooms are known: which of them are encrypted, above all."""
        if not await _within(self._reading.knows_rooms.wait(), _BEGIN_WITHIN):
            raise Unavailable("the homeserver has not told yet which rooms there are")
        return await self._outgoing.apply(delivery)

    def guarantee(self, effect: Deliverable) -> Guarantee:
        return self._outgoing.guarantee(effect)

    # --- asking -------------------------------------------------------------------------------------------------

    def linked(self, text: str) -> MessageId | None:
        return names.linked(text)

    def address(self, message: MessageId) -> str | None:
        return self._outgoing.address(message)

    async def may_read(self, member: MemberId, conversation: ConversationId) -> bool:
        return await self._rooms.may_read(names.place_of(conversation).room, names.user_of(member))

    async def history(self, conversation: ConversationId, *, before: MessageId | None, limit: int) -> list[Message]:
        return await self._history.messages(conversation, before=before, limit=limit)

    async def remarks(self, member: MemberId) -> Sequence[Remark]:
        return await self._lists.remarks(names.user_of(member))

    async def aclose(self) -> None:
        """What is read but not stored comes again after the next start."""
        self._closed.set()
        await self._reading.aclose()
        if self._begun:
            await _within(self._ended.wait(), _END_WITHIN)
        await self._homeserver.aclose()
        if self._machine is not None:
            self._machine.close()


async def _within(work: Awaitable[object], seconds: float) -> bool:
    """Whether it came to its end in time."""
    try:
        async with asyncio.timeout(seconds):
            await work
    except TimeoutError:
        return False
    return True
