"""What happened since the start, counted where it happens: an addition each time, no label with anybody's words."""

from bisect import bisect_left
from collections import Counter, defaultdict

from bot.domain.event import Flagged
from bot.ports.monitoring import HANDLER_SECONDS, Durations
from bot.ports.stores import Ingested, Outcome

UNKNOWN_COMMAND = ""
"""Stands for every command that there is not: what was typed is a member's word."""


STALE = "stale"
"""What came of a command that was told of long after it was given: nothing."""


class Tally:
    """Counters of one run of the bot.

    Attributes:
        events: new ones by kind.
        passed_over: what platforms told that was not new, by why.
        commands: by name and how they ended.
        posts: by platform and what came of the attempt.
        flags: by cog.
    """

    def __init__(self) -> None:
        self.events: Counter[str] = Counter()
        self.passed_over: Counter[str] = Counter()
        self.commands: Counter[tuple[str, str]] = Counter()
        self.posts: Counter[tuple[str, str]] = Counter()
        self.flags: Counter[str] = Counter()
        self._handlers: defaultdict[str, _Times] = defaultdict(_Times)

    def took(self, ingested: Ingested) -> None:
        """A platform's batch was stored."""
        self.events.update(type(envelope.event).__name__ for envelope in ingested.fresh)
        self.passed_over["duplicate"] += ingested.duplicates
        self.passed_over["ignored"] += ingested.ignored

    def stored(self, outcome: Outcome) -> None:
        """What a handler wanted was stored."""
        for event in outcome.events:
            if isinstance(event, Flagged):
                self.flags[outcome.cog] += 1

    def handled(self, cog: str, seconds: float) -> None:
        """A handler ran to its end, whatever that was."""
        self._handlers[cog].add(seconds)

    @property
    def handlers(self) -> dict[str, Durations]:
        """How long each cog's handlers took."""
        return {cog: Durations(tuple(times.counts), times.total) for cog, times in self._handlers.items()}


class _Times:
    __slots__ = ("counts", "total")

    def __init__(self) -> None:
        self.counts = [0] * (len(HANDLER_SECONDS) + 1)
        self.total = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(HANDLER_SECONDS, seconds)] += 1
        self.total += seconds
