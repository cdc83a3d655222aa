"""One thread per model: what runs there never holds the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from bot.errors import InferenceError

Result = TypeVar("Result")

MOST_WAITING = 64
_STOPPED = "the model was stopped"


class ModelThread:
    """Runs calls one after the other, in the order of asking; callers beyond the limit wait for room."""

    def __init__(self, name: str, *, most_waiting: int = MOST_WAITING) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._room = asyncio.Semaphore(most_waiting)
        self._calls: set[asyncio.Future[Any]] = set()
        self._closed = False

    async def run(self, call: Callable[[], Result]) -> Result:
        """The call's result, or what it raised.

        Raises:
            InferenceError: the thread is closed, or was before the call's turn came.
        """
        async with self._room:
            if self._closed:
                raise InferenceError(_STOPPED)
            future = asyncio.get_running_loop().run_in_executor(self._executor, call)
            self._calls.add(future)
            future.add_done_callback(self._calls.discard)
            try:
                await asyncio.wait([future])
            finally:
                future.cancel()  # a caller who left wants no turn any more; what is done stays done
        if future.cancelled():
            raise InferenceError(_STOPPED)
        return future.result()

    async def aclose(self) -> None:
        """Let the call that runs end where somebody still waits for it; drop the others.

        Nothing here waits in a thread of its own: a model at work must not hold up the end of the process.
        """
        self._closed = True
        self._executor.shutdown(wait=False, cancel_futures=True)
        if self._calls:
            await asyncio.wait(self._calls)
