"""The composition root: builds everything from the configuration, owns the order of start and stop."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial

from bot.capabilities import capabilities
from bot.cog import Cog
from bot.commands.catalog import Catalog
from bot.config import Config
from bot.dispatch.completions import Completions
from bot.dispatch.directory import CommunityDirectory
from bot.dispatch.dispatcher import Dispatcher
from bot.dispatch.executor import Executor
from bot.dispatch.guarding.alarms import Alarms
from bot.dispatch.guarding.guards import Guards
from bot.dispatch.housekeeping import Housekeeping
from bot.dispatch.intake import Intake
from bot.dispatch.members.erasure import Erasure
from bot.dispatch.members.member_data import MemberDataView
from bot.dispatch.members.off_record import OffRecord
from bot.dispatch.members.retention import Retention
from bot.dispatch.observing.health import HealthView
from bot.dispatch.observing.measuring import Measuring
from bot.dispatch.observing.room_lag import RoomLag
from bot.dispatch.observing.tally import Tally
from bot.dispatch.runner import Runner
from bot.dispatch.safe_mode import SafeMode
from bot.dispatch.traffic import Traffic
from bot.dispatch.workers import Workers
from bot.domain.effect import OffTheRecord
from bot.domain.event import CogStarted, ErasureDue
from bot.domain.ids import MessageId, platform_of
from bot.errors import CogError, FolkmootError
from bot.inference import local_models
from bot.loading.communities import community_of
from bot.loading.loader import CogLoader
from bot.loading.settings import SettingsOverlay
from bot.log import logger, said_by
from bot.ports.clock import Clock
from bot.ports.core import Core, CoreOf
from bot.ports.models import Models
from bot.ports.platform import Platform
from bot.ports.stores import Envelope, Outcome, Reader, Store, StoredSettings
from bot.registry import Registry
from bot.scheduling import ClockWatch, Scheduler, SystemClock
from bot.storage import held, open_store, settle_restore

PlatformFactory = Callable[[CoreOf], Platform]
Observer = Callable[[Outcome], None]

_EXPORT_SHARE = 0.5
"""Of the time that a command may take, what one cog may take for its part of an export."""

_log = logger("app")


@asynccontextmanager
async def running(
    config: Config,
    platforms: Sequence[PlatformFactory],
    *,
    clock: Clock | None = None,
    models: Models | None = None,
    observe: Observer = lambda _: None,
) -> AsyncIterator["App"]:
    """A started bot; leaving the block stops it: what has begun ends, what waits stays stored.

    Args:
        config: as read from its file.
        platforms: each is given what the core offers it.
        clock: the system's unless given.
        models: the local ones unless given.
        observe: called with everything that is stored on behalf of a cog, for reports.

    Raises:
        ConfigError, CogError, StorageError: it cannot be started; the text says what to do.
    """
    async with AsyncExitStack() as stack:
        path = config.beside(config.store.path)
        stack.enter_context(held(path))
        if told := await settle_restore(path):
            _log.warning(told)
        store = await open_store(path)
        stack.push_async_callback(store.aclose)
        if models is None:
            models = await stack.enter_async_context(local_models(config.models))
        commands = Catalog(config.commands.prefix)

        def core_of(platform: str) -> Core:
            return Core(store.prompts, store.notes(platform), store.stored, commands)

        connected = [factory(core_of) for factory in platforms]
        for platform in connected:
            stack.push_async_callback(platform.aclose)
        app = App(config, store, connected, models, clock or SystemClock(), await store.settings(), observe, commands)
        stack.enter_context(app.guards.around())
        stack.push_async_callback(app.aclose)
        if config.monitoring.enabled:
            from bot.monitoring.endpoint import endpoint  # noqa: PLC0415 - a third of a second, for those who use it

            await stack.enter_async_context(endpoint(config.monitoring, app.measuring))
        await app.start()
        yield app


def settle_memory() -> None:
    """Spare the garbage collector what lives as long as the process: a full collection would hold the event loop."""
    gc.collect()
    gc.freeze()


class App:
    """The running parts and how they call each other. Made by `running`."""

    def __init__(
        self,
        config: Config,
        store: Store,
        platforms: Sequence[Platform],
        models: Models,
        clock: Clock,
        settings: StoredSettings,
        observe: Observer,
        commands: Catalog,
    ) -> None:
        self.config = config
        self.store = store
        self.models = models
        self.clock = clock
        self.tally = Tally()
        self.failures: Mapping[str, CogError] = {}
        """Enabled cogs that could not be loaded, and why."""
        self._settings = SettingsOverlay(config, settings, self._cog_types)
        self._observe = observe
        self._commands = commands
        commands.follow(lambda: self._registry().commands)
        self._platforms = list(platforms)
        self._started = False
        self._stirred = 0
        self._broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._tasks: list[asyncio.Task[None]] = []
        self._executing: list[asyncio.Task[None]] = []
        self._readers: list[asyncio.Task[None]] = []
        self.directory = CommunityDirectory(
            [community_of(section) for section in config.communities],
            store.people,
            {platform.name: platform for platform in platforms},
        )
        self._room_lag = RoomLag(lambda room: self.directory.community_of(room) is not None)
        alarms = Alarms(clock, self.directory, store.outbox, prefix=config.commands.prefix, store=self._store)
        self.guards = Guards(alarms)
        self.incidents = self.guards.incidents
        self._runner = Runner(
            store.journal,
            self.directory,
            self.incidents,
            self.tally,
            self.guards.lineage,
            time_limit=config.limits.handler_seconds,
            waiting=store.outbox.waiting_of,
            stored=self._stored,
        )
        self.workers = Workers(store.journal, clock, self._runner, broken=self._break)
        self._completions = Completions(store.journal, self.guards.lineage.finished)
        dispatcher = Dispatcher(
            store.journal,
            store.prompts,
            self.directory,
            clock,
            self._runner,
            self.tally,
            registry=self._registry,
            prefix=config.commands.prefix,
            platforms=[platform.name for platform in self._platforms],
            linked=self._linked,
            finished=self._completions.add,
            broken=self._break,
            stale_after=timedelta(hours=config.limits.command_hours),
        )
        self.traffic = Traffic(
            dispatcher.handle, self._run_errand, at_once=config.limits.at_once, capacity=config.limits.waiting
        )
        self._safe_mode = SafeMode(config.left_out, config.commands.prefix, self._registry)
        self._off_record = OffRecord(config.record.markers)
        self.intake = Intake(
            store.journal,
            clock,
            dispatcher,
            self.directory,
            self._completions,
            self._off_record,
            traffic=self.traffic,
            puts_off=self._safe_mode.puts_off,
            arrived=self._arrived,
            tally=self.tally,
            room_lag=self._room_lag,
        )
        self._erasure = Erasure(
            store.journal,
            store.records,
            self.intake,
            self._runner,
            self.directory,
            clock,
            registry=self._registry,
            at_rest=self._handlers_rested,
            erased=self._erased,
            finished=self._completions.add,
            broken=self._break,
        )
        self.scheduler = Scheduler(
            store.schedules, clock, lambda envelope: self.intake.publish([envelope]), self._is_loaded
        )
        self.clock_watch = ClockWatch(clock, self._clock_jumped)
        self.retention = Retention(store, self.directory, self.intake, clock)
        self._housekeeping = Housekeeping(
            store,
            self.retention,
            clock,
            journal_hours=config.limits.journal_hours,
            readers=self._journal_readers,
            in_doubt=lambda: self.clock_watch.in_doubt,
        )
        self.executors = [
            Executor(
                platform,
                store.outbox,
                clock,
                self.directory,
                self.incidents,
                self.tally,
                registry=self._registry,
                publish=self.guards.receipts(self.intake.publish),
                forbidden=self.guards.alarms.forbidden,
                broken=self._break,
                without=self._safe_mode.without,
                address_of=self._address,
            )
            for platform in platforms
        ]
        self._health = HealthView(
            clock,
            store.journal,
            self.workers,
            store.outbox,
            self.incidents,
            models,
            self.guards.watchdog,
            self._not_loaded,
            self._erasure.left,
            self._room_lag,
        )
        self.members = MemberDataView(
            store.records,
            self.directory,
            self._runner,
            clock,
            self._off_record,
            registry=self._registry,
            markers=config.record.markers,
            journal_hours=config.limits.journal_hours,
            time_limit=config.limits.handler_seconds * _EXPORT_SHARE,
        )
        path = config.beside(config.store.path)
        self.measuring = Measuring(self._health, store.outbox, self.incidents, self.tally, path, self.troubles)
        self.loader = CogLoader(
            [config.beside(path) for path in config.cogs.paths],
            capabilities(
                store,
                models,
                clock,
                directory=self.directory,
                settings=self._settings,
                members=self.members,
                health=self._health,
                control=lambda: self.loader,
                commands=commands,
            ),
            prepare=self._prepare,
            migrate=store.migrate_cog,
            changed=self._cogs_changed,
        )

    async def start(self) -> None:
        """Load the cogs, take up what a crash left behind, then listen."""
        await self.directory.load()  # before the cogs: they look up communities as they are made
        self.failures = await self.loader.load_all(self.config.cogs.enabled)
        if self.failures and not self.loader.registry.cogs:
            raise CogError("no cog could be loaded:\n" + "\n".join(f"  {error}" for error in self.failures.values()))
        await self.guards.take_up(self.failures)
        self._off_record.load(await self.store.records.off_record())
        await self._housekeeping.take_back()
        recovered = await self.intake.recover()
        if recovered:
            _log.info("took up where the last run stopped", events=recovered)
        self._spawn(self._completions.run, "completions")
        self.traffic.start()
        self._spawn(self.intake.catch_up, "catching up")
        self._started = True
        self._commands.changed()
        await self.workers.follow(self._safe_mode.workers())
        for name in self.loader.registry.cogs:
            await self._announce_start(name)
        if self._safe_mode.on:
            await self._runner.store(self._safe_mode.notice(self.directory, self.clock.now()))
        self._executing = [self._spawn(executor.run, "executor") for executor in self.executors]
        self._spawn(self.scheduler.run, "scheduler")
        self._spawn(self._housekeeping.run, "cleaning up")
        self._spawn(self.clock_watch.run, "watching the clock")
        self._spawn(self.guards.alarms.run, "alarms")
        self._readers = [self._spawn(partial(self.intake.run, platform), platform.name) for platform in self._platforms]

    async def wait(self) -> None:
        """Until every platform has ended.

        Raises:
            StorageError, PlatformError: what ended the bot; nothing that was stored is lost.
        """
        readers: set[asyncio.Future[None]] = set(self._readers)
        while readers:
            done, _ = await asyncio.wait({*readers, self._broken}, return_when=asyncio.FIRST_COMPLETED)
            for ended in done:
                ended.result()
            readers -= done

    async def idle(self) -> None:
        """Until nothing is left to do now: lanes, workers and outbox at rest. Later posts do not count.

        Raises:
            StorageError: the bot cannot go on.
        """
        resting = asyncio.create_task(self._rest(), name="waiting for rest")
        try:
            await asyncio.wait({resting, self._broken}, return_when=asyncio.FIRST_COMPLETED)
            if self._broken.done():
                self._broken.result()
        finally:
            resting.cancel()
            await asyncio.gather(resting, return_exceptions=True)

    async def _rest(self) -> None:
        before = -1
        while before != self._stirred:
            before = self._stirred
            await self.intake.idle()
            await self.traffic.idle()
            await self.workers.idle()
            await self.guards.alarms.idle()
            await self.scheduler.idle()
            for executor in self.executors:
                await executor.idle()
            await self._completions.idle()

    async def aclose(self) -> None:
        await _ended(self._executing)  # while the platforms can still carry out what has begun
        for platform in self._platforms:
            await platform.aclose()
        await _ended(self._tasks)
        await self.workers.aclose()
        await self.traffic.aclose()
        await self.loader.aclose()
        if not self._broken.done():
            await self._completions.flush()
            self._broken.cancel()

    def troubles(self) -> list[str]:
        """What somebody should look at, as far as it is known without asking the store."""
        found = [] if self._started else ["the bot is starting"]
        if self._broken.done():
            found.append("the bot cannot go on and is about to end; the log says why")
        found += [f"{reader.get_name()} has ended: nothing is read there" for reader in self._readers if reader.done()]
        return [*found, *(trouble for executor in self.executors if (trouble := executor.trouble()))]

    def _cog_types(self) -> list[type[Cog]]:
        return [type(loaded.cog) for loaded in self._registry().cogs.values()]

    def _linked(self, platform: str, text: str) -> MessageId | None:
        return next((one.linked(text) for one in self._platforms if one.name == platform), None)

    def _address(self, message: MessageId) -> str | None:
        platform = platform_of(message)
        return next((one.address(message) for one in self._platforms if one.name == platform), None)

    def _registry(self) -> Registry:
        return self.loader.registry

    def _not_loaded(self) -> dict[str, str]:
        failed = {name: str(error) for name, error in self.failures.items() if not self._is_loaded(name)}
        return {**self._safe_mode.reasons(), **failed}

    def _prepare(self, cog: type[Cog]) -> None:
        self._settings.section(cog)

    async def _cogs_changed(self, loaded: str | None) -> None:
        if not self._started:
            return  # the first cogs begin together: what one tells, the others must hear
        self._commands.changed()
        await self.workers.follow(self._safe_mode.workers())
        self.scheduler.poke()
        if loaded is not None:
            for errand in self._erasure.waiting_for(loaded):
                self.traffic.errands.put(loaded, errand)
            await self._announce_start(loaded)

    async def _announce_start(self, cog: str) -> None:
        now = self.clock.now()
        await self._runner.store(Outcome(cog, now, events=(CogStarted(cog, now),)))

    async def _store(self, outcome: Outcome) -> None:
        await self._runner.store(outcome)

    def _stored(self, outcome: Outcome, new: Sequence[Envelope]) -> None:
        self._stirred += 1
        self._observe(outcome)
        self._off_record.apply(outcome.preferences)
        if outcome.settings:
            self._settings.apply(outcome.settings)
        if outcome.schedules:
            self.scheduler.poke()
        if outcome.posts:
            for executor in self.executors:
                executor.wake()
        if new:
            self.intake.publish(new)

    async def _run_errand(self, envelope: Envelope) -> None:
        await self._erasure.handle(envelope)

    async def _handlers_rested(self) -> None:
        """Until every handler that is at work now has ended; what they read may be gone."""
        await self.traffic.passed()
        await self.workers.between()

    def _erased(self, due: ErasureDue, left: Sequence[Envelope]) -> None:
        self._stirred += 1
        self._off_record.apply([OffTheRecord(due.member, wanted=False)])
        self.intake.publish(left)
        for executor in self.executors:
            executor.wake()

    def _is_loaded(self, cog: str) -> bool:
        return cog in self._registry().cogs

    def _arrived(self) -> None:
        self._stirred += 1
        self.workers.wake()

    async def _clock_jumped(self, _: timedelta) -> None:
        await self._housekeeping.hasten()
        self.scheduler.poke()
        for executor in self.executors:
            executor.wake()

    def _journal_readers(self) -> list[Reader] | None:
        if self._not_loaded():
            return None  # a worker of a cog that is missing still has to read what is finished
        return [Reader(worker.cog, worker.name, worker.kind_names) for worker in self._registry().workers]

    def _break(self, error: Exception) -> None:
        """End the bot: `wait` and `idle` raise the error, and what was not stored comes again after the restart."""
        if not self._broken.done():
            ours = isinstance(error, FolkmootError)  # it says by itself what is wrong and what to do
            _log.critical("cannot go on", error=said_by(error), exc_info=None if ours else error)
            self._broken.set_exception(error)
            self._broken.exception()  # it is logged; asyncio need not complain where nobody waits any more

    def _spawn(self, work: Callable[[], Awaitable[None]], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(self._guarded(work), name=name)
        self._tasks.append(task)
        return task

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - a loop must not end in silence
            self._break(error)


async def _ended(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
