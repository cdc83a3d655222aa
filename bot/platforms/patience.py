"""How long to wait before something is tried again: longer each time, never in step with others. Pure."""

import random
from collections.abc import Callable

from bot.errors import RateLimited

SHORTEST = 1.0
LONGEST = 300.0


class Patience:
    """Pauses in seconds that double from one second to five minutes, less up to half of each by chance."""

    def __init__(self, chance: Callable[[], float] = random.random) -> None:
        self._chance = chance
        self._failures = 0

    def after(self, error: BaseException) -> float:
        """The pause before the next attempt; never shorter than a rate limit asks for."""
        step = min(LONGEST, SHORTEST * 2.0 ** min(self._failures, 16))
        self._failures += 1
        pause = max(SHORTEST, step * (1 - self._chance() / 2))
        if isinstance(error, RateLimited):
            return max(error.retry_after, 0.0) + self._chance() * SHORTEST
        return pause

    def rewarded(self) -> None:
        """It worked: the next pause is a short one again."""
        self._failures = 0
