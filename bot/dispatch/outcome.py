"""From what a handler returned to what one transaction stores."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import get_args

from bot.cog import Invocation
from bot.dispatch.consequences import sanction_subject, weigh
from bot.domain.community import Community
from bot.domain.document import Document
from bot.domain.effect import (
    Announce,
    AnySanction,
    Ask,
    Attach,
    Audience,
    Ban,
    Configure,
    Deliverable,
    DirectMessage,
    Edit,
    Effect,
    Erase,
    Flag,
    Kick,
    LiftTimeout,
    OffTheRecord,
    OpenThread,
    Put,
    Record,
    Remove,
    Reply,
    Sanction,
    Say,
    Schedule,
    SlowMode,
    Swap,
    Timeout,
    Unban,
    Unschedule,
    Upsert,
    Warn,
)
from bot.domain.event import Announced, ErasureDue, Event
from bot.domain.ids import ConversationId, native_of, platform_of
from bot.domain.moderation import Mode
from bot.errors import CogError
from bot.ownership import CORE
from bot.ports.knowledge import Directory
from bot.ports.stores import Outcome, Post

_EFFECTS: tuple[type, ...] = get_args(Effect)
_ROWS = (Put, Swap, Upsert, Remove)
_ANSWERS = (Say, Ask, Attach)
_SEEN = (*_ANSWERS, OpenThread)


@dataclass(frozen=True, slots=True)
class Source:
    """Whose effects these are and what caused them.

    Attributes:
        cause: journal number of the event; part of every post's key.
        handler: the handler's name; two handlers of one cog on one event must not share keys.
        where: the room that it is about, if it is about one.
    """

    cog: str
    handler: str
    cause: int
    at: datetime
    where: ConversationId | None = None


def effects_of(reply: Reply, call: Invocation | None = None, audience: Audience = Audience.THREAD) -> list[Effect]:
    """What a handler returned, as effects; a Document becomes the answer to the command, for its audience.

    Raises:
        CogError: it returned something else.
    """
    if reply is None:
        return []
    if isinstance(reply, Document):
        if call is None:
            raise CogError("only a command may return a Document; return Say(...) with a conversation instead")
        return [call.answer(reply, audience=audience)]
    effects: Sequence[Effect] = reply if isinstance(reply, list | tuple) else [reply]
    for effect in effects:
        if not isinstance(effect, _EFFECTS):
            raise CogError(f"a handler returned {type(effect).__name__}, which is no effect")
    return list(effects)


def answered(call: Invocation, effects: Sequence[Effect]) -> Sequence[Effect]:
    """The effects of a command that the platform itself took, with an answer if there is none among them.

    Until there is one the platform shows whoever gave the command that the bot is at work, and at last that it failed.
    """
    if any(isinstance(effect, _ANSWERS) and effect.reply_to == call.asked for effect in effects):
        return effects
    below = any(isinstance(effect, _SEEN) and effect.conversation == call.conversation.id for effect in effects)
    said = call.answer(Document.of("Done: see below." if below else "Done."), audience=Audience.ASIDE)
    return [*effects, said]


def outcome_of(
    source: Source,
    effects: Iterable[Effect],
    directory: Directory,
    *,
    handled: tuple[int, ...] = (),
    cursor: tuple[str, int] | None = None,
) -> Outcome:
    """Sort effects into what the store keeps, with flags and sanctions weighed per community."""
    addressed = [_addressed(effect, directory) for effect in effects]
    allowed, events, records = _weighed(addressed, directory, source.at)
    posts = [effect for effect in allowed if isinstance(effect, get_args(Deliverable))]
    return Outcome(
        cog=source.cog,
        at=source.at,
        handler=source.handler,
        handled=handled,
        cursor=cursor,
        rows=tuple(effect for effect in allowed if isinstance(effect, _ROWS)),
        events=(*events, *_raised(source, allowed)),
        posts=tuple(_post(source, index, effect) for index, effect in enumerate(posts)),
        records=(*records, *(effect for effect in allowed if isinstance(effect, Record))),
        schedules=tuple(effect for effect in allowed if isinstance(effect, Schedule | Unschedule)),
        settings=tuple(effect for effect in allowed if isinstance(effect, Configure)),
        preferences=tuple(_wishes(allowed)),
    )


def _addressed(effect: Effect, directory: Directory) -> Effect:
    """What goes to a room that another one took the place of goes there; what is about a message stays with it."""
    match effect:
        case Say(reply_to=None) | Ask(reply_to=None) | Attach(reply_to=None) | Edit() | OpenThread():
            current = directory.current(effect.conversation)
        case Timeout() | LiftTimeout() | Kick() | Ban() | Unban() | SlowMode():
            current = directory.current(effect.conversation)
        case _:
            return effect
    return effect if current == effect.conversation else replace(effect, conversation=current)


def _weighed(
    effects: Iterable[Effect], directory: Directory, at: datetime
) -> tuple[list[Effect], list[Event], list[Record]]:
    by_community: dict[str | None, tuple[Community | None, list[Effect]]] = {}
    allowed: list[Effect] = []
    for effect in effects:
        if isinstance(effect, Flag | Sanction):
            community = directory.community_of(effect.conversation)
            key = community.id if community else None
            by_community.setdefault(key, (community, []))[1].append(effect)
        else:
            allowed.append(effect)
    events: list[Event] = []
    records: list[Record] = []
    for community, bound in by_community.values():
        mode = community.mode if community else Mode.OBSERVE
        result = weigh(bound, mode=mode, community=community.id if community else None, at=at)
        allowed.extend(result.allowed)
        events.extend(result.flagged)
        records.extend(result.records)
    return allowed, events, records


def _raised(source: Source, effects: Iterable[Effect]) -> Iterable[Event]:
    for effect in effects:
        if isinstance(effect, Announce):
            yield Announced(source.cog, effect.topic, source.at, effect.conversation, effect.data)
        elif isinstance(effect, Erase):
            _require_ids(effect, effect.member, effect.conversation)
            yield ErasureDue(effect.member, effect.conversation, source.at, source.cog)


def _wishes(effects: Iterable[Effect]) -> Iterable[OffTheRecord]:
    for effect in effects:
        if isinstance(effect, OffTheRecord):
            _require_ids(effect, effect.member)
            yield effect


def _require_ids(effect: Effect, *ids: object) -> None:
    """The core itself acts on these: what is no id would end the bot, at an erasure also after each restart."""
    if not all(isinstance(one, str) and platform_of(one) and native_of(one) for one in ids):
        raise CogError(f"{type(effect).__name__} takes ids, such as event.member.id or call.conversation.id")


def _post(source: Source, index: int, effect: Deliverable) -> Post:
    if isinstance(effect, DirectMessage | Warn) and effect.choices and effect.label is None:
        raise CogError(f"{type(effect).__name__} with choices needs a label, by which its answers are known")
    return Post(
        key=f"{source.cause}.{source.cog}.{source.handler}.{index}",
        cog=source.cog,
        cause=source.cause,
        platform=_platform(effect),
        conversation=effect.conversation,
        priority=int(effect.priority) if isinstance(effect, Say | Ask | Edit) else 0,
        effect=effect,
        label=effect.label if isinstance(effect, Say | Ask | OpenThread | DirectMessage | Warn) else None,
        expires_at=effect.expires_at if isinstance(effect, Say | Ask) else None,
    )


def core_post(key: str, say: Say, *, cause: int = 0) -> Post:
    """What the core itself says, about event `cause` if there is one; no two things that it says share a key."""
    return Post(key, CORE, cause, platform_of(say.conversation), say.conversation, int(say.priority), say)


def _platform(effect: Deliverable) -> str:
    """Private words go where the member is; all else to the conversation's platform."""
    if isinstance(effect, DirectMessage | Warn):
        return platform_of(effect.member)
    return platform_of(effect.conversation)


def sanction_records(sanction: AnySanction, directory: Directory, action: str, note: str) -> tuple[Record, ...]:
    """The audit line that says what came of a sanction."""
    community = directory.community_of(ConversationId(sanction.conversation))
    if community is None:
        return ()
    details = {"effect": type(sanction).__name__, "origin": sanction.origin.value, "rule": sanction.ground.rule}
    if sanction.case is not None:
        details["case"] = str(sanction.case)
    if note:
        details["note"] = note
    return (Record(community.id, action, sanction_subject(sanction), sanction.by, details),)
