"""Who is in a room for moderators and could decide nothing there: their answers to cards would be refused."""

from bot.domain.member import Standing
from bot.errors import PlatformError, RateLimited, Revoked, Unavailable
from bot.platforms.found import Found, note
from bot.platforms.matrix.checkup.power import shown
from bot.platforms.matrix.checkup.room import Seen
from bot.platforms.matrix.connection.asking import Asking
from bot.platforms.matrix.connection.paths import v3
from bot.platforms.matrix.fields import is_user
from bot.platforms.matrix.options import Options

_MOST_NAMED = 3


async def deciders_found(homeserver: Asking, options: Options, subject: str, seen: Seen) -> Found | None:
    """None: everybody there may decide, or the bot may not know who is there.

    Raises:
        Unavailable, RateLimited, Revoked: as `Asking.ask`.
    """
    try:
        answer = await homeserver.ask("GET", v3("rooms", seen.room.id, "joined_members"))
    except (Unavailable, RateLimited, Revoked):
        raise
    except PlatformError:
        return None
    joined = answer.get("joined")
    power = seen.room.power
    without = [
        user
        for user in sorted(joined if isinstance(joined, dict) else ())
        if is_user(user)
        and not options.is_bot(user)
        and user not in options.stewards
        and power.standing(user) < Standing.MODERATOR
    ]
    if not without:
        return None
    more = f" and {len(without) - _MOST_NAMED} more" if len(without) > _MOST_NAMED else ""
    needed = max(power.needed(action) for action in ("kick", "ban", "redact"))
    return note(
        subject,
        f"who is in it and can decide nothing: {', '.join(without[:_MOST_NAMED])}{more}. If they are to, give them "
        f"power {shown(needed)} in this room too (Room info, People, their role: Moderator), or name them under "
        "[[community.stewards]]",
    )
