"""Nobody reaches through the bot whom they could not reach by hand: the bot's role stands above most."""

import discord

from bot.domain.effect import Sanction
from bot.domain.member import Standing
from bot.errors import Unsupported
from bot.platforms.discord import names
from bot.platforms.discord.options import Options
from bot.platforms.discord.servers.servers import Servers
from bot.platforms.discord.servers.standing import standing_by


class Ranks:
    def __init__(self, options: Options, servers: Servers) -> None:
        self._options, self._servers = options, servers

    async def check(self, server: discord.Guild, member: discord.Member, effect: Sanction, what: str) -> None:
        """Raises Unsupported where a member stands as high in a server as who asked for a measure against them.

        `what` stands after "cannot". Whom the server does not know counts as a moderator there: the core let them act.
        """
        if effect.by is None:
            return
        asking = await self._asking(server, effect)
        if asking is not None and asking.id == server.owner_id:
            return
        theirs, own = self._standing(member), self._standing(asking) if asking else Standing.MODERATOR
        if theirs >= Standing.MODERATOR and theirs >= own:
            raise Unsupported(f"cannot {what}: they stand as high in {server.name} as who asked for it")
        if asking is None or asking.id in self._options.stewards or member.top_role.is_default():
            return
        if member.top_role >= asking.top_role:
            raise Unsupported(
                f"cannot {what}: in {server.name} their highest role ({member.top_role.name}) is not below that of who "
                "asked for it"
            )

    async def _asking(self, server: discord.Guild, effect: Sanction) -> discord.Member | None:
        user = names.user_of(effect.by) if effect.by else None
        if user is None:
            return None
        return await self._servers.fetched(server, user)

    def _standing(self, member: discord.Member) -> Standing:
        found = standing_by(member.guild_permissions)
        return max(found, Standing.MODERATOR) if member.id in self._options.stewards else found
