"""What the bot may do in a room, and which level it needs for the rest, with where Element sets it. Pure."""

import math
from collections.abc import Iterator

from bot.platforms.found import Found, mend, note, ok
from bot.platforms.matrix.rooms.power import LEVELS, Power

_MODERATOR, _ADMIN = 50, 100
_POSTS = {"write": "m.room.message", "set reactions": "m.reaction"}
_MEASURES = {"hide messages": "redact", "kick": "kick", "ban": "ban", "invite": "invite"}


def power_found(subject: str, power: Power, user: str, *, review: bool, encrypted: bool) -> Iterator[Found]:
    """What is missing; `review`: in a room for moderators nobody is sent away, so writing is enough there."""
    own = power.of(user)
    posts = {**_POSTS, "write": "m.room.encrypted"} if encrypted else _POSTS
    mute = {what: power.needed_to_send(kind) for what, kind in posts.items()}
    silent = {what: level for what, level in mute.items() if own < level}
    if silent:
        yield mend(
            subject, f"the bot has power {shown(own)} and cannot {_listed(silent)}. {give(max(silent.values()))}"
        )
    if review:
        if not silent:
            yield ok(subject, f"the bot has power {shown(own)} and can write and set reactions")
        return
    needed = _needed(power)
    lacking = {what: level for what, level in needed.items() if own < level}
    if not lacking:
        yield ok(
            subject,
            f"the bot has power {shown(own)}: it can hide messages, kick, ban and time out those who have less",
        )
        return
    most = {what: level for what, level in lacking.items() if what != "time out"}
    words = f"the bot has power {shown(own)} and cannot {_listed(lacking)}."
    if most:
        words = f"{words} {give(max(most.values()))}"
    if "time out" in lacking:
        words += (
            f" A timeout lowers somebody's power level: it needs {shown(lacking['time out'])}"
            f"{_as_role(lacking['time out'])}; without it everything else works, and a timeout says why it does not"
        )
    yield note(subject, words)


def _needed(power: Power) -> dict[str, float]:
    needed = {what: power.needed(action) for what, action in _MEASURES.items()}
    needed["hide messages"] = max(needed["hide messages"], power.needed_to_send("m.room.redaction"))
    needed["time out"] = power.needed_to_send(LEVELS, state=True)
    return needed


def give(level: float) -> str:
    """How somebody gives the bot a level with Element."""
    if level == math.inf:
        return "No level is high enough."
    role = {0: "Default", _MODERATOR: "Moderator", _ADMIN: "Admin"}.get(int(level))
    chosen = f"{role} ({shown(level)})" if role else f"Custom level {shown(level)}"
    return (
        f"Give it {shown(level)}: in Element open the room, Room info, People, the bot, and set its role to {chosen}."
    )


def shown(level: float) -> str:
    return "without bounds, as the room's creator" if level == math.inf else f"{level:g}"


def _as_role(level: float) -> str:
    return f", {'Admin' if level == _ADMIN else 'Moderator'} in Element" if level in {_MODERATOR, _ADMIN} else ""


def _listed(levels: dict[str, float]) -> str:
    parts = [f"{what} (needs {shown(level)})" for what, level in levels.items()]
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} or {parts[-1]}"
