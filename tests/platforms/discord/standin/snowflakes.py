"""Time and ids of the stand-in: Discord's numbers grow with time, and its clock can be set ahead."""

from datetime import UTC, datetime, timedelta

EPOCH = 1_420_070_400_000
"""Milliseconds of Discord's epoch, the first second of 2015."""


class Time:
    """The real clock plus what a test has set it ahead by; ids made later are greater."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._newest = 0
        self._count = 0

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def advance(self, seconds: float) -> None:
        """Tokens of interactions run out, time-outs end, posts become old."""
        self._ahead += timedelta(seconds=seconds)

    def new_id(self, at: datetime | None = None, shard: tuple[int, int] | None = None) -> int:
        """`shard`: (number, count) of the shard that a server of this id belongs to."""
        milliseconds = int((at or self.now()).timestamp() * 1000) - EPOCH
        if at is None:
            self._newest = milliseconds = max(milliseconds, self._newest)
        self._count += 1
        while shard is not None and milliseconds % shard[1] != shard[0]:
            milliseconds += 1
        return milliseconds << 22 | self._count & 0x3FFFFF


def time_of(identity: int) -> datetime:
    return datetime.fromtimestamp(((identity >> 22) + EPOCH) / 1000, UTC)


def written(moment: datetime | None) -> str | None:
    """As Discord writes it: microseconds and offset."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="microseconds")
