"""An event of the homeserver's, in clear, as what happened. Pure.

Whatever is malformed gives nothing, and nothing here raises.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.conversation import Conversation
from bot.domain.event import (
    Incoming,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ModerationObserved,
    Reacted,
)
from bot.domain.ids import MemberId
from bot.domain.member import Member, MemberKind
from bot.domain.message import Message
from bot.platforms.matrix import names
from bot.platforms.matrix.connection.homeserver import Json
from bot.platforms.matrix.fields import (
    answered,
    event_id,
    is_reply,
    mapping,
    moment,
    relation,
    text,
    user_id,
)
from bot.platforms.matrix.incoming import membership, silencing
from bot.platforms.matrix.incoming.words import SPOKEN, Words, words_of
from bot.platforms.matrix.options import Options
from bot.platforms.matrix.rooms.power import LEVELS
from bot.platforms.matrix.rooms.room import Room

_LONGEST_EMOJI = 64


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an event is read with, besides its room.

    Attributes:
        own: the bot's user id.
        authors: who sent events that were seen lately, by event id: whose message a moderator takes away.
        threads: in which thread such events stand, by its first event, where they stand in one.
    """

    own: str
    options: Options
    now: datetime
    authors: Mapping[str, str] = field(default_factory=dict)
    threads: Mapping[str, str] = field(default_factory=dict)


def events_of(event: Any, room: Room, surroundings: Surroundings) -> list[Incoming]:
    """What a clear timeline event means.

    Called before `room.apply` of the same event: power and names are those that held when it was sent. Its own
    messages and reactions the bot does not hear, and no puppet whose words reach it by another way.
    """
    if not isinstance(event, Mapping):
        return []
    identity, sender, kind = event_id(event.get("event_id")), user_id(event.get("sender")), event.get("type")
    at = moment(event, surroundings.now)
    if identity is None or sender is None or at is None or not isinstance(kind, str):
        return []
    if surroundings.options.heard_elsewhere(sender, *room.known_as()):
        return []
    read = _Event(event, room, surroundings, identity, sender, kind, mapping(event.get("content")), at)
    if "state_key" in event:
        return _state(read)
    return [] if sender == surroundings.own else _said(read)


@dataclass(frozen=True, slots=True)
class _Event:
    """An event whose envelope is in order."""

    raw: Json
    room: Room
    surroundings: Surroundings
    id: str
    sender: str
    kind: str
    content: Mapping[str, Any]
    at: datetime

    @property
    def member(self) -> Member:
        return self.of(self.sender)

    def where(self, target: str) -> Conversation:
        """Where an event that this one is about stands, as far as known."""
        return self.room.conversation(self.surroundings.threads.get(target))

    def of(self, user: str, name: Any = None) -> Member:
        """A member of the room; `name`: one that this event itself gives."""
        member = self.room.member_called(user, name) if isinstance(name, str) else self.room.member(user)
        options = self.surroundings.options
        # Bridges send the words of the other network's bots as notices. Anybody else could send one to go unjudged.
        notice = user == self.sender and self.content.get("msgtype") == "m.notice" and options.is_puppet(user)
        is_bot = options.is_bot(user) or user == self.surroundings.own or notice
        return Member(member.id, member.name, MemberKind.BOT) if is_bot else member


# --- what people say --------------------------------------------------------------------------------------------


def _said(event: _Event) -> list[Incoming]:
    because = mapping(event.raw.get("unsigned")).get("redacted_because")
    if isinstance(because, Mapping):
        return _redacted(event, because)
    if event.kind == "m.room.redaction":
        target = event_id(event.content.get("redacts")) or event_id(event.raw.get("redacts"))
        return _deleted(event, target, event.sender, event.at) if target else []
    if event.kind == "m.reaction":
        return _reacted(event)
    if event.kind not in SPOKEN or not event.content:
        return []
    related = relation(event.content)
    target = event_id(related.get("event_id")) if related.get("rel_type") == "m.replace" else None
    return _edited(event, target) if target else _posted(event)


def _posted(event: _Event) -> list[Incoming]:
    """Also without any words: an edit may bring them."""
    words = words_of(event.kind, event.content, event.room.member(event.sender).name)
    if words is None:
        return []
    reply = answered(event.content)
    message = _message(event, event.id, event.content, words, reply)
    return [MessagePosted(message, event.room.power.standing(event.sender))]


def _edited(event: _Event, target: str) -> list[Incoming]:
    """The newest form of an earlier message; that only its author may write one, the core sees to."""
    content = event.content.get("m.new_content")
    if not isinstance(content, Mapping):
        return []
    # What the edit replies to does not change; older clients quote it in the new words, too.
    quoting = is_reply(event.content) or text(content.get("body")).startswith("> <@")
    words = words_of(event.kind, content, event.room.member(event.sender).name, reply=quoting)
    if words is None:
        return []
    message = _message(event, target, content, words, answered(content), edited_at=event.at)
    return [MessageEdited(message, event.room.power.standing(event.sender))]


def _message(
    event: _Event,
    identity: str,
    content: Mapping[str, Any],
    words: Words,
    reply: str | None,
    *,
    edited_at: datetime | None = None,
) -> Message:
    room, related = event.room, relation(content)
    thread = event_id(related.get("event_id")) if related.get("rel_type") == "m.thread" else None
    thread = thread or event.surroundings.threads.get(identity)
    return Message(
        id=names.message_id(room.id, identity),
        conversation=room.conversation(thread),
        author=event.member,
        text=words.text,
        sent_at=event.at,
        reply_to=names.message_id(room.id, reply) if reply else None,
        edited_at=edited_at,
        mentions=tuple(names.member_id(user) for user in words.mentions),
        attachments=words.attachments,
        link=names.link_to(room.id, identity, room.via()),
    )


def _reacted(event: _Event) -> list[Incoming]:
    related = relation(event.content)
    target, emoji = event_id(related.get("event_id")), text(related.get("key")).strip()
    if related.get("rel_type") != "m.annotation" or target is None or not 0 < len(emoji) <= _LONGEST_EMOJI:
        return []
    message = names.message_id(event.room.id, target)
    return [Reacted(message, event.where(target), event.member, emoji, event.at)]


# --- what is taken back -----------------------------------------------------------------------------------------


def _redacted(event: _Event, because: Json) -> list[Incoming]:
    """An event that comes without its content any more: who stored it earlier must let it go."""
    if event.kind not in SPOKEN and event.kind != "m.room.encrypted":
        return []
    by = user_id(because.get("sender")) or event.sender
    if by == event.surroundings.own:  # hidden by the bot, which keeps the words for an undo
        return []
    at = moment(because, event.surroundings.now) or event.at
    return [_deletion(event, event.id, names.member_id(by), at)]


def _deleted(event: _Event, target: str, by: str, at: datetime) -> list[Incoming]:
    """Whoever takes away what somebody else wrote is a moderator at work."""
    author = user_id(event.surroundings.authors.get(target))
    if author is not None and not _may_take_away(event, author):
        return []
    found: list[Incoming] = [_deletion(event, target, names.member_id(by), at)]
    if author is None or author == by:
        return found
    message, reason = names.message_id(event.room.id, target), text(event.content.get("reason"))[:1_000]
    where, who = event.where(target), names.member_id(author)
    return [*found, ModerationObserved("hide", who, where, at, event.member, reason, message)]


def _may_take_away(event: _Event, author: str) -> bool:
    """A homeserver need not keep back redactions that have no power; it answers for its own users among themselves."""
    same = names.server_of(event.sender) == names.server_of(author)
    return same or event.room.power.may(event.sender, "redact")


def _deletion(event: _Event, target: str, by: MemberId, at: datetime) -> MessageDeleted:
    return MessageDeleted(names.message_id(event.room.id, target), event.where(target), at, by)


# --- what happens to the room -----------------------------------------------------------------------------------


def _state(event: _Event) -> list[Incoming]:
    """Upgrades are told by `invites`, once the new room says that it follows this one."""
    key = event.raw.get("state_key")
    if event.kind == "m.room.member" and (user := user_id(key)):
        own, name = event.surroundings.own, event.content.get("displayname")
        return membership.changes(event.raw, event.room, own, user, event.member, event.of(user, name), event.at)
    if event.kind == LEVELS and key == "" and event.sender != event.surroundings.own:
        silenced = silencing.changes(event.room, event.content)
        where, by = event.room.conversation(), event.member
        return [
            ModerationObserved(action, names.member_id(user), where, event.at, by) for user, action in silenced.items()
        ]
    return []
