"""What DiscordChatExporter writes with the format JSON: one channel or thread a file, read in constant memory."""

from collections.abc import Generator
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bot.domain.conversation import Conversation, ConversationKind
from bot.domain.event import MessagePosted
from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.domain.member import Member, MemberKind
from bot.domain.message import Message
from bot.domain.reaction import approves
from bot.domain.text import storable
from bot.platforms.transcript.source import checked, fault, first, items

SPOKEN = frozenset({"Default", "Reply", "ChatInputCommand", "ContextMenuCommand", "0", "19", "20", "23"})
"""Types of messages that somebody wrote; all others say that one joined, pinned, boosted."""


class _Exported(BaseModel):
    """Ids are texts, but some versions wrote them as numbers."""

    model_config = ConfigDict(coerce_numbers_to_str=True)


class _Guild(_Exported):
    id: str


class _Channel(_Exported):
    id: str
    type: str = ""
    name: str
    category_id: str | None = Field(None, alias="categoryId")


class _Author(_Exported):
    id: str
    name: str
    nickname: str | None = None
    is_bot: bool = Field(default=False, alias="isBot")


class _Attachment(_Exported):
    file_name: str = Field(alias="fileName")


class _Emoji(_Exported):
    name: str
    code: str = ""


class _Reaction(_Exported):
    emoji: _Emoji
    count: int = 0


class _Mention(_Exported):
    id: str


class _Reference(_Exported):
    message_id: str | None = Field(None, alias="messageId")


class _Message(_Exported):
    id: str
    type: str
    timestamp: AwareDatetime
    timestamp_edited: AwareDatetime | None = Field(None, alias="timestampEdited")
    content: str
    author: _Author
    attachments: tuple[_Attachment, ...] = ()
    reactions: tuple[_Reaction, ...] = ()
    mentions: tuple[_Mention, ...] = ()
    reference: _Reference | None = None


def read(path: Path) -> Generator[MessagePosted, None, None]:
    guild = checked(path, "'guild'", _Guild, first(path, "guild"))
    channel = checked(path, "'channel'", _Channel, first(path, "channel"))
    conversation, before = _conversation(channel), None
    for number, item in items(path, "messages.item"):
        message = checked(path, f"message {number:,}", _Message, item)
        if before and message.timestamp < before:
            raise fault(path, f"message {number:,}", "is older than the one before it; export without --reverse")
        before = message.timestamp
        if message.type in SPOKEN:
            yield MessagePosted(_translate(message, conversation, guild.id))


def _conversation(channel: _Channel) -> Conversation:
    """A thread's category is the channel it belongs to."""
    home = ConversationId(f"transcript:{channel.id}")
    if "Thread" in channel.type and channel.category_id:
        parent = ConversationId(f"transcript:{channel.category_id}")
        return Conversation(home, storable(channel.name), ConversationKind.THREAD, parent)
    return Conversation(home, storable(channel.name))


def _translate(message: _Message, conversation: Conversation, guild: str) -> Message:
    author, channel = message.author, conversation.id.partition(":")[2]
    kind = MemberKind.BOT if author.is_bot else MemberKind.PERSON
    likes = sum(r.count for r in message.reactions if approves(r.emoji.name) or approves(r.emoji.code))
    answered = message.reference.message_id if message.reference else None
    return Message(
        id=MessageId(f"transcript:{message.id}"),
        conversation=conversation,
        author=Member(MemberId(f"transcript:{author.id}"), storable(author.nickname or author.name), kind),
        text=storable(message.content).replace("\r\n", "\n"),
        sent_at=message.timestamp,
        reply_to=MessageId(f"transcript:{answered}") if answered else None,
        edited_at=message.timestamp_edited,
        likes=likes,
        mentions=tuple(MemberId(f"transcript:{mention.id}") for mention in message.mentions),
        attachments=tuple(storable(attachment.file_name) for attachment in message.attachments),
        link=f"https://discord.com/channels/{guild}/{channel}/{message.id}" if guild != "0" else None,
    )
