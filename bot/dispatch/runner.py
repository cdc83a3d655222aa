"""Runs one handler and stores what it returned: the only place that catches whatever a cog raises."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from bot.dispatch.guarding.bounds import MOST_WAITING_POSTS, refuse_excess, refuse_long_answer
from bot.dispatch.guarding.incidents import Incidents
from bot.dispatch.guarding.lineage import Lineage
from bot.dispatch.handling import ended
from bot.dispatch.observing.tally import Tally
from bot.dispatch.outcome import Source, outcome_of
from bot.domain.effect import Effect, Say
from bot.errors import CogError, Conflict, ModelUnavailable, StorageError, UserError
from bot.ports.knowledge import Directory
from bot.ports.stores import Envelope, Journal, Outcome

Produce = Callable[[], Awaitable[Sequence[Effect]]]
Stored = Callable[[Outcome, Sequence[Envelope]], None]

Result = TypeVar("Result")

_MOST_CONFLICTS = 100


class HandlerFailed(Exception):
    """A handler raised, hung or kept conflicting; it is logged already. `incident` finds it in the log."""

    def __init__(self, incident: str) -> None:
        super().__init__(incident)
        self.incident = incident


class Runner:
    """Handlers to outcomes, outcomes to the store, what is new to whoever waits for it.

    Args:
        lineage: which event led to which.
        time_limit: seconds after which a handler counts as hung.
        waiting: how many posts of a cog wait to leave.
        stored: told of every stored outcome and of the new events in it.
    """

    def __init__(
        self,
        journal: Journal,
        directory: Directory,
        incidents: Incidents,
        tally: Tally,
        lineage: Lineage,
        *,
        time_limit: float,
        waiting: Callable[[str], Awaitable[int]],
        stored: Stored,
    ) -> None:
        self._journal = journal
        self._directory = directory
        self._incidents = incidents
        self._lineage = lineage
        self._time_limit = time_limit
        self._waiting = waiting
        self._stored = stored
        self._tally = tally
        self._turns: dict[str, asyncio.Lock] = {}

    async def run(
        self,
        source: Source,
        produce: Produce,
        *,
        cursor: tuple[str, int] | None = None,
    ) -> None:
        """Run a handler until its outcome is stored; on a conflict it runs again over what is stored now.

        What a worker changes is stored with its new cursor, what others change with the mark that they handled it.

        Raises:
            UserError, ModelUnavailable: as the handler raised it.
            HandlerFailed: the handler raised anything else, hung, or kept conflicting.
            StorageError: the store failed; nothing of the outcome was kept.
        """
        turn = self._turns.setdefault(source.cog, asyncio.Lock())
        if not turn.locked():
            try:
                await self._once(source, produce, cursor)
            except Conflict:
                pass
            else:
                return
        await self._in_turn(turn, source, produce, cursor)

    async def _in_turn(
        self, turn: asyncio.Lock, source: Source, produce: Produce, cursor: tuple[str, int] | None
    ) -> None:
        """Handlers of a cog that got into each other's way go one by one, so that each gets through.

        Those that come meanwhile wait as well; those that had begun already can be in the way once each.
        """
        async with turn:
            for attempt in range(1, _MOST_CONFLICTS + 1):
                try:
                    await self._once(source, produce, cursor)
                except Conflict as error:
                    if attempt == _MOST_CONFLICTS:
                        raise self._failed(source, error) from error
                else:
                    return

    async def _once(self, source: Source, produce: Produce, cursor: tuple[str, int] | None) -> None:
        """A handler that wants nothing costs nothing: run again after a crash, it would want nothing again."""
        effects = await self.attempt(source, produce)
        handled = () if cursor else (source.cause,)
        try:
            refuse_excess(effects)
            outcome = outcome_of(source, effects, self._directory, handled=handled, cursor=cursor)
            await self._refuse_flood(outcome, source.cause)
        except StorageError:
            raise
        except Exception as error:  # what it returned has the right type and nonsense in it
            raise self._failed(source, error) from error
        if outcome.is_empty:
            return
        try:
            await self.store(outcome)
        except CogError as error:  # it asked for what cannot be stored
            raise self._failed(source, error) from error

    async def say(self, source: Source, words: Say) -> None:
        """Store what the core itself answers: no bound of a cog applies to it."""
        await self.store(outcome_of(source, [words], self._directory, handled=(source.cause,)))

    async def _refuse_flood(self, outcome: Outcome, cause: int) -> None:
        """Raise CogError where a cog has too much under way already."""
        if outcome.events or outcome.posts:
            self._lineage.refuse_circle(outcome.cog, cause)
        if outcome.posts and await self._waiting(outcome.cog) >= MOST_WAITING_POSTS:
            raise CogError(f"cog '{outcome.cog}': {MOST_WAITING_POSTS:,} of its posts wait to leave already")

    async def store(self, outcome: Outcome) -> None:
        """Store an outcome and tell of it: both, also where the caller is cancelled between the two.

        A worker that is stopped for a reload would otherwise leave events that nobody hears of until the restart.
        """
        keeping = asyncio.create_task(self._keep(outcome), name=f"keep what {outcome.cog} wants")
        try:
            await asyncio.shield(keeping)
        except asyncio.CancelledError:
            await asyncio.wait([keeping])
            if not keeping.cancelled():
                keeping.exception()  # nobody is left to hear of it, and asyncio need not complain
            raise

    async def _keep(self, outcome: Outcome) -> None:
        new = await self._journal.commit(outcome)
        cause = outcome.cursor[1] if outcome.cursor else max(outcome.handled, default=0)
        self._lineage.descend(outcome.cog, cause, new)
        self._tally.stored(outcome)
        self._stored(outcome, new)

    async def attempt(
        self, source: Source, work: Callable[[], Awaitable[Result]], *, within: float | None = None
    ) -> Result:
        """What a cog's own code gives, if it gives anything: within so many seconds, or those of any handler.

        Raises:
            UserError, ModelUnavailable, StorageError: as the cog raised it.
            HandlerFailed: it raised anything else, or hung.
        """
        name = f"{source.cog}: {source.handler}"
        started = time.perf_counter()
        try:
            task = await ended(work(), name=name, seconds=within or self._time_limit)
            return _result(task)
        except (UserError, StorageError, ModelUnavailable):
            raise
        except asyncio.CancelledError as error:
            _end_if_cancelled()
            raise self._failed(source, error) from error
        except BaseException as error:  # where everything is caught: a cog may raise anything
            raise self._failed(source, error) from error
        finally:
            self._tally.handled(source.cog, time.perf_counter() - started)

    def _failed(self, source: Source, error: BaseException) -> HandlerFailed:
        return HandlerFailed(self._incidents.report(source.cog, source.handler, source.cause, error, source.where))


def _result(task: asyncio.Task[Result]) -> Result:
    try:
        return task.result()
    except UserError as error:  # its words are an answer, and a cog's like those of any effect
        refuse_long_answer(error)
        raise


def _end_if_cancelled() -> None:
    """Who is stopped is stopped; a cancellation of the handler's own making does not count."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
