"""What Element writes with "Export chat" and the format JSON: the events of one room, read in constant memory."""

from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from bot.domain.conversation import Conversation
from bot.domain.event import Incoming, MessageDeleted, MessageEdited, MessagePosted, Reacted, Undecryptable
from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.domain.member import Member
from bot.domain.message import Message
from bot.domain.reaction import approves
from bot.domain.text import storable
from bot.platforms.transcript.source import checked, first, items

_FILES = frozenset({"m.image", "m.file", "m.audio", "m.video"})


class _RoomEvent(BaseModel):
    event_id: str
    sender: str
    origin_server_ts: int = Field(ge=0, le=32_503_680_000_000)
    type: str
    content: dict[str, Any]
    room_id: str | None = None
    state_key: str | None = None
    redacts: str | None = None
    unsigned: dict[str, Any] = {}

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.origin_server_ts / 1000, UTC)

    def relation(self) -> dict[str, Any]:
        found = self.content.get("m.relates_to")
        return found if isinstance(found, dict) else {}


def read(path: Path) -> Generator[Incoming, None, None]:
    title = storable(str(first(path, "room_name") or path.stem))
    names: dict[str, str] = {}
    for number, item in items(path, "messages.item"):
        clear = item["decrypted"] if isinstance(item, dict) and "decrypted" in item else item
        event = checked(path, f"message {number:,}", _RoomEvent, clear)
        if event.type == "m.room.member":
            names[event.state_key or event.sender] = _text(event.content.get("displayname"))
            continue
        conversation = Conversation(ConversationId(f"transcript:{event.room_id or path.stem}"), title)
        sender = Member(MemberId(f"transcript:{event.sender}"), names.get(event.sender) or _local(event.sender))
        translated = _translate(event, conversation, sender)
        if translated is not None:
            yield translated


def _translate(event: _RoomEvent, where: Conversation, sender: Member) -> Incoming | None:
    identity, relation = _id(event.event_id), event.relation()
    if event.type == "m.room.encrypted" or event.content.get("msgtype") == "m.bad.encrypted":
        return Undecryptable(identity, where, sender, event.at)
    if event.type == "m.room.redaction":
        gone = event.redacts or _text(event.content.get("redacts"))
        return MessageDeleted(_id(gone), where, event.at, sender.id) if gone else None
    if event.type == "m.reaction":
        return Reacted(_id(_text(relation.get("event_id"))), where, sender, _text(relation.get("key")), event.at)
    if event.type != "m.room.message" or not isinstance(event.content.get("body"), str):
        return None
    if relation.get("rel_type") == "m.replace":
        return MessageEdited(_edit(event, where, sender, _id(_text(relation.get("event_id")))))
    return MessagePosted(_message(event, where, sender))


def _message(event: _RoomEvent, where: Conversation, sender: Member) -> Message:
    body, answered = _text(event.content["body"]), _answered(event.relation())
    attachment = _text(event.content.get("filename")) or body if event.content.get("msgtype") in _FILES else ""
    return Message(
        id=_id(event.event_id),
        conversation=where,
        author=sender,
        text="" if attachment == body else _without_fallback(body) if answered else body,
        sent_at=event.at,
        reply_to=_id(answered) if answered else None,
        likes=_likes(event.unsigned),
        mentions=_mentions(event.content),
        attachments=(attachment,) if attachment else (),
        link=f"https://matrix.to/#/{event.room_id}/{event.event_id}" if event.room_id else None,
    )


def _edit(event: _RoomEvent, where: Conversation, sender: Member, target: MessageId) -> Message:
    replacement = event.content.get("m.new_content")
    content = replacement if isinstance(replacement, dict) else event.content
    return Message(
        id=target,
        conversation=where,
        author=sender,
        text=_without_fallback(_text(content.get("body"))),
        sent_at=event.at,
        edited_at=event.at,
        mentions=_mentions(content),
    )


def _answered(relation: dict[str, Any]) -> str:
    """The message replied to; a thread's fall-back reply counts as one to the thread's beginning."""
    reply = relation.get("m.in_reply_to")
    if relation.get("rel_type") == "m.thread" and relation.get("is_falling_back"):
        return _text(relation.get("event_id"))
    return _text(reply.get("event_id")) if isinstance(reply, dict) else ""


def _without_fallback(body: str) -> str:
    """The body without the quote that older clients put before a reply: lines "> " up to an empty one."""
    if not body.startswith("> <"):
        return body
    quote, parted, rest = body.partition("\n\n")
    return rest if parted and all(line.startswith(">") for line in quote.split("\n")) else body


def _mentions(content: dict[str, Any]) -> tuple[MemberId, ...]:
    mentions = content.get("m.mentions")
    users = mentions.get("user_ids") if isinstance(mentions, dict) else None
    return tuple(MemberId(f"transcript:{user}") for user in users) if isinstance(users, list) else ()


def _likes(unsigned: dict[str, Any]) -> int:
    """Likes that the server summed up; they are there only in exports of some servers."""
    relations = unsigned.get("m.relations")
    annotations = relations.get("m.annotation") if isinstance(relations, dict) else None
    chunk = annotations.get("chunk") if isinstance(annotations, dict) else None
    found = [each for each in chunk if isinstance(each, dict)] if isinstance(chunk, list) else []
    counts = (each.get("count") for each in found if approves(_text(each.get("key"))))
    return sum(number for number in counts if isinstance(number, int))


def _id(native: str) -> MessageId:
    return MessageId(f"transcript:{native}")


def _local(user: str) -> str:
    return storable(user.removeprefix("@").partition(":")[0])


def _text(value: Any) -> str:
    return storable(value).replace("\r\n", "\n") if isinstance(value, str) else ""
