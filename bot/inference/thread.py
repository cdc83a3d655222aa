"""One thread per model: what runs there never holds the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from bot.errors import InferenceError

Result = TypeVar("Result")

MOST_WAITING = 64


class ModelThread:
    """Runs calls one after the other, in the order of asking; callers beyond the limit wait for room."""

    def __init__(self, name: str, *, most_waiting: int = MOST_WAITING) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._room = asyncio.Semaphore(most_waiting)

    async def run(self, call: Callable[[], Result]) -> Result:
        """The call's result, or what it raised.

        Raises:
            InferenceError: the thread is closed.
        """
        async with self._room:
            try:
                future = asyncio.get_running_loop().run_in_executor(self._executor, call)
            except RuntimeError as error:
                raise InferenceError("the model was stopped") from error
            return await future

    async def aclose(self) -> None:
        """Let the call that runs end; drop the others."""
        await asyncio.to_thread(self._executor.shutdown, wait=True, cancel_futures=True)
