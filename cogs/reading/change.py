"""What `!weekly` was asked to do: "off", or when, in which zone, in which room."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.api import UserError

_TIME = re.compile(r"\d{1,2}:\d{2}", re.ASCII)
_CRON_FIELDS = 5
_ZONE_AND_ROOM = 2


@dataclass(frozen=True, slots=True)
class Change:
    """`zone` and `room` are empty where nobody said; an empty `rule` means off."""

    rule: str
    zone: str = ""
    room: str = ""

    @classmethod
    def parse(cls, text: str) -> Change:
        """Read "off" or "RULE [ZONE] [#ROOM]"; what the parts mean is looked up later.

        Raises:
            UserError: more than a rule, a zone and a room.
        """
        before, mark, name = text.replace("<#", "#").partition("#")
        words = before.split()
        if words == ["off"] and not mark:
            return cls("")
        end = _end_of_rule(words)
        rule, rest = " ".join(words[:end]), words[end:]
        if not mark:
            # A room may also be given by its id, platform:id, or by its name alone behind a zone.
            name = next((word for word in rest if ":" in word), rest[1] if len(rest) == _ZONE_AND_ROOM else "")
            rest = [word for word in rest if word != name]
        if not rule or len(rest) > 1:
            raise UserError("Write when, and if need be the time zone and the room: mon 18:00 Europe/Berlin #politics")
        return cls(rule, "".join(rest), name.strip(" >"))


def _end_of_rule(words: list[str]) -> int:
    """A rule ends with its time of day; a cron rule has five fields; anything else is taken whole, to be refused."""
    if words and words[0][0] in "*0123456789":
        return _CRON_FIELDS
    return next((place for place, word in enumerate(words, start=1) if _TIME.fullmatch(word)), len(words))
