"""Whose code is running: what a cog starts on the event loop is the cog's, and ends with it.

A cog's code is entered through `Owner.call` and `Owner.run`. Tasks that are created in there, also by libraries that
the cog uses, are the cog's; those that the core creates on its behalf (a reload that it asked for) are the core's.
"""

import asyncio
import sys
import threading
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar, copy_context
from types import FrameType
from typing import Any, ParamSpec, Protocol, TypeVar

from bot.errors import CogError
from bot.log import logger

Given = ParamSpec("Given")
Result = TypeVar("Result")
AnyTask = TypeVar("AnyTask", bound=asyncio.Task[Any])

CORE = "core"
"""The name under which the core itself answers; no cog's."""

MOST_TASKS = 1_000
"""What a cog may have running at once: far more than one that waits for its tasks ever needs."""

_GRACE = 2.0
"""Seconds in which what is cancelled may put things in order."""

_log = logger("ownership")


class Failed(Protocol):
    """Called with what a cog's own task or timer raised that nobody looked at: cog, where, error."""

    def __call__(self, cog: str, handler: str, error: BaseException, /) -> object: ...


class Owner:
    """One loaded cog, as far as the event loop is concerned.

    Args:
        cog: its name.
        grace: seconds for its tasks to end in when it is unloaded.
    """

    def __init__(self, cog: str, *, grace: float = _GRACE) -> None:
        self.cog = cog
        self._grace = grace
        self._tasks: set[OwnTask] = set()
        self._closed = False

    @property
    def tasks(self) -> "Collection[OwnTask]":
        """Its own tasks that have not ended; those in which its handlers run are not among them."""
        return frozenset(self._tasks)

    def call(self, function: Callable[Given, Result], /, *given: Given.args, **named: Given.kwargs) -> Result:
        """Call the cog's code."""
        entered = _owner.set(self)
        try:
            return function(*given, **named)
        finally:
            _owner.reset(entered)

    async def run(
        self,
        name: str,  # noqa: ARG002 - whoever looks at the stack reads it there
        handler: Callable[Given, Awaitable[Result]],
        /,
        *given: Given.args,
        **named: Given.kwargs,
    ) -> Result:
        """Await the cog's code; `name` is what the log calls it when it holds up the event loop."""
        entered = _owner.set(self)
        try:
            return await handler(*given, **named)
        except SystemExit as error:  # it would end the process
            raise CogError(f"cog '{self.cog}' asked the process to end") from error
        finally:
            _owner.reset(entered)

    def start(self, work: Coroutine[Any, Any, Any], loop: asyncio.AbstractEventLoop, **options: Any) -> "OwnTask":
        """A task of the cog's own.

        Raises:
            CogError: it has too many already, or is unloaded.
        """
        if self._closed or len(self._tasks) >= MOST_TASKS:
            work.close()
            why = "is unloaded" if self._closed else f"has {MOST_TASKS:,} tasks running"
            raise CogError(f"cog '{self.cog}' {why}: no task is started for it")
        task = OwnTask(work, self, loop, **options)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def aclose(self) -> None:
        """End its tasks and timers; whatever still runs after that is named in the log."""
        self._closed = True
        for handle in _timers_of(self, asyncio.get_running_loop()):
            handle.cancel()
        own = {task for task in self._tasks if task is not asyncio.current_task()}
        for task in await end(own, grace=self._grace):
            _log.error("a task of a cog cannot be ended", cog=self.cog, task=task.own_name)

    def name_threads(self, module: str) -> None:
        """Log each thread that is in the code of the cog, whose modules begin with `module`: none can be stopped."""
        stacks = sys._current_frames()  # noqa: SLF001 - the documented way to see other threads
        for thread in threading.enumerate():
            if thread is not threading.current_thread() and _is_inside(stacks.get(thread.ident or 0), module):
                _log.warning(
                    "a thread goes on in the code of a cog that is unloaded; only a restart ends it",
                    cog=self.cog,
                    thread=thread.name,
                )


_owner: ContextVar[Owner | None] = ContextVar("folkmoot_owner", default=None)

_DOORS = frozenset({Owner.call.__code__, Owner.run.__code__})


class OwnTask(asyncio.Task[Any]):
    """A task that a cog started."""

    def __init__(
        self, work: Coroutine[Any, Any, Any], owner: Owner, loop: asyncio.AbstractEventLoop, **options: Any
    ) -> None:
        self.owner = owner
        self._work = work
        super().__init__(owner.run(f"task {self.own_name}", lambda: work), loop=loop, **options)
        self.add_done_callback(_never_begun)

    @property
    def own_name(self) -> str:
        """What the cog's author calls it: the coroutine's name, the same for each task of its kind."""
        return getattr(self._work, "__qualname__", type(self._work).__name__)


def _never_begun(task: asyncio.Task[Any]) -> None:
    """One that is cancelled before its first turn leaves a coroutine that Python would warn about."""
    if isinstance(task, OwnTask):
        with suppress(RuntimeError):
            task._work.close()  # noqa: SLF001 - its own


async def end(tasks: Collection[AnyTask], *, grace: float = _GRACE) -> Collection[AnyTask]:
    """Cancel tasks and wait for their end; gives those that cannot be ended.

    One that swallows its cancellation for longer than `grace` seconds is closed where it stands.
    """
    if not tasks:
        return ()
    for task in tasks:
        task.cancel()
    _, stubborn = await asyncio.wait(tasks, timeout=grace)
    for task in stubborn:
        _close(task)
    if stubborn:
        ended, stubborn = await asyncio.wait(stubborn, timeout=grace)
        for task in ended:
            task.cancelled() or task.exception()  # that it was closed is no news
    return stubborn


def _close(task: asyncio.Task[Any]) -> None:
    """Its coroutine ends at the point where it waits; the task then finds nothing to go on with."""
    work = task.get_coro()
    with suppress(Exception):  # what its last words raise, or that it ignored this too
        if isinstance(work, Coroutine):
            work.close()
    task.cancel()


@contextmanager
def owned_tasks(failed: Failed) -> Iterator[None]:
    """While the block lasts, tasks on the running loop have owners, and what theirs raise unseen goes to `failed`."""
    loop = asyncio.get_running_loop()
    factory, handler = loop.get_task_factory(), loop.get_exception_handler()

    def make(loop: asyncio.AbstractEventLoop, work: Any, **options: Any) -> asyncio.Future[Any]:
        owner = _owner.get()
        if owner is not None and _by_a_cog():
            return owner.start(work, loop, **options)
        if owner is not None and "context" not in options:
            options["context"] = copy_context()
            options["context"].run(_owner.set, None)
        return asyncio.Task(work, loop=loop, **options) if factory is None else factory(loop, work, **options)

    def unseen(loop: asyncio.AbstractEventLoop, found: dict[str, Any]) -> None:
        owner, error = _blamed(found), found.get("exception")
        if owner is not None and isinstance(error, BaseException):
            failed(owner.cog, _where(found), error)
        elif handler is not None:
            handler(loop, found)
        else:
            loop.default_exception_handler(found)

    loop.set_task_factory(make)
    loop.set_exception_handler(unseen)
    try:
        yield
    finally:
        loop.set_task_factory(factory)
        loop.set_exception_handler(handler)


def running_cog(frame: FrameType | None) -> tuple[str, str] | None:
    """(cog, handler) whose code a stack stands in; any thread may ask."""
    while frame is not None:
        if frame.f_code in _DOORS:
            return frame.f_locals["self"].cog, str(frame.f_locals.get("name", "its constructor"))
        frame = frame.f_back
    return None


def _by_a_cog() -> bool:
    """Whether a cog's code asks for a task: going down the stack, it is entered before the core is met."""
    frame: FrameType | None = sys._getframe(2)  # noqa: SLF001 - past this and the factory
    while frame is not None and frame.f_code not in _DOORS:
        if frame.f_globals.get("__name__", "").startswith("bot."):
            return False
        frame = frame.f_back
    return True


def _blamed(found: dict[str, Any]) -> Owner | None:
    """Whose task or callback an error of the loop came from."""
    task = found.get("future") or found.get("task")
    if isinstance(task, OwnTask):
        return task.owner
    return _owner_of(found.get("handle"))


def _where(found: dict[str, Any]) -> str:
    task = found.get("future") or found.get("task")
    return f"task {task.own_name}" if isinstance(task, OwnTask) else "a timer or callback"


def _owner_of(handle: object) -> Owner | None:
    context = getattr(handle, "_context", None)  # public only from Python 3.12 on
    return context.get(_owner) if context is not None else None


def _timers_of(owner: Owner, loop: asyncio.AbstractEventLoop) -> list[asyncio.Handle]:
    """What the cog put before the loop with `call_later` or `call_soon`, save what asyncio itself waits with.

    A loop that does not show what waits, as uvloop, gives none: such timers still fire.
    """
    waiting = [*getattr(loop, "_scheduled", ()), *getattr(loop, "_ready", ())]
    return [handle for handle in waiting if _owner_of(handle) is owner and not _of_asyncio(handle)]


def _of_asyncio(handle: object) -> bool:
    callback = getattr(handle, "_callback", None)
    if isinstance(getattr(callback, "__self__", None), asyncio.Future):
        return True
    module = getattr(callback, "__module__", None) or type(callback).__module__
    return module.partition(".")[0] in {"asyncio", "_asyncio"}


def _is_inside(frame: FrameType | None, module: str) -> bool:
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if name == module or name.startswith(f"{module}."):
            return True
        frame = frame.f_back
    return False
