"""Whether the bot is well, and if not, why: what /health answers."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from bot.errors import StorageError
from bot.monitoring.loop import LoopWatch
from bot.ports.monitoring import Measures, Monitored

PATIENCE = 5.0
"""Seconds after which a store that does not answer counts as failing."""

_LONGEST_LAG = 5.0
_LEAST_SPACE = 50 * 2**20


@dataclass(frozen=True, slots=True)
class Verdict:
    """Well if there is no reason against it.

    Attributes:
        reasons: what somebody should look at now.
        warnings: what works less well than it could.
        measures: None where they could not be had.
    """

    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    measures: Measures | None

    def as_json(self) -> dict[str, object]:
        told: dict[str, object] = {
            "status": "unwell" if self.reasons else "ok",
            "reasons": self.reasons,
            "warnings": self.warnings,
        }
        if self.measures is not None:
            health = self.measures.health
            told |= {
                "waiting": dict(health.waiting),
                "lag_seconds": {name: round(lag, 1) for name, lag in health.lag.items()},
                "incidents": health.incidents,
                "models": dict(health.models),
            }
        return told


async def verdict_on(bot: Monitored, loop: LoopWatch, *, lag_limit: float) -> Verdict:
    """Ask the bot how it is; `lag_limit` in seconds."""
    reasons = list(bot.troubles())
    measures: Measures | None = None
    try:
        async with asyncio.timeout(PATIENCE):
            measures = await bot.measures()
    except StorageError as error:
        reasons.append(str(error))
    except TimeoutError:
        reasons.append(f"the store did not answer within {PATIENCE:g} seconds")
    if loop.worst > _LONGEST_LAG:
        reasons.append(f"something held the event loop for {loop.worst:.0f} seconds within the last minute")
    if measures is None:
        return Verdict(tuple(reasons), (), None)
    reasons += _behind(measures, lag_limit)
    if measures.free_bytes < _LEAST_SPACE:
        reasons.append(f"only {measures.free_bytes / 2**20:.0f} MiB are free where the store lies; make room")
    return Verdict(tuple(reasons), tuple(_warnings(measures)), measures)


def _behind(measures: Measures, limit: float) -> Iterator[str]:
    for name, lag in measures.health.lag.items():
        if lag > limit:
            count = measures.health.waiting.get(name, 0)
            yield f"{name} is {lag:.0f} seconds behind with {count} waiting; [monitoring] lag_limit is {limit:g}"


def _warnings(measures: Measures) -> Iterator[str]:
    for name, why in sorted(measures.health.not_loaded.items()):
        yield f"the cog {name} is not loaded: {why}"
