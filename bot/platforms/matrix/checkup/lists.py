"""Policy lists that are subscribed to: whether the bot can read them."""

from bot.errors import Gone, PlatformError, RateLimited, Revoked, Unavailable
from bot.platforms.found import Found, later, mend, note, ok
from bot.platforms.matrix.connection.aliases import look_up
from bot.platforms.matrix.connection.asking import Asking
from bot.platforms.matrix.connection.paths import v3


async def list_found(homeserver: Asking, listed: str, user: str) -> Found:
    """`listed`: a room's id or address."""
    subject = f"policy list {listed}"
    try:
        room = await look_up(homeserver, listed) if listed.startswith("#") else listed
        own = await homeserver.ask("GET", v3("rooms", room, "state", "m.room.member", user))
    except (Unavailable, RateLimited, Revoked) as error:
        return later(subject, f"it could not be looked at: {error}")
    except Gone:
        return mend(subject, "there is no such room: correct [matrix] policy_lists, or take it out")
    except PlatformError:
        own = {}
    if own.get("membership") == "join":
        return ok(subject, f"{room}: the bot is in it and reads its rules")
    return note(
        subject,
        f"{room}: the bot is not in it yet; it joins when it runs if the room is public, else invite {user} there",
    )
