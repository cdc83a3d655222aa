"""Permissions: Discord's bits, and what somebody may do in a channel after roles, overwrites and time-outs."""

from enum import IntFlag
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.platforms.discord.standin.channels import Channel
    from tests.platforms.discord.standin.servers import Server


class Can(IntFlag):
    CREATE_INVITE = 1 << 0
    KICK = 1 << 1
    BAN = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_SERVER = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_AUDIT_LOG = 1 << 7
    VIEW = 1 << 10
    SEND = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    CONNECT = 1 << 20
    CHANGE_NICKNAME = 1 << 26
    MANAGE_NICKNAMES = 1 << 27
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    USE_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_IN_THREADS = 1 << 38
    MODERATE = 1 << 40
    PIN = 1 << 51
    BYPASS_SLOWMODE = 1 << 52


NOTHING = Can(0)
EVERYTHING = Can((1 << 53) - 1)

EVERYONE = (
    Can.VIEW | Can.SEND | Can.HISTORY | Can.ADD_REACTIONS | Can.EMBED_LINKS | Can.ATTACH_FILES
    | Can.CREATE_PUBLIC_THREADS
    | Can.CREATE_PRIVATE_THREADS | Can.SEND_IN_THREADS | Can.USE_COMMANDS | Can.CONNECT | Can.CHANGE_NICKNAME
)  # fmt: skip
"""What a fresh server lets everybody do."""

BOT = (
    Can.VIEW | Can.HISTORY | Can.SEND | Can.SEND_IN_THREADS | Can.CREATE_PUBLIC_THREADS | Can.ATTACH_FILES
    | Can.ADD_REACTIONS | Can.MANAGE_MESSAGES | Can.MANAGE_CHANNELS | Can.MANAGE_THREADS | Can.KICK
    | Can.BAN | Can.MODERATE
    | Can.VIEW_AUDIT_LOG | Can.BYPASS_SLOWMODE
)  # fmt: skip
"""What the bot's own role allows unless a test says otherwise: no administrator."""

_IN_TIMEOUT = Can.VIEW | Can.HISTORY


def in_server(server: "Server", user: int) -> Can:
    """By roles alone."""
    member = server.members.get(user)
    if member is None:
        return Can(0)
    if user == server.owner:
        return EVERYTHING
    held = [
        server.roles[server.id],
        *(server.roles[int(role)] for role in member["roles"] if int(role) in server.roles),
    ]
    allowed = Can(0)
    for role in held:
        allowed |= Can(int(role["permissions"]))
    return EVERYTHING if allowed & Can.ADMINISTRATOR else allowed


def in_channel(channel: "Channel", user: int) -> Can:
    """What counts in the end; in a thread the overwrites of its parent count."""
    server = channel.server
    if server is None:
        return EVERYTHING if user in channel.recipients else Can(0)
    allowed = in_server(server, user)
    if allowed == EVERYTHING or user not in server.members:
        return allowed
    allowed = _overwritten(channel.parent if channel.is_thread else channel, server, user, allowed)
    if server.in_timeout(user):
        allowed &= _IN_TIMEOUT
    if channel.is_private_thread and user not in channel.joined and not allowed & Can.MANAGE_THREADS:
        return Can(0)
    if channel.is_thread:
        allowed = allowed & ~Can.SEND | (Can.SEND if allowed & Can.SEND_IN_THREADS else Can(0))
    return allowed if allowed & Can.VIEW else Can(0)


def _overwritten(channel: "Channel", server: "Server", user: int, allowed: Can) -> Can:
    overwrites = {int(each["id"]): each for each in channel.data["permission_overwrites"]}
    everyone = overwrites.get(server.id)
    if everyone:
        allowed = allowed & ~Can(int(everyone["deny"])) | Can(int(everyone["allow"]))
    roles = [overwrites[int(role)] for role in server.members[user]["roles"] if int(role) in overwrites]
    for each in roles:
        allowed &= ~Can(int(each["deny"]))
    for each in roles:
        allowed |= Can(int(each["allow"]))
    own = overwrites.get(user)
    return allowed & ~Can(int(own["deny"])) | Can(int(own["allow"])) if own else allowed
