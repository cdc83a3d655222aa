"""Erasing a member: messages first, then what every cog keeps of them, then what the core remembers."""

import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence

from bot.dispatch.intake import Intake
from bot.dispatch.members import farewell
from bot.dispatch.outcome import Source, core_post, effects_of
from bot.dispatch.runner import HandlerFailed, Runner
from bot.domain.document import Document
from bot.domain.effect import Audience, Edit, Effect, Record, Remove, Say, Swap, Upsert
from bot.domain.event import ErasureDue, MessageDeleted
from bot.domain.ids import platform_of
from bot.errors import CogError, ModelUnavailable, UserError
from bot.log import logger
from bot.ownership import CORE
from bot.ports.clock import Clock
from bot.ports.knowledge import Directory
from bot.ports.platform import Batch
from bot.ports.stores import Envelope, Journal, MemberRecords, Outcome, Post
from bot.registry import LoadedCog, Registry

_PAGE = 200
_SOURCE = "erasure"
_MOST_ROUNDS = 10_000
_FORGETTING = (Remove, Swap, Upsert, Edit, Say)

_log = logger("erasure")

Rest = Callable[[], Awaitable[None]]
Erased = Callable[[ErasureDue, Sequence[Envelope]], None]


class Erasure:
    """Carries out each `ErasureDue`, from the beginning wherever a crash stopped it, to the same end.

    A cog that fails, or that is not loaded and has tables, keeps nobody else waiting: what it keeps becomes an errand
    of its own, which stays open over restarts until that cog has done it.

    Args:
        at_rest: waits until no handler is at work any more that may have read what is gone now.
        erased: called when a member's part is done, with the errands that are left.
        finished: called with an event's number when nobody need see it again.
        broken: called when the bot cannot go on: the errand stays unfinished and comes again after the restart.
    """

    def __init__(
        self,
        journal: Journal,
        records: MemberRecords,
        intake: Intake,
        runner: Runner,
        directory: Directory,
        clock: Clock,
        *,
        registry: Callable[[], Registry],
        at_rest: Rest,
        erased: Erased,
        finished: Callable[[int], None],
        broken: Callable[[Exception], None],
    ) -> None:
        self._journal = journal
        self._records = records
        self._intake = intake
        self._runner = runner
        self._directory = directory
        self._clock = clock
        self._registry = registry
        self._at_rest = at_rest
        self._erased = erased
        self._finished = finished
        self._broken = broken
        self._open: dict[int, Envelope] = {}

    async def handle(self, envelope: Envelope) -> None:
        """Carry out one errand. Never raises."""
        due = envelope.event
        if not isinstance(due, ErasureDue):
            raise TypeError(f"{type(due).__name__} is no errand")
        try:
            if await self._is_settled(envelope.number):
                self._finished(envelope.number)
                return
            await (self._late(envelope, due) if due.left else self._whole(envelope.number, due))
        except Exception as error:  # noqa: BLE001 - what no cog is to blame for ends the bot, not an errand in silence
            self._broken(error)

    def left(self) -> Mapping[str, int]:
        """How many erased members' rows each cog still has to erase, which failed or is not loaded."""
        errands = (one.event for one in self._open.values())
        return Counter(name for due in errands if isinstance(due, ErasureDue) for name in due.left)

    async def _is_settled(self, number: int) -> bool:
        """Whether another erasure of the same member, asked for twice in a row, has taken this one with it."""
        found = await self._journal.unfinished(number - 1, 1)
        return not found or found[0].number != number

    def waiting_for(self, cog: str) -> list[Envelope]:
        """The errands that wait for this cog, handed out to be tried again: it has just been loaded."""
        found = [one for one in self._open.values() if isinstance(one.event, ErasureDue) and cog in one.event.left]
        for envelope in found:
            del self._open[envelope.number]
        return found

    async def _whole(self, number: int, due: ErasureDue) -> None:
        await self._delete_messages(due)
        await self._at_rest()
        loaded = self._registry().cogs
        failed = [name for name, one in loaded.items() if not await self._forgotten(number, one, due)]
        missing = sorted(await self._records.keepers() - loaded.keys())
        now = self._clock.now()
        left = [ErasureDue(due.member, due.conversation, now, due.asked, (cog,)) for cog in (*failed, *missing)]
        steward = any(community.steward(due.member) for community in self._directory.communities())
        body = farewell.done(failed, missing, steward=steward)
        said = _told(number, due, body)
        errands = await self._records.erase(due.member, now, self._lines(due), (said,), left)
        self._finished(number)
        self._open |= {one.number: one for one in errands[: len(failed)]}  # tried again when they are loaded anew
        self._erased(due, errands[len(failed) :])
        _log.info("a member was erased", asked_by=due.asked, left_to=[*failed, *missing])

    async def _late(self, envelope: Envelope, due: ErasureDue) -> None:
        """What one cog keeps, which could not be erased with the rest."""
        (name,) = due.left
        loaded = self._registry().cogs.get(name)
        if loaded is None or not await self._forgotten(envelope.number, loaded, due):
            self._open[envelope.number] = envelope
            _log.warning("what a cog keeps of an erased member is still there", cog=name, loaded=loaded is not None)
            return
        handled = (envelope.number,)
        said = _told(envelope.number, due, farewell.late(name))
        await self._runner.store(Outcome(CORE, self._clock.now(), _SOURCE, handled, posts=(said,)))
        self._finished(envelope.number)

    async def _delete_messages(self, due: ErasureDue) -> None:
        """They go as if they had been deleted in their rooms: cards and summaries lose their words at once."""
        while found := await self._records.messages_of(due.member, _PAGE):
            now = self._clock.now()
            gone = tuple(MessageDeleted(message.id, message.conversation, now) for message in found)
            await self._intake.take(_SOURCE, Batch(gone, {}))

    async def _forgotten(self, number: int, cog: LoadedCog, due: ErasureDue) -> bool:
        """Whether the cog has erased what it keeps; it may do so in parts, and is asked until nothing is left."""
        before: list[Effect] = []
        try:
            for _ in range(_MOST_ROUNDS):
                changes = await self._forgets(number, cog, due)
                if not changes or changes == before:
                    return True
                before = changes
        except HandlerFailed:
            return False
        except (UserError, ModelUnavailable) as error:
            _log.error("a cog cannot forget a member", cog=cog.name, error=type(error).__name__)
            return False
        _log.error("a cog finds no end of forgetting a member", cog=cog.name)
        return False

    async def _forgets(self, number: int, cog: LoadedCog, due: ErasureDue) -> list[Effect]:
        """One turn of the cog; gives what it changed."""
        changes: list[Effect] = []

        async def produce() -> Sequence[Effect]:
            nonlocal changes
            changes = effects_of(await cog.forget(due.member))
            for effect in changes:
                if not isinstance(effect, _FORGETTING):
                    raise CogError(f"forget may not return {type(effect).__name__}")
            return changes

        # Another name each time: what a run before a crash did must not stand for what this one does.
        source = Source(cog.name, f"forget {secrets.token_hex(4)}", number, self._clock.now())
        await self._runner.run(source, produce)
        return changes

    def _lines(self, due: ErasureDue) -> tuple[Record, ...]:
        """What the trails say of it, in each community where the member may have been."""
        home = platform_of(due.member)
        return tuple(
            Record(community.id, "member.erased", due.member, None, {"asked by": due.asked})
            for community in self._directory.communities()
            if any(platform_of(room) == home for room in community.rooms)
        )


def _told(number: int, due: ErasureDue, body: Document) -> Post:
    say = Say(due.conversation, body, audience=Audience.ASKER, asker=due.member)
    return core_post(f"{number}.{CORE}.{_SOURCE}.0", say, cause=number)
