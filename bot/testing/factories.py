"""Small builders of members, conversations, messages, events and communities for tests.

What a test does not name gets a sensible value; ids and times of messages count upwards within a process, so that
two messages built in a row are two messages, the second later than the first.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from bot.domain.community import Community, Rule, Steward
from bot.domain.conversation import Conversation, ConversationKind
from bot.domain.effect import Deliverable
from bot.domain.event import (
    CommandInvoked,
    Incoming,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    PromptAnswered,
    Reacted,
    Reported,
)
from bot.domain.ids import CommunityId, ConversationId, MemberId, MessageId, platform_of
from bot.domain.member import Member, MemberKind, Standing
from bot.domain.message import Message
from bot.domain.moderation import Evidence, Ground
from bot.ports.platform import Batch, Delivery
from bot.testing.clock import START

_numbers = count(1)


def member(name: str = "Mira", *, platform: str = "fake", kind: MemberKind = MemberKind.PERSON) -> Member:
    """The same name is the same person."""
    return Member(MemberId(f"{platform}:{name.lower()}"), name, kind)


def room(name: str = "city-politics", *, platform: str = "fake", encrypted: bool = False) -> Conversation:
    return Conversation(ConversationId(f"{platform}:{name}"), name, encrypted=encrypted)


def thread(parent: Conversation | None = None, name: str = "bus-lanes") -> Conversation:
    home = parent or room()
    return Conversation(ConversationId(f"{home.id}/{name}"), name, ConversationKind.THREAD, home.id)


def direct(person: Member | None = None) -> Conversation:
    other = person or member()
    return Conversation(ConversationId(f"{other.id}/direct"), other.name, ConversationKind.DIRECT)


def _person(who: Member | str, near: Conversation) -> Member:
    return who if isinstance(who, Member) else member(who, platform=platform_of(near.id))


def message(
    text: str = "The bus lane saves me ten minutes every day.",
    *,
    author: Member | str = "Mira",
    conversation: Conversation | None = None,
    id: str | None = None,  # noqa: A002 - the field's own name
    at: datetime | None = None,
    reply_to: Message | MessageId | None = None,
    **others: Any,
) -> Message:
    """A message.

    Args:
        text: what it says.
        author: a member, or a name.
        conversation: where; the room "city-politics" unless given.
        id: the part behind "platform:".
        at: when; each message is a minute later than the one built before it.
        reply_to: the message it answers, or its id.
        **others: further attributes of `Message`.
    """
    number = next(_numbers)
    where = conversation or room()
    platform = platform_of(where.id)
    return Message(
        id=MessageId(f"{platform}:{id or f'm{number}'}"),
        conversation=where,
        author=_person(author, where),
        text=text,
        sent_at=at or START + timedelta(minutes=number),
        reply_to=reply_to.id if isinstance(reply_to, Message) else reply_to,
        **others,
    )


def posted(
    text: str = "The bus lane saves me ten minutes every day.",
    *,
    standing: Standing = Standing.MEMBER,
    **others: Any,
) -> MessagePosted:
    """A new message; `others` as for `message`."""
    return MessagePosted(message(text, **others), standing)


def edited(
    original: Message, text: str, *, at: datetime | None = None, standing: Standing = Standing.MEMBER
) -> MessageEdited:
    when = at or (original.edited_at or original.sent_at) + timedelta(minutes=1)
    return MessageEdited(replace(original, text=text, edited_at=when), standing)


def deleted(original: Message, *, at: datetime | None = None, by: Member | None = None) -> MessageDeleted:
    when = at or original.sent_at + timedelta(minutes=2)
    return MessageDeleted(original.id, original.conversation, when, (by or original.author).id)


def reacted(original: Message, emoji: str = "👍", *, by: Member | str = "Dario", at: datetime | None = None) -> Reacted:
    person = _person(by, original.conversation)
    return Reacted(original.id, original.conversation, person, emoji, at or original.sent_at + timedelta(minutes=1))


def reported(original: Message, reason: str = "insulting", *, by: Member | str = "Dario") -> Reported:
    person = _person(by, original.conversation)
    return Reported(original.id, original.conversation, person, reason, original.sent_at + timedelta(minutes=1))


def invoked(
    name: str,
    arguments: Mapping[str, str] | None = None,
    *,
    caller: Member | str = "Mira",
    standing: Standing = Standing.MEMBER,
    conversation: Conversation | None = None,
    at: datetime | None = None,
    target: MessageId | None = None,
) -> CommandInvoked:
    number = next(_numbers)
    where = conversation or room()
    platform = platform_of(where.id)
    when = at or START + timedelta(minutes=number)
    return CommandInvoked(
        MessageId(f"{platform}:c{number}"), name, arguments or {}, _person(caller, where), standing, where, when, target
    )


def answered(
    cog: str,
    label: str,
    choice: str,
    *,
    by: Member | str = "Mira",
    standing: Standing = Standing.MODERATOR,
    conversation: Conversation | None = None,
    at: datetime | None = None,
    fields: Mapping[str, str] | None = None,
) -> PromptAnswered:
    number = next(_numbers)
    where = conversation or room()
    platform = platform_of(where.id)
    when = at or START + timedelta(minutes=number)
    return PromptAnswered(
        MessageId(f"{platform}:a{number}"), cog, label, choice, _person(by, where), standing, where, when, fields or {}
    )


def batch(*events: Incoming, checkpoints: Mapping[str, str] | None = None) -> Batch:
    return Batch(events, checkpoints or {})


def delivery(
    effect: Deliverable, *, key: str = "k1", cog: str = "review", attempt: int = 1, target: MessageId | None = None
) -> Delivery:
    return Delivery(key, cog, effect, attempt, target)


def ground(reason: str = "a personal attack", *, rule: str = "respect", score: float | None = None) -> Ground:
    """`score` adds evidence from a model with the threshold 0.5."""
    evidence = None if score is None else Evidence(score, 0.5, "participant", "test-model 1")
    return Ground(rule, reason, evidence)


def community(
    name: str = "tarnwick",
    *,
    rooms: tuple[Conversation, ...] | None = None,
    review_room: Conversation | None = None,
    moderators: tuple[str, ...] = ("Noor", "Otto"),
    **others: Any,
) -> Community:
    """A community with the room "city-politics", the review room "moderators", one rule and two moderators.

    Args:
        name: its id.
        rooms: what it watches.
        review_room: where cards go.
        moderators: names of stewards, each with one account on the rooms' platform.
        **others: further attributes of `Community`.
    """
    watched = rooms or (room(),)
    platform = platform_of(watched[0].id)
    return Community(
        id=CommunityId(name),
        rooms=frozenset(conversation.id for conversation in watched),
        review_room=(review_room or room("moderators", platform=platform)).id,
        stewards=tuple(Steward(who, frozenset({member(who, platform=platform).id})) for who in moderators),
        **{"rules": (Rule("respect", "Argue with the claim, not with the person."),), **others},
    )
