"""A measure in every room of a community: where it worked, where it did not and why."""

from collections.abc import Awaitable, Callable

from bot.domain.effect import Sanction
from bot.domain.text import harmless
from bot.errors import Forbidden, Gone, PlatformError, Unsupported
from bot.platforms.matrix import names
from bot.platforms.matrix.connection.refusals import Refused
from bot.platforms.matrix.options import Options
from bot.platforms.matrix.outgoing.powers import room_name, shown
from bot.platforms.matrix.rooms.power import CREATOR, Power
from bot.platforms.matrix.rooms.rooms import Rooms
from bot.ports.platform import Receipt

_LONGEST_REASON = 400

_WORDS = {"ban": "ban members", "unban": "lift bans", "kick": "remove members", "level": "time members out"}


class Places:
    def __init__(self, own: str, rooms: Rooms, options: Options) -> None:
        self._own, self._rooms, self._options = own, rooms, options

    def of(self, effect: Sanction) -> list[str]:
        """The rooms of the community that the bot is in, the effect's own first.

        Raises:
            Gone: there is none.
        """
        home = names.conversation_id(names.place_of(effect.conversation).room)
        together = sorted(self._options.together_with(home), key=lambda room: (room != home, room))
        every = dict.fromkeys(self._rooms.current(names.place_of(room).room) for room in together)
        joined = [room for room in every if self._rooms.get(room) is not None]
        if not joined:
            raise Gone("the bot is not in that room (any more)")
        return joined

    async def everywhere(self, effect: Sanction, act: Callable[[str], Awaitable[bool]], idle: str) -> Receipt:
        """Do it in each room; `act` says whether there was anything to do, `idle` what is said where there never was.

        Raises:
            Forbidden, Gone, Refused: it worked nowhere, and here is why.
            RateLimited, Unavailable: try again; what is done by then is not done twice.
        """
        done: list[str] = []
        refused: list[tuple[str, PlatformError]] = []
        rooms = self.of(effect)
        for room in rooms:
            try:
                if await act(room):
                    done.append(room)
            except (Forbidden, Gone, Refused) as error:
                refused.append((room, error))
        if not done and refused:
            raise refused[0][1]
        worked = ", ".join(room_name(self._rooms, room) for room in done)
        parts = [f"in {worked}"] if done and len(rooms) > 1 else [] if done else [idle]
        parts += [f"not in {room_name(self._rooms, room)}: {_why(error)}" for room, error in refused]
        return Receipt(note="; ".join(parts))

    def may(self, room: str, user: str, action: str, power: Power | None = None) -> None:
        """Raises Forbidden where the bot lacks the power; `power`: as it stands, if it is known better."""
        known = self._rooms.get(room)
        if known is None:
            raise Gone("the bot is not in that room (any more)")
        found = power or known.power
        if not found.may_act_on(self._own, user, action):
            raise self.forbidden(room, user, action, found)

    def forbidden(self, room: str, user: str, action: str, power: Power) -> Forbidden:
        return Forbidden(_WORDS[action], room_name(self._rooms, room), _lacking(power, self._own, user, action))


def _lacking(power: Power, own: str, user: str, action: str) -> str:
    """The power that the bot lacks."""
    if action == "level":
        wanted = [("m.room.power_levels", power.needed_to_send("m.room.power_levels", state=True))]
    else:
        wanted = [(each, power.needed(each)) for each in (("ban", "kick") if action == "unban" else (action,))]
    for what, level in wanted:
        if power.of(own) < level:
            return f"power {shown(level)} ({what})"
    if power.of(user) == CREATOR:
        return "more power than the room's creator, which nobody has"
    return f"more power than the member, who has {shown(power.of(user))}"


def _why(error: PlatformError) -> str:
    return f"the bot needs {error.permission}" if isinstance(error, Forbidden) else str(error)


def reason_of(effect: Sanction) -> str:
    """What the room's own log shows: the rule, the reason and the case."""
    case = f" (case {effect.case})" if effect.case is not None else ""
    words = " ".join(harmless(f"{effect.ground.rule}: {effect.ground.reason}").split())
    return f"{words[:_LONGEST_REASON]}{case}"


def against_itself() -> Unsupported:
    return Unsupported("the bot takes no measures against itself")
