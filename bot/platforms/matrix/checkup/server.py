"""What only a server's admin can do for the bot: let it read reports, lift its rate limits."""

from pydantic import SecretStr

from bot.errors import PlatformError, RateLimited, Unavailable
from bot.platforms.found import Found, later, mend, note, ok
from bot.platforms.matrix.connection.asking import Asking
from bot.platforms.matrix.connection.paths import synapse
from bot.platforms.matrix.options import Options

_LIMITS = (
    "Synapse lets an account send ten messages at once, then one each five seconds: a bot in busy rooms needs more"
)


async def admin_found(homeserver: Asking, token: SecretStr) -> Found:
    """Whether members' reports can be read with the admin token."""
    try:
        await homeserver.ask("GET", synapse("event_reports"), query={"limit": "1"}, token=token)
    except (Unavailable, RateLimited) as error:
        return later("admin token", f"it could not be tried: {error}")
    except PlatformError as error:
        return mend(
            "admin token",
            f"reports cannot be read with it ({error}): give the access token of a server admin of a Synapse, or unset "
            "FOLKMOOT_MATRIX_ADMIN_TOKEN; members can still report by reaction and with !report",
        )
    return ok("admin token", "members' reports to the server are shown to the moderators, too")


async def rates_found(homeserver: Asking, options: Options) -> Found:
    """Nobody but an admin can see whether the account's limits are lifted."""
    if options.admin_token is None:
        return note(
            "rate limits",
            f"{_LIMITS}. An admin lifts it with one request: docs/matrix.md, “Rate limits”",
        )
    path = synapse("users", options.user, "override_ratelimit")
    try:
        told = await homeserver.ask("GET", path, token=options.admin_token)
    except PlatformError:
        return note("rate limits", f"{_LIMITS}; whether they are lifted cannot be seen here")
    if told.get("messages_per_second") == 0:
        return ok("rate limits", "lifted for the bot's account")
    if "messages_per_second" in told:
        return note("rate limits", f"{told['messages_per_second']} messages a second are allowed to the bot's account")
    return note("rate limits", f"{_LIMITS}. Lift it with one request: docs/matrix.md, “Rate limits”")
