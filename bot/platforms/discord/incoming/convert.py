"""discord.py's messages as messages of ours. Pure, but for what the cache of servers knows."""

from dataclasses import dataclass

import discord

from bot.domain.event import MessageEdited, MessagePosted
from bot.domain.ids import MemberId, MessageId
from bot.domain.member import Member, MemberKind, Standing
from bot.domain.message import Message
from bot.domain.reaction import approves
from bot.platforms.discord import names
from bot.platforms.discord.incoming.words import files_of, mentioned_in, text, words_of
from bot.platforms.discord.options import Bridge, Options
from bot.platforms.discord.servers.servers import Servers

SPOKEN = frozenset(
    {
        discord.MessageType.default,
        discord.MessageType.reply,
        discord.MessageType.chat_input_command,
        discord.MessageType.context_menu_command,
    }
)
"""Types of messages that somebody wrote; others say that one joined, pinned, boosted, or repeat a thread's start."""

_ANSWERS = frozenset({discord.MessageType.reply, discord.MessageType.context_menu_command})
_BY_COMMAND = frozenset({discord.MessageType.chat_input_command, discord.MessageType.context_menu_command})
_MOST_MENTIONS = 500


@dataclass(frozen=True, slots=True)
class Author:
    """Who speaks, and with what standing there."""

    member: Member
    standing: Standing


class Converter:
    """What people and other bots say; None for what is not for the bot to hear."""

    def __init__(self, options: Options, servers: Servers) -> None:
        self._servers = servers
        self._bridges = {bridge.webhook: bridge for bridge in options.bridges}

    def posted(self, message: discord.Message, own: int) -> MessagePosted | None:
        """`own`: the bot's account, which does not hear itself."""
        found = self._read(message, own)
        return MessagePosted(*found) if found else None

    def edited(self, message: discord.Message, own: int) -> MessageEdited | None:
        """None also where nobody edited it: Discord updates messages by itself, with what their links lead to."""
        found = self._read(message, own) if message.edited_at is not None else None
        return MessageEdited(*found) if found else None

    def author(self, message: discord.Message) -> Author | None:
        """None: whose words are heard on the other side of a bridge."""
        user = message.author
        if message.webhook_id is None or message.interaction_metadata is not None or message.type in _BY_COMMAND:
            return Author(self._servers.member(user), self._servers.standing(user, message.channel))  # type: ignore[arg-type] # group channels hold no bots
        bridge = self._bridge(message)
        if bridge is not None and self._heard_elsewhere(message, bridge):
            return None
        identity = names.webhook_member_id(message.webhook_id, user.name)
        kind = MemberKind.BOT if bridge is None else MemberKind.PERSON
        return Author(Member(identity, text(user.display_name) or identity, kind), Standing.MEMBER)

    def _read(self, message: discord.Message, own: int) -> tuple[Message, Standing] | None:
        if message.type not in SPOKEN or message.author.id == own or message.flags.ephemeral:
            return None
        author = self.author(message)
        return (self._message(message, author.member), author.standing) if author else None

    def _message(self, message: discord.Message, author: Member) -> Message:
        channel = message.channel.id
        writes_embeds = message.webhook_id is not None or message.author.bot
        return Message(
            id=names.message_id(channel, message.id),
            conversation=self._servers.conversation(message.channel),  # type: ignore[arg-type] # group channels hold no bots
            author=author,
            text=words_of(message, embeds=writes_embeds),
            sent_at=message.created_at,
            reply_to=_answered(message),
            edited_at=message.edited_at,
            likes=sum(_likes(reaction) for reaction in message.reactions),
            mentions=_mentions(message),
            attachments=files_of(message),
            link=names.link_to(message.guild.id if message.guild else None, channel, message.id),
        )

    def _bridge(self, message: discord.Message) -> Bridge | None:
        named = (message.webhook_id, message.application_id)
        return next((self._bridges[each] for each in named if each is not None and each in self._bridges), None)

    def _heard_elsewhere(self, message: discord.Message, bridge: Bridge) -> bool:
        where = self._servers.conversation(message.channel)  # type: ignore[arg-type] # group channels hold no bots
        return where.id in bridge.paired or where.room in bridge.paired


def emoji_text(emoji: discord.PartialEmoji | discord.Emoji | str) -> str:
    """The sign itself, or the name of a server's own one between colons."""
    if isinstance(emoji, str):
        return emoji
    if isinstance(emoji, discord.PartialEmoji) and emoji.is_unicode_emoji():
        return emoji.name
    return f":{emoji.name}:"


def _likes(reaction: discord.Reaction) -> int:
    """The bot's own reaction is nobody's opinion."""
    return max(0, reaction.count - reaction.me) if approves(emoji_text(reaction.emoji)) else 0


def _answered(message: discord.Message) -> MessageId | None:
    """Forwarding and announcements name a message, too, and answer none."""
    reference = message.reference
    if reference is None or reference.message_id is None or message.type not in _ANSWERS:
        return None
    return names.message_id(reference.channel_id, reference.message_id)


def _mentions(message: discord.Message) -> tuple[MemberId, ...]:
    return tuple(map(names.member_id, mentioned_in(message)[:_MOST_MENTIONS]))
