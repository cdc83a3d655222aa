"""How soon a member may give a costly command again."""

from collections import OrderedDict
from datetime import datetime, timedelta

from bot.commands.spec import CommandSpec
from bot.domain.ids import MemberId

_MOST_REMEMBERED = 10_000


class Cooldowns:
    """Last uses by member and command, the newest ten thousand; a restart forgets them."""

    def __init__(self) -> None:
        self._last: OrderedDict[tuple[MemberId, str], datetime] = OrderedDict()

    def wait(self, spec: CommandSpec, caller: MemberId, now: datetime) -> timedelta | None:
        """How long the member must still wait; None starts the cooldown and lets the command through."""
        if not spec.mark.cooldown:
            return None
        key = (caller, spec.name)
        last = self._last.get(key)
        if last is not None and timedelta(0) <= now - last < spec.mark.cooldown:
            return spec.mark.cooldown - (now - last)
        self._last[key] = now
        self._last.move_to_end(key)
        if len(self._last) > _MOST_REMEMBERED:
            self._last.popitem(last=False)
        return None
