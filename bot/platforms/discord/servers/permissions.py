"""What the bot lacks and whom it cannot touch, looked up before it acts: in the words that clients show. Pure."""

import discord

_WORDS = {
    "add_reactions": "Add Reactions",
    "administrator": "Administrator",
    "attach_files": "Attach Files",
    "ban_members": "Ban Members",
    "bypass_slowmode": "Bypass Slowmode",
    "create_public_threads": "Create Public Threads",
    "create_private_threads": "Create Private Threads",
    "embed_links": "Embed Links",
    "kick_members": "Kick Members",
    "manage_channels": "Manage Channels",
    "manage_guild": "Manage Server",
    "manage_messages": "Manage Messages",
    "manage_roles": "Manage Roles",
    "manage_threads": "Manage Threads and Posts",
    "manage_webhooks": "Manage Webhooks",
    "mention_everyone": "Mention @everyone, @here, and All Roles",
    "moderate_members": "Time out members",
    "pin_messages": "Pin Messages",
    "read_message_history": "Read Message History",
    "read_messages": "View Channels",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "use_external_emojis": "Use External Emoji",
    "view_audit_log": "View Audit Log",
    "view_channel": "View Channels",
}
"""discord.py's names of permissions, as clients call them."""


def shown(permission: str) -> str:
    """As clients call it: "moderate_members" is "Time out members"."""
    return _WORDS.get(permission) or permission.replace("_", " ").title()


def lacking(has: discord.Permissions, permissions: tuple[str, ...]) -> list[str]:
    """Those that are not there, as clients call them. An administrator lacks nothing."""
    if has.administrator:
        return []
    return [shown(permission) for permission in permissions if not getattr(has, permission)]


def above(own: discord.Member, other: discord.Member, what: str) -> str | None:
    """Why the bot cannot do something to somebody, and how that is mended; None: nothing is in the way.

    `what` as it stands after "cannot": "time them out"; see `exempt` for what concerns time-outs alone.
    """
    server = other.guild
    if other.id == own.id:
        return f"cannot {what}: that is the bot itself"
    if server.owner_id == other.id:
        return f"cannot {what}: they own {server.name}"
    if server.owner_id == own.id:
        return None
    if other.top_role >= own.top_role:
        if own.top_role.is_default():
            return f"cannot {what}: the bot has no role of its own. Invite it again with the link of `folkmoot doctor`"
        return (
            f"cannot {what}: their highest role ({other.top_role.name}) is not below the bot's. In Server Settings > "
            "Roles, drag the bot's role above it"
        )
    return None


def exempt(other: discord.Member) -> bool:
    """Whether Discord lets nobody time them out: administrators, and who owns the server."""
    return other.guild.owner_id == other.id or other.guild_permissions.administrator
