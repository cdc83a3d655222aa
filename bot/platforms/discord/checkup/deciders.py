"""Who can open a room for moderators and could decide nothing there: their answers to cards would be refused."""

from bot.errors import PlatformError, RateLimited, Revoked, Unavailable
from bot.platforms.discord.checkup.answers import entries, flag, named, number, text
from bot.platforms.discord.checkup.needed import Right
from bot.platforms.discord.checkup.rights import in_channel, may_decide, roles_of
from bot.platforms.discord.checkup.room import Seen
from bot.platforms.discord.checkup.server import Place
from bot.platforms.discord.connection.asking import Asking
from bot.platforms.found import Found, mend, note

_PAGE, _MOST_PAGES = 1000, 5
_MOST_NAMED = 3


async def deciders_found(
    discord: Asking, subject: str, seen: Seen, place: Place, stewards: frozenset[int]
) -> Found | None:
    """None: everybody who can open it may decide, or the bot may not know who is in the server, or it is a large one.

    Raises:
        Unavailable, RateLimited, Revoked: as `Asking.ask`.
    """
    without: list[str] = []
    deciding = after = 0
    for _ in range(_MOST_PAGES):
        try:
            page = list(entries(await discord.ask("guilds", place.server.id, "members", limit=_PAGE, after=after)))
        except (Unavailable, RateLimited, Revoked):
            raise
        except PlatformError:
            return None  # the intent is missing, which is said elsewhere
        for member in page:
            user = member.get("user")
            after = max(after, number(user, "id"))
            rights = in_channel(place.server, seen.overwrites, number(user, "id"), roles_of(member))
            if flag(user, "bot") or not rights & Right.VIEW_CHANNEL:
                continue
            if may_decide(rights) or number(user, "id") in stewards:
                deciding += 1
            else:
                without.append(named(text(member, "nick") or text(user, "global_name") or text(user, "username")))
        if len(page) < _PAGE:
            break
    else:
        return None
    return _told(subject, without, deciding)


def _told(subject: str, without: list[str], deciding: int) -> Found | None:
    how = (
        "give them a role with Manage Messages or Time out members, in this channel or in the server, or name them "
        "under [[community.stewards]]"
    )
    if not deciding:
        return mend(subject, f"nobody who can open it may decide anything: {how}")
    if not without:
        return None
    more = f" and {len(without) - _MOST_NAMED} more" if len(without) > _MOST_NAMED else ""
    listed = ", ".join(sorted(without)[:_MOST_NAMED])
    return note(subject, f"who can open it and can decide nothing: {listed}{more}. If they are to, {how}")
