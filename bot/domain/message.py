"""What somebody said."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.conversation import Conversation
from bot.domain.ids import MemberId, MessageId
from bot.domain.member import Member


@dataclass(frozen=True, slots=True)
class Message:
    """One message in its newest known form.

    Attributes:
        text: plain text as the author wrote it; quotes are lines that begin with "> ".
        sent_at: aware time, as the platform gives it.
        revision: 0 for the first text, one more for each edit that changed the text; set by the store.
        likes: approving reactions known so far.
        attachments: file names, never contents.
        link: address that opens the message in the platform's own client, where there is one.
        off_record: its author wants it neither quoted nor summed up; it is kept for moderation only, and briefly.
    """

    id: MessageId
    conversation: Conversation
    author: Member
    text: str
    sent_at: datetime
    reply_to: MessageId | None = None
    edited_at: datetime | None = None
    revision: int = 0
    likes: int = 0
    mentions: tuple[MemberId, ...] = ()
    attachments: tuple[str, ...] = ()
    link: str | None = None
    off_record: bool = False
