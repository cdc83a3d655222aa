"""Which permissions the bot needs and for what, and the invite link that asks for exactly those. Pure."""

from dataclasses import dataclass
from enum import IntFlag

SCOPES = ("bot", "applications.commands")


class Right(IntFlag):
    """Discord's bits, as far as anything here looks at them."""

    KICK_MEMBERS = 1 << 1
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_SERVER = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_AUDIT_LOG = 1 << 7
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    SEND_MESSAGES_IN_THREADS = 1 << 38
    TIME_OUT_MEMBERS = 1 << 40
    BYPASS_SLOWMODE = 1 << 52


EVERYTHING = Right(sum(Right))


@dataclass(frozen=True, slots=True)
class Needed:
    """One permission.

    Attributes:
        label: as clients call it.
        what: what the bot does with it: "cannot ..." without it.
        server: it belongs to the whole server, and channels cannot change it.
        vital: without it the bot is of no use in a channel; the others take one measure away.
    """

    right: Right
    label: str
    what: str
    server: bool = False
    vital: bool = False


NEEDED = (
    Needed(Right.VIEW_CHANNEL, "View Channels", "see the channel", vital=True),
    Needed(Right.READ_MESSAGE_HISTORY, "Read Message History", "read what was written while it was away", vital=True),
    Needed(Right.SEND_MESSAGES, "Send Messages", "write", vital=True),
    Needed(Right.SEND_MESSAGES_IN_THREADS, "Send Messages in Threads", "write in threads and posts", vital=True),
    Needed(Right.CREATE_PUBLIC_THREADS, "Create Public Threads", "open a thread for a discussion"),
    Needed(Right.ATTACH_FILES, "Attach Files", "attach pictures and files"),
    Needed(Right.ADD_REACTIONS, "Add Reactions", "set reactions"),
    Needed(Right.BYPASS_SLOWMODE, "Bypass Slowmode", "answer in time while slow mode is on"),
    Needed(Right.MANAGE_MESSAGES, "Manage Messages", "hide messages"),
    Needed(Right.MANAGE_CHANNELS, "Manage Channels", "set slow mode"),
    Needed(Right.MANAGE_THREADS, "Manage Threads and Posts", "set slow mode in threads and posts"),
    Needed(Right.TIME_OUT_MEMBERS, "Time out members", "time somebody out", server=True),
    Needed(Right.KICK_MEMBERS, "Kick Members", "kick", server=True),
    Needed(Right.BAN_MEMBERS, "Ban Members", "ban and unban", server=True),
    Needed(Right.VIEW_AUDIT_LOG, "View Audit Log", "notice what moderators do by hand", server=True),
)
"""In the order of the table in docs/discord.md."""

IN_REVIEW_ROOM = (
    Right.VIEW_CHANNEL | Right.READ_MESSAGE_HISTORY | Right.SEND_MESSAGES | Right.ATTACH_FILES | Right.BYPASS_SLOWMODE
)
"""What is needed where cards are posted; nobody is moderated there."""


def asked_for() -> int:
    """The number that stands for all of them together."""
    return int(sum(one.right for one in NEEDED))


def invite_link(application: int) -> str:
    """Where somebody with the permission Manage Server adds the bot to their server."""
    return (
        f"https://discord.com/oauth2/authorize?client_id={application}&permissions={asked_for()}"
        f"&integration_type=0&scope={'+'.join(SCOPES)}"
    )
