"""How far back a summary reaches, as people write it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from bot.api import UserError

_TIME = re.compile(r"(\d{1,4})\s*([mhdw])", re.ASCII)
_NUMBER = re.compile(r"[1-9]\d{0,4}", re.ASCII)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_LONGEST = timedelta(weeks=52)


@dataclass(frozen=True, slots=True)
class Span:
    """Either a number of messages or a stretch of time, counted back from now."""

    messages: int | None = None
    time: timedelta | None = None

    @classmethod
    def parse(cls, text: str) -> Span:
        """Read "200", "24h" or "3d".

        Raises:
            UserError: it is neither, or nothing, or too long.
        """
        if _NUMBER.fullmatch(text):
            return cls(messages=int(text))
        match = _TIME.fullmatch(text.strip().lower())
        if match is None:
            raise UserError("Write how far back: a time such as 24h or 3d, or a number of messages such as 200")
        time = int(match[1]) * _UNITS[match[2]]
        if not timedelta(0) < time <= _LONGEST:
            raise UserError("A summary reaches back a year at most; write a time such as 24h or 3d")
        return cls(time=time)
