"""Every place where something durable or external happens, by name, so that tests can have the process die there."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum


class FaultPoint(StrEnum):
    """One per kind of write and of request to a platform; a new kind gets a point of its own."""

    CORE_UPGRADE = "core upgrade"
    COG_MIGRATION = "cog migration"
    INGEST = "ingest"
    NOTE = "note"
    COMMIT = "commit"
    FINISH = "finish"
    PRUNE = "prune"
    ERASE = "erase"
    TIDY = "tidy"
    LEASE = "lease"
    RETRY = "retry"
    RECLAIM = "reclaim"
    HASTEN = "hasten"
    APPLIED = "applied"
    FAILED = "failed"
    PLAN = "plan"
    CLAIM = "claim"
    PLATFORM_APPLY = "platform apply"
    CARRY_OVER = "carry over"
    KEEP_ASIDE = "keep aside"
    DECIDE = "decide"
    DROP_LOG = "drop log"
    PUT_IN_PLACE = "put in place"


class Phase(StrEnum):
    """Where in it; a request to a platform has no WRITTEN."""

    BEFORE = "before"
    WRITTEN = "written"
    """Every statement of the transaction has run; it is not committed yet."""
    AFTER = "after"


Watch = Callable[[FaultPoint, Phase], Awaitable[None]]

_watch: Watch | None = None


async def reached(point: FaultPoint, phase: Phase) -> None:
    """Called by the code at each point; nothing happens there unless a test watches."""
    if _watch is not None:
        await _watch(point, phase)


@contextmanager
def watched(watch: Watch) -> Iterator[None]:
    """Have `watch` called at every point inside the block."""
    global _watch  # noqa: PLW0603 - a process has one life to lose
    before, _watch = _watch, watch
    try:
        yield
    finally:
        _watch = before
