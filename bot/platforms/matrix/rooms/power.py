"""Who may do what in a room, by its version, creators and power levels. Pure.

Our own, since nio's is wrong for rooms of version 12 and after a demotion.
Source: Matrix specification 1.16, m.room.power_levels and room version 12 (creators have infinite power).
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.member import Standing
from bot.platforms.matrix.fields import mapping

CREATOR = math.inf

LEVELS = "m.room.power_levels"

_FIRST_PRIVILEGED = 12
_FIRST_INTEGERS_ONLY = 10
_FIRST_CREATOR_IS_SENDER = 11
_LONGEST_VERSION = 3
_ORDINARY_CREATOR = 100
_STATE_DEFAULT = 50
_NEEDED = {"ban": 50, "kick": 50, "redact": 50, "invite": 0}
_WRITTEN = re.compile(r"\s*[+-]?[0-9]{1,40}\s*")


@dataclass(frozen=True, slots=True)
class Power:
    """Levels of a room; `of`, `needed`, `may_act_on` and `standing` decide.

    Attributes:
        privileged_creators: their power is infinite, whatever the levels say (rooms from version 12 on).
        integers_only: a level that is no integer counts for nothing (rooms from version 10 on).
    """

    creators: frozenset[str] = frozenset()
    privileged_creators: bool = False
    levels: Mapping[str, Any] = field(default_factory=dict)
    """The content of m.room.power_levels; empty where the room has none."""
    integers_only: bool = False

    def of(self, user: str) -> float:
        if user in self.creators and (self.privileged_creators or not self.levels):
            return CREATOR if self.privileged_creators else _ORDINARY_CREATOR
        level = self._level(mapping(self.levels.get("users")).get(user))
        return self.default if level is None else level

    @property
    def default(self) -> float:
        """Of whom the room says nothing."""
        return self._or("users_default", 0)

    def needed(self, action: str) -> float:
        """For "ban", "kick", "redact", "invite"."""
        return self._or(action, _NEEDED[action])

    def needed_to_send(self, kind: str, *, state: bool = False) -> float:
        level = self._level(mapping(self.levels.get("events")).get(kind))
        if level is not None:
            return level
        if state:
            return self._or("state_default", _STATE_DEFAULT if self.levels else 0)
        return self._or("events_default", 0)

    def may_send(self, user: str, kind: str, *, state: bool = False) -> bool:
        return self.of(user) >= self.needed_to_send(kind, state=state)

    def may(self, user: str, action: str) -> bool:
        """For "ban", "kick", "unban", "redact" (what others wrote) and "invite", whoever it is aimed at."""
        if action == "unban":
            return self.may(user, "ban") and self.may(user, "kick")
        if action == "redact" and not self.may_send(user, "m.room.redaction"):
            return False
        return self.of(user) >= self.needed(action)

    def may_act_on(self, actor: str, target: str, action: str) -> bool:
        """Whether the actor may "ban", "unban", "kick" or "level" the target: enough power, and more than the target.

        To "redact" what somebody wrote, enough power is enough. Nobody has more than a privileged creator.
        """
        if action == "redact":
            return self.may(actor, action)
        allowed = self.may_send(actor, LEVELS, state=True) if action == "level" else self.may(actor, action)
        return allowed and self.of(actor) > self.of(target)

    def standing(self, user: str) -> Standing:
        """ADMIN: may change power levels. MODERATOR: may kick, ban and redact. TRUSTED: above the default level.

        Whoever has no more than everybody has no standing, however much a room lets everybody do.
        """
        if self.of(user) <= self.default:
            return Standing.MEMBER
        if self.may_send(user, LEVELS, state=True):
            return Standing.ADMIN
        moderates = all(self.may(user, action) for action in ("kick", "ban", "redact"))
        return Standing.MODERATOR if moderates else Standing.TRUSTED

    def _or(self, name: str, otherwise: float) -> float:
        level = self._level(self.levels.get(name))
        return otherwise if level is None else level

    def _level(self, value: Any) -> float | None:
        """A level as written; older rooms also know numbers in texts and fractions, which are cut off."""
        if isinstance(value, bool):
            return None
        if isinstance(value, int):
            return value
        if self.integers_only:
            return None
        if isinstance(value, str):
            return int(value) if _WRITTEN.fullmatch(value) else None
        return int(value) if isinstance(value, float) and math.isfinite(value) else None


def power_of(version: str, create: Mapping[str, Any], sender: str, levels: Mapping[str, Any] | None) -> Power:
    """The power of a room by its create event (content and sender) and its power levels; None: it has none."""
    number = _number(version)
    creator = create.get("creator")
    first = creator if isinstance(creator, str) and creator and number < _FIRST_CREATOR_IS_SENDER else sender
    creators = {first} if first else set()
    privileged = number >= _FIRST_PRIVILEGED
    more = create.get("additional_creators")
    if privileged and isinstance(more, list):
        creators |= {user for user in more if isinstance(user, str)}
    # An event without anything in it is not the same as no event.
    written = {} if levels is None else levels or {"users": {}}
    return Power(frozenset(creators), privileged, written, number >= _FIRST_INTEGERS_ONLY)


def _number(version: str) -> int:
    """Of a version that the specification does not list: ours is no reason to think anybody's power infinite."""
    known = version.isascii() and version.isdecimal() and len(version) <= _LONGEST_VERSION
    return int(version) if known else _FIRST_PRIVILEGED - 1
