"""Detached workers: long work over stored events, oldest first, with a stored cursor."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from bot.dispatch.outcome import Source, effects_of
from bot.dispatch.runner import HandlerFailed, Runner
from bot.domain.effect import Effect
from bot.errors import ModelUnavailable, UserError
from bot.log import logger
from bot.ports.clock import Clock
from bot.ports.stores import Envelope, Journal, Outcome
from bot.registry import Worker

_PAUSE_WITHOUT_MODEL = 60.0

_log = logger("workers")


class DetachedWorker:
    """One worker's loop. A batch that fails is tried again event by event; one that fails alone is passed over."""

    def __init__(self, worker: Worker, journal: Journal, clock: Clock, runner: Runner) -> None:
        self.worker = worker
        self._journal = journal
        self._clock = clock
        self._runner = runner
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._between = asyncio.Event()
        self._between.set()
        self._without_model = False

    def wake(self) -> None:
        """There may be something new to work on."""
        if not self._without_model:
            self._idle.clear()
        self._wake.set()

    async def idle(self) -> None:
        await self._idle.wait()

    async def between(self) -> None:
        """Wait until no batch is in hand: what comes next is read from the store as it is then."""
        await self._between.wait()

    async def backlog(self) -> tuple[int, datetime | None]:
        return await self._journal.backlog(self.worker.cog, self.worker.name, self.worker.kind_names)

    async def run(self) -> None:
        cursor = await self._journal.cursor(self.worker.cog, self.worker.name)
        try:
            while True:
                cursor = await self._round(cursor)
        finally:  # nobody need wait for a worker that has ended
            self._idle.set()
            self._between.set()

    async def _round(self, cursor: int) -> int:
        self._wake.clear()
        self._between.clear()
        envelopes = await self._journal.after(cursor, self.worker.kind_names, self.worker.batch)
        if envelopes:
            reached = await self._advance(envelopes, cursor)
            self._between.set()
            return reached
        self._between.set()
        if not self._wake.is_set():
            self._idle.set()
            await self._wake.wait()
        return cursor

    async def _advance(self, envelopes: Sequence[Envelope], cursor: int) -> int:
        """Work on a batch; gives the number up to which nothing is left to do."""
        try:
            await self._work(envelopes)
        except ModelUnavailable:
            await self._wait_for_model()
            return cursor
        except (HandlerFailed, UserError):
            if len(envelopes) > 1:
                return await self._one_by_one(envelopes, cursor)
            await self._pass_over(envelopes[0])
        return envelopes[-1].number

    async def _wait_for_model(self) -> None:
        _log.warning("waiting for a model", cog=self.worker.cog, worker=self.worker.name)
        self._without_model = True
        self._idle.set()
        self._between.set()
        await self._clock.sleep(_PAUSE_WITHOUT_MODEL)
        self._without_model = False
        self._idle.clear()

    async def _one_by_one(self, envelopes: Sequence[Envelope], cursor: int) -> int:
        for envelope in envelopes:
            reached = await self._advance([envelope], cursor)
            if reached < envelope.number:
                break
            cursor = reached
        return cursor

    async def _work(self, envelopes: Sequence[Envelope]) -> None:
        async def produce() -> Sequence[Effect]:
            return effects_of(await self.worker.handle([envelope.event for envelope in envelopes]))

        last = envelopes[-1].number
        source = Source(self.worker.cog, self.worker.name, last, self._clock.now())
        await self._runner.run(source, produce, cursor=(self.worker.name, last))

    async def _pass_over(self, envelope: Envelope) -> None:
        cursor = (self.worker.name, envelope.number)
        await self._runner.store(Outcome(self.worker.cog, self._clock.now(), cursor=cursor))
        _log.error("event passed over", cog=self.worker.cog, worker=self.worker.name, number=envelope.number)


class Workers:
    """The running workers of the current registry."""

    def __init__(self, journal: Journal, clock: Clock, runner: Runner, *, broken: Callable[[Exception], None]) -> None:
        self._journal = journal
        self._clock = clock
        self._runner = runner
        self._broken = broken
        self._running: dict[tuple[str, str], tuple[DetachedWorker, asyncio.Task[None]]] = {}

    def wake(self) -> None:
        for worker, _ in self._running.values():
            worker.wake()

    def all(self) -> list[DetachedWorker]:
        return [worker for worker, _ in self._running.values()]

    async def idle(self) -> None:
        for worker in self.all():
            await worker.idle()

    async def between(self) -> None:
        """Wait until each worker is done with the batch that it has in hand."""
        for worker in self.all():
            await worker.between()

    async def follow(self, wanted: Sequence[Worker]) -> None:
        """Stop what is no longer declared, or declared anew, and start what is."""
        by_name = {(worker.cog, worker.name): worker for worker in wanted}
        for name, (running, _) in list(self._running.items()):
            if running.worker is not by_name.get(name):
                await self._stop(name)
        for name, worker in by_name.items():
            if name not in self._running:
                detached = DetachedWorker(worker, self._journal, self._clock, self._runner)
                task = asyncio.create_task(self._guarded(detached), name=f"worker {name}")
                self._running[name] = (detached, task)

    async def aclose(self) -> None:
        for name in list(self._running):
            await self._stop(name)

    async def _stop(self, name: tuple[str, str]) -> None:
        _, task = self._running.pop(name)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _guarded(self, worker: DetachedWorker) -> None:
        try:
            await worker.run()
        except Exception as error:  # noqa: BLE001 - a loop must not end in silence
            self._broken(error)
