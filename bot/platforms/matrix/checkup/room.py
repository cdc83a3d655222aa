"""One configured room: whether the bot is in it, what it is like, who can read a review room."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import PlatformError, RateLimited, Revoked, Unavailable
from bot.platforms.found import Found, mend, note, ok
from bot.platforms.matrix.checkup.power import power_found
from bot.platforms.matrix.connection.asking import Asking
from bot.platforms.matrix.connection.paths import v3
from bot.platforms.matrix.rooms.room import Room

_STATE = (
    "m.room.create",
    "m.room.power_levels",
    "m.room.name",
    "m.room.canonical_alias",
    "m.room.encryption",
    "m.room.join_rules",
    "m.room.tombstone",
)
_LONGEST_LINE = 10
_OPEN_RULES = {
    "public": "everybody can join it",
    "restricted": "everybody in another room or space can join it",
    "knock_restricted": "everybody in another room or space can join it",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A room as the account sees it.

    Attributes:
        membership: of the bot: "join", "invite", "leave"; None: it is told nothing, as somebody who was never there or
            is banned.
        since: when it joined, or last changed its name there, in the server's milliseconds.
        join_rule, history: contents of the state events, as far as they make sense.
    """

    room: Room
    membership: str | None = None
    since: int = 0
    join_rule: str = "invite"
    history: str = "shared"
    guests: bool = False


async def look_at(homeserver: Asking, room: str, user: str) -> Seen:
    """Asks for single pieces of state: all of it would hold every member of a large room.

    Raises:
        Unavailable, RateLimited, Revoked: as `Asking.ask`.
    """
    seen = Room(room, own=user)
    own = await _state(homeserver, room, "m.room.member", user)
    membership = _text(own, "membership")
    if own is None or membership != "join":
        return Seen(seen, membership)
    for kind in _STATE:
        event = await _state(homeserver, room, kind)
        if event is not None:
            seen.apply(event)
    since = own.get("origin_server_ts")
    return Seen(
        seen,
        membership,
        since if isinstance(since, int) else 0,
        _text(await _state(homeserver, room, "m.room.join_rules"), "join_rule") or "invite",
        _text(await _state(homeserver, room, "m.room.history_visibility"), "history_visibility") or "shared",
        _text(await _state(homeserver, room, "m.room.guest_access"), "guest_access") == "can_join",
    )


async def look_along(homeserver: Asking, room: str, user: str) -> list[Seen]:
    """The room and those that it was upgraded to, as far as the bot is in them. Raises as `look_at`."""
    line = [await look_at(homeserver, room, user)]
    while (following := line[-1].room.replaced_by) and len(line) < _LONGEST_LINE:
        line.append(await look_at(homeserver, following, user))
    return line


async def _state(homeserver: Asking, room: str, kind: str, key: str = "") -> dict[str, Any] | None:
    """The event; None where there is none or the bot may not know."""
    try:
        answer = await homeserver.ask("GET", v3("rooms", room, "state", kind, key), query={"format": "event"})
    except (Unavailable, RateLimited, Revoked):
        raise
    except PlatformError:
        return None
    if isinstance(answer.get("content"), dict) and answer.get("type") == kind:
        return answer
    return {"type": kind, "state_key": key, "content": answer}  # a server that knows no `format` gives the content


def _text(event: Mapping[str, Any] | None, name: str) -> str | None:
    value = event["content"].get(name) if event else None
    return value if isinstance(value, str) else None


# --- what it means ------------------------------------------------------------------------------------------------


def room_found(subject: str, seen: Seen, user: str, *, review: bool, encryption: bool) -> Iterator[Found]:
    """Everything that the state of a room says."""
    if seen.membership != "join":
        yield _not_joined(subject, seen, user)
        return
    room = seen.room
    how = "encrypted" if room.encrypted else "not encrypted"
    named = f"“{room.name}”, " if room.name else ""
    yield ok(subject, f"{named}{room.id}: the bot is in it; version {room.version}, {how}")
    if room.encrypted and not encryption:
        yield mend(
            subject,
            "it is encrypted and [matrix] encryption is switched off: the bot reads nothing there; switch it on",
        )
    yield from power_found(subject, room.power, user, review=review, encrypted=room.encrypted)
    if review:
        yield from _privacy(subject, seen)


def upgraded_found(subject: str, before: Seen, after: Seen) -> Found:
    return note(subject, f"{before.room.id} was upgraded and goes on in {after.room.id}: the bot follows by itself")


def _not_joined(subject: str, seen: Seen, user: str) -> Found:
    room = seen.room.id
    if seen.membership == "invite":
        return note(subject, f"{room}: the bot is invited and joins when it runs, if whoever invited it may")
    if seen.membership == "leave":
        return mend(subject, f"{room}: the bot was removed from it, or left; invite {user} again")
    return mend(
        subject,
        f"{room}: the bot is not in it yet, or was banned from it; invite {user}: in Element open the room, Room info, "
        "Invite. It joins while it runs, if whoever invites it is a steward or named under [matrix] inviters",
    )


def _privacy(subject: str, seen: Seen) -> Iterator[Found]:
    """What lets others than moderators read the cards."""
    faults = []
    if seen.join_rule in _OPEN_RULES:
        faults.append(f"{_OPEN_RULES[seen.join_rule]} (Security & Privacy, Access: choose Private)")
    if seen.history == "world_readable":
        faults.append("everybody can read it without joining (Security & Privacy, Who can read history: Members only)")
    if seen.guests and seen.join_rule in _OPEN_RULES:
        faults.append("guests without an account can join (Security & Privacy: switch guest access off)")
    if faults:
        yield mend(
            subject, f"flags would be seen by others than moderators: {'; '.join(faults)}, in the room's settings"
        )
    else:
        yield ok(subject, "only who is invited can read it")
