"""Who somebody is in a server: name, kind, standing. Pure."""

import discord

from bot.domain.member import Standing

_ADMIN = discord.Permissions(administrator=True, manage_guild=True)
_MODERATOR = discord.Permissions(manage_messages=True, kick_members=True, ban_members=True, moderate_members=True)


def standing_by(permissions: discord.Permissions) -> Standing:
    """By what somebody may do in a channel."""
    if permissions.value & _ADMIN.value:
        return Standing.ADMIN
    return Standing.MODERATOR if permissions.value & _MODERATOR.value else Standing.MEMBER


def permissions_in(channel: object, member: discord.Member) -> discord.Permissions:
    """What a member may do in a channel, of a thread in its parent; nothing where that cannot be found out."""
    if isinstance(channel, discord.Thread) and channel.parent is None:
        return discord.Permissions.none()
    if isinstance(channel, discord.abc.GuildChannel | discord.Thread):
        return channel.permissions_for(member)
    return discord.Permissions.none()
