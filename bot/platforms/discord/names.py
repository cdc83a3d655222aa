"""Ids and links: Discord's own numbers on one side, `discord:...` and discord.com on the other. Pure.

A message is `discord:CHANNEL/MESSAGE`: every request about it needs the channel too. A thread is a channel of its own.
What somebody did with a command or button is named in the same way, `discord:CHANNEL/INTERACTION`. Who speaks through a
webhook has no account: `discord:webhook/WEBHOOK/NAME`, the name as a hash.
"""

import hashlib
import re

from bot.domain.ids import ConversationId, MemberId, MessageId, native_of, platform_of

PLATFORM = "discord"

_NUMBER = re.compile(r"[1-9]\d{0,19}", re.ASCII)
_MESSAGE = re.compile(r"(?P<channel>[1-9]\d{0,19})/(?P<message>[1-9]\d{0,19})", re.ASCII)
_LINK = re.compile(
    r"https://(?:(?:ptb|canary)\.)?discord(?:app)?\.com/channels/(?:@me|\d{1,20})/"
    r"(?P<channel>[1-9]\d{0,19})/(?P<message>[1-9]\d{0,19})(?:\?[^\s]{0,200})?",
    re.ASCII | re.IGNORECASE,
)


def member_id(user: int) -> MemberId:
    return MemberId(f"{PLATFORM}:{user}")


def webhook_member_id(webhook: int, name: str) -> MemberId:
    """Somebody whom a webhook speaks for; the same name through the same webhook is the same person."""
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return MemberId(f"{PLATFORM}:webhook/{webhook}/{digest}")


def user_of(member: MemberId) -> int | None:
    """The account's number; None for who has none here: another platform's, or a webhook's."""
    return _number(member)


def conversation_id(channel: int) -> ConversationId:
    return ConversationId(f"{PLATFORM}:{channel}")


def channel_of(conversation: ConversationId) -> int | None:
    """None for what is no channel's id."""
    return _number(conversation)


def message_id(channel: int, message: int) -> MessageId:
    return MessageId(f"{PLATFORM}:{channel}/{message}")


def withheld_id(channel: int, key: str) -> MessageId:
    """A message that AutoMod let not through: Discord has none, and `message_of` knows none."""
    return MessageId(f"{PLATFORM}:{channel}/automod-{key}")


def message_of(message: MessageId) -> tuple[int, int] | None:
    """Channel and message (or interaction); None for an id that is not of this platform's making."""
    found = _MESSAGE.fullmatch(native_of(message)) if platform_of(message) == PLATFORM else None
    return (int(found["channel"]), int(found["message"])) if found else None


def link_to(server: int | None, channel: int, message: int) -> str:
    """The address that opens a message; `server` is None in direct messages."""
    return f"https://discord.com/channels/{server or '@me'}/{channel}/{message}"


def linked(text: str) -> MessageId | None:
    """The message that a link opens, as clients copy it."""
    found = _LINK.fullmatch(text.strip().strip("<>"))
    return message_id(int(found["channel"]), int(found["message"])) if found else None


def _number(identifier: str) -> int | None:
    native = native_of(MemberId(identifier)) if platform_of(identifier) == PLATFORM else ""
    return int(native) if _NUMBER.fullmatch(native) else None
