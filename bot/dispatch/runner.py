"""Runs one handler and stores what it returned: the only place that catches whatever a cog raises."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from bot.dispatch.incidents import Incidents
from bot.dispatch.outcome import Source, outcome_of
from bot.domain.effect import Effect
from bot.errors import Conflict, ModelUnavailable, StorageError, UserError
from bot.ports.knowledge import Directory
from bot.ports.stores import Envelope, Journal, Outcome

Produce = Callable[[], Awaitable[Sequence[Effect]]]
Stored = Callable[[Outcome, Sequence[Envelope]], Awaitable[None]]

_MOST_CONFLICTS = 20


class HandlerFailed(Exception):
    """A handler raised, hung or kept conflicting; it is logged already. `incident` finds it in the log."""

    def __init__(self, incident: str) -> None:
        super().__init__(incident)
        self.incident = incident


class Runner:
    """Handlers to outcomes, outcomes to the store, what is new to whoever waits for it.

    Args:
        time_limit: seconds after which a handler counts as hung.
        stored: told of every stored outcome and of the new events in it.
    """

    def __init__(
        self, journal: Journal, directory: Directory, incidents: Incidents, *, time_limit: float, stored: Stored
    ) -> None:
        self._journal = journal
        self._directory = directory
        self._incidents = incidents
        self._time_limit = time_limit
        self._stored = stored
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
        try:
            await self._once(source, produce, cursor)
        except Conflict:
            await self._in_turn(source, produce, cursor)

    async def _in_turn(self, source: Source, produce: Produce, cursor: tuple[str, int] | None) -> None:
        """Handlers of a cog that got into each other's way go one by one, so that each gets through."""
        async with self._turns.setdefault(source.cog, asyncio.Lock()):
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
        effects = await self._produced(source, produce)
        handled = () if cursor else (source.cause,)
        try:
            outcome = outcome_of(source, effects, self._directory, handled=handled, cursor=cursor)
            new = await self._journal.commit(outcome) if not outcome.is_empty else ()
        except StorageError:
            raise
        except Exception as error:  # it asked for what cannot be stored
            raise self._failed(source, error) from error
        if not outcome.is_empty:
            await self._stored(outcome, new)

    async def store(self, outcome: Outcome) -> None:
        """Store an outcome that no handler made, and tell of it."""
        await self._stored(outcome, await self._journal.commit(outcome))

    async def _produced(self, source: Source, produce: Produce) -> Sequence[Effect]:
        try:
            async with asyncio.timeout(self._time_limit):
                return await produce()
        except (UserError, StorageError, ModelUnavailable):
            raise
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise self._failed(source, error) from error  # the handler let out a cancellation of its own making
        except Exception as error:  # the one place where everything is caught: a cog may raise anything
            raise self._failed(source, error) from error

    def _failed(self, source: Source, error: BaseException) -> HandlerFailed:
        return HandlerFailed(self._incidents.report(source.cog, source.handler, source.cause, error))
