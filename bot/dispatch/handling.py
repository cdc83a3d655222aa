"""A handler in a task of its own: it ends in time, even where it will not, and takes nobody with it."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from bot.ownership import end

Result = TypeVar("Result")

_GRACE = 2.0

_abandoned: set[asyncio.Task[object]] = set()
"""Handlers that wait for what never ends and cannot be stopped; kept, so that Python does not complain of them."""


async def ended(work: Awaitable[Result], *, name: str, seconds: float) -> asyncio.Task[Result]:
    """Await a handler; gives its ended task, whose result may be anything that the handler raised.

    Raises:
        TimeoutError: it took longer than `seconds` and was stopped. One that swallows its cancellation is closed after
            a grace; whatever it returns after all does not count.
    """
    task = asyncio.create_task(_awaited(work), name=name)
    try:
        done, _ = await asyncio.wait([task], timeout=seconds)
    except asyncio.CancelledError:
        await _stop(task, seconds)
        raise
    if done:
        return task
    await _stop(task, seconds)
    raise TimeoutError


async def _awaited(work: Awaitable[Result]) -> Result:
    return await work


async def _stop(task: asyncio.Task[Result], seconds: float) -> None:
    for left in await end([task], grace=min(seconds, _GRACE)):
        _abandoned.add(left)
        left.add_done_callback(_abandoned.discard)
    if task.done() and not task.cancelled():
        task.exception()  # seen: what it raised while it was stopped is no news
