"""How long the homeserver wants to be left alone, in one room or altogether. Pure but for the clock.

An answer 429 does not say whether the room or the account is limited. It counts for its room; when a second room gets
one and nothing went through in between, it counts for the account.
"""

from bot.errors import RateLimited
from bot.ports.clock import Clock

_TIGHT_FOR = 60.0
"""Seconds after a limit of the account during which the most urgent goes first, one at a time."""


class Pacing:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rooms: dict[str, float] = {}
        self._account = float("-inf")
        self._limited_last: str | None = None

    def check(self, room: str) -> None:
        """Raises RateLimited with the time that is left."""
        left = max(self._rooms.get(room, float("-inf")), self._account) - self._clock.monotonic()
        if left > 0:
            raise RateLimited(left)

    def limited(self, room: str, seconds: float) -> None:
        """The homeserver answered 429."""
        until = self._clock.monotonic() + seconds
        self._rooms[room] = until
        if self._limited_last not in (None, room):
            self._account = until
        self._limited_last = room

    def passed(self, room: str) -> None:
        """The homeserver took something."""
        self._rooms.pop(room, None)
        self._limited_last = None

    @property
    def tight(self) -> bool:
        """Whether the account was limited a moment ago, so that it matters who goes first."""
        return self._clock.monotonic() - self._account < _TIGHT_FOR
