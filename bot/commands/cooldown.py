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
        """How long the member must still wait; None if not at all."""
        last = self._last.get((caller, spec.name))
        if last is None or not timedelta(0) <= now - last < spec.mark.cooldown:
            return None
        return spec.mark.cooldown - (now - last)

    def start(self, spec: CommandSpec, caller: MemberId, now: datetime) -> None:
        """The command is being carried out: from now on the member waits."""
        if not spec.mark.cooldown:
            return
        self._last[caller, spec.name] = now
        self._last.move_to_end((caller, spec.name))
        if len(self._last) > _MOST_REMEMBERED:
            self._last.popitem(last=False)

    def cancel(self, spec: CommandSpec, caller: MemberId) -> None:
        """It could not be carried out: the member need not wait."""
        self._last.pop((caller, spec.name), None)
