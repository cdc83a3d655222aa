"""Who may do what in a room, by its version, creators and power levels. Pure.

Our own, since nio's is wrong for rooms of version 12 and after a demotion.
Source: Matrix specification 1.16, m.room.power_levels and room version 12 (creators have infinite power).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.member import Standing

CREATOR = math.inf


@dataclass(frozen=True, slots=True)
class Power:
    """Levels of a room; `of`, `may_send`, `may` and `standing` decide."""

    creators: frozenset[str] = frozenset()
    privileged_creators: bool = False
    levels: Mapping[str, Any] = field(default_factory=dict)
    """The content of m.room.power_levels; empty where the room has none."""

    def of(self, user: str) -> float:
        raise NotImplementedError

    def needed(self, action: str) -> float:
        """For "ban", "kick", "redact", "invite"."""
        raise NotImplementedError

    def needed_to_send(self, kind: str, *, state: bool = False) -> float:
        raise NotImplementedError

    def may_act_on(self, actor: str, target: str, action: str) -> bool:
        """Whether the actor may "ban", "kick" or re-level the target: enough power, and more than the target."""
        raise NotImplementedError

    def standing(self, user: str) -> Standing:
        """ADMIN: may change power levels. MODERATOR: may kick, ban and redact. TRUSTED: above the default level."""
        raise NotImplementedError
