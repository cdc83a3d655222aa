"""What a batch's events make of the stored messages: decided here without I/O, written by the journal."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.event import (
    Event,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    Reacted,
    ReactionRemoved,
    Undecryptable,
    event_key,
)
from bot.domain.ids import MemberId, MessageId
from bot.domain.message import Message
from bot.domain.reaction import approves
from bot.domain.text import storable


def event_message(event: Event) -> MessageId | None:
    """The message whose stored form decides what an event changes."""
    match event:
        case MessagePosted(message=message) | MessageEdited(message=message):
            return message.id
        case MessageDeleted(message=identity) | Undecryptable(message=identity):
            return identity
        case Reacted(message=identity) | ReactionRemoved(message=identity) if approves(event.emoji):
            return identity
    return None


@dataclass(frozen=True, slots=True)
class EarlyEdit:
    """The parts of a message that an edit changes, waiting for the message."""

    text: str
    edited_at: datetime
    mentions: tuple[MemberId, ...]
    attachments: tuple[str, ...]
    off_record: bool


Vote = tuple[MessageId, MemberId, str]
"""Message, member, emoji."""


@dataclass(slots=True)
class Known:
    """What the store holds about the messages of a batch, brought up to date event by event.

    Attributes:
        forms: newest form of the messages that live.
        gone: messages that were deleted.
        early: message to author to the newest edit that came before it.
        votes: approving reactions: when each was given or withdrawn last, and whether it stands.
        keys: event keys that are stored already.
    """

    forms: dict[MessageId, Message] = field(default_factory=dict)
    gone: set[MessageId] = field(default_factory=set)
    early: dict[MessageId, dict[MemberId, EarlyEdit]] = field(default_factory=dict)
    votes: dict[Vote, tuple[datetime, bool]] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Ingestion:
    """Takes events in order; afterwards its attributes say what is to be written."""

    known: Known
    fresh: list[Event] = field(default_factory=list)
    duplicates: int = 0
    ignored: int = 0
    added: set[MessageId] = field(default_factory=set)
    changed: set[MessageId] = field(default_factory=set)
    deleted: dict[MessageId, MessageDeleted] = field(default_factory=dict)
    waiting: set[tuple[MessageId, MemberId]] = field(default_factory=set)
    arrived: set[MessageId] = field(default_factory=set)
    voted: set[Vote] = field(default_factory=set)
    unread: dict[MessageId, Undecryptable] = field(default_factory=dict)

    def take(self, event: Event) -> None:
        match event:
            case MessagePosted():
                self._posted(event)
            case MessageEdited():
                self._edited(event)
            case MessageDeleted():
                self._deleted(event)
            case _:
                self._other(event)

    def settle(self) -> None:
        """Drop from what is new the words of messages that the same batch deleted."""
        if self.deleted:
            kept = [event for event in self.fresh if not self._carries_deleted(event)]
            self.ignored += len(self.fresh) - len(kept)
            self.fresh = kept

    def _carries_deleted(self, event: Event) -> bool:
        return isinstance(event, MessagePosted | MessageEdited) and event.message.id in self.deleted

    def _posted(self, event: MessagePosted) -> None:
        message = event.message
        if message.id in self.known.gone:
            self.ignored += 1
        elif message.id not in self.known.forms:
            self._store(event)
        elif message.edited_at is not None:
            # History that is fetched again shows a message as it is now: an edit that was missed shows itself here.
            self._edited(MessageEdited(message, event.standing))
        else:
            self.duplicates += 1

    def _store(self, event: MessagePosted) -> None:
        message = _clean(event.message)
        early = self.known.early.pop(message.id, None)
        if early is not None:
            self.arrived.add(message.id)
            edit = early.get(message.author.id)
            if edit and _newer(edit.edited_at, message):
                message = _with(message, edit)
        votes = sum(stands for vote, (_, stands) in self.known.votes.items() if vote[0] == message.id)
        if votes > message.likes:
            message = replace(message, likes=votes)
        self.known.forms[message.id] = message
        self.added.add(message.id)
        self.fresh.append(event if message is event.message else replace(event, message=message))

    def _edited(self, event: MessageEdited) -> None:
        edit = event.message
        stored = self.known.forms.get(edit.id)
        if edit.id in self.known.gone:
            self.ignored += 1
        elif stored is None:
            self._keep(event)
        elif stored.author.id != edit.author.id:
            self.ignored += 1
        elif not _newer(event.at, stored):
            self.duplicates += 1
        else:
            newest = _with(stored, _edit(event))
            self.known.forms[edit.id] = newest
            self.changed.add(edit.id)
            if newest.revision == stored.revision:
                self.ignored += 1
            else:
                self.fresh.append(MessageEdited(newest, event.standing))

    def _keep(self, event: MessageEdited) -> None:
        edit = event.message
        by_author = self.known.early.setdefault(edit.id, {})
        earlier = by_author.get(edit.author.id)
        if earlier is None or event.at > earlier.edited_at:
            by_author[edit.author.id] = _edit(event)
            self.waiting.add((edit.id, edit.author.id))
        self.ignored += 1

    def _deleted(self, event: MessageDeleted) -> None:
        if event.message in self.known.gone:
            self.duplicates += 1
            return
        self.known.gone.add(event.message)
        self.known.forms.pop(event.message, None)
        self.known.early.pop(event.message, None)
        self.deleted[event.message] = event
        self.fresh.append(event)

    def _other(self, event: Event) -> None:
        key = event_key(event)
        if key is not None and key in self.known.keys:
            self.duplicates += 1
            return
        if key is not None:
            self.known.keys.add(key)
        match event:
            case Undecryptable():
                if event.message in self.known.forms or event.message in self.known.gone:
                    self.duplicates += 1
                    return
                self.unread[event.message] = event
            case Reacted() | ReactionRemoved() if approves(event.emoji):
                self._vote(event)
        self.fresh.append(event)

    def _vote(self, event: Reacted | ReactionRemoved) -> None:
        vote = (event.message, event.member.id, event.emoji)
        at, stood = self.known.votes.get(vote, (None, False))
        if event.message in self.known.gone or (at is not None and event.at < at):
            return
        stands = isinstance(event, Reacted)
        self.known.votes[vote] = (event.at, stands)
        self.voted.add(vote)
        message = self.known.forms.get(event.message)
        if message and stands != stood:
            likes = max(0, message.likes + (1 if stands else -1))
            self.known.forms[event.message] = replace(message, likes=likes)
            self.changed.add(event.message)


def _newer(edited_at: datetime, stored: Message) -> bool:
    return stored.edited_at is None or edited_at > stored.edited_at


def _edit(event: MessageEdited) -> EarlyEdit:
    message = _clean(event.message)
    return EarlyEdit(message.text, event.at, message.mentions, message.attachments, message.off_record)


def _with(message: Message, edit: EarlyEdit) -> Message:
    """The message after the edit. An edit that leaves the text still moves `edited_at`, so that no older one counts."""
    return replace(
        message,
        text=edit.text,
        edited_at=edit.edited_at,
        mentions=edit.mentions,
        attachments=edit.attachments,
        off_record=message.off_record or edit.off_record,  # what was said off the record stays so
        revision=message.revision + (edit.text != message.text),
    )


def _clean(message: Message) -> Message:
    text = storable(message.text)
    return message if text == message.text and not message.revision else replace(message, text=text, revision=0)
