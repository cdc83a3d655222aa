"""What the endpoint for health and metrics asks of the running bot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.ports.knowledge import Health

HANDLER_SECONDS = (0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0)
"""Upper bounds between which handlers' times are counted."""


@dataclass(frozen=True, slots=True)
class Durations:
    """How often something took how long.

    Attributes:
        counts: one for each bound, and one for what took longer than all of them.
        seconds: all of them together.
    """

    counts: tuple[int, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Measures:
    """What was counted since the start, and what is now. No key holds anything that a member chose.

    Attributes:
        events: new events by kind.
        passed_over: events that were not new, by why.
        commands: by (name, how it ended): answered, refused, failed, stale; the name is empty for
            "unknown".
        posts: by (platform, what came of the attempt): applied, failed, unknown, retried.
        store_bytes: by file: store, log.
        free_bytes: on the store's disk.
    """

    health: Health
    events: Mapping[str, int]
    passed_over: Mapping[str, int]
    commands: Mapping[tuple[str, str], int]
    posts: Mapping[tuple[str, str], int]
    posts_waiting: Mapping[str, int]
    flags: Mapping[str, int]
    incidents: Mapping[str, int]
    handlers: Mapping[str, Durations]
    store_bytes: Mapping[str, int]
    free_bytes: int


class Monitored(Protocol):
    """A bot that can be asked how it is."""

    async def measures(self) -> Measures:
        """Count now.

        Raises:
            StorageError: the store does not answer.
        """
        ...

    def troubles(self) -> Sequence[str]:
        """What somebody should look at, in words; known without asking the store."""
        ...
