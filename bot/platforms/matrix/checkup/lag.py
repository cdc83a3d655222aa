"""How far the store is behind a room, and what could not be decrypted there."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from bot.domain.ids import ConversationId, MessageId
from bot.platforms.found import Found, note, ok
from bot.platforms.matrix.checkup.room import Seen
from bot.platforms.matrix.connection.asking import Asking
from bot.platforms.matrix.connection.paths import v3
from bot.platforms.matrix.names import conversation_id, message_id, place_of
from bot.platforms.matrix.options import Options

_ASKED = 100
_KINDS = ("m.room.message", "m.room.encrypted")
_USUAL = timedelta(minutes=1)


class Stored(Protocol):
    """What the checkup asks of the store, which is only read."""

    async def known(self, messages: Collection[MessageId]) -> Collection[MessageId]:
        """Those of the messages that are stored, or were and are deleted, or wait for their key."""
        ...

    async def undecryptable(self) -> Mapping[ConversationId, int]:
        """Messages that wait for their keys, by room."""
        ...


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that ought to be stored."""

    id: MessageId
    at: datetime


async def newest(homeserver: Asking, options: Options, seen: Seen, now: datetime, kept: timedelta) -> list[Sent]:
    """The newest messages of a room that concern the bot, newest first; `kept`: how long texts are. Raises as `ask`."""
    wanted = json.dumps({"types": _KINDS, "not_senders": [options.user], "lazy_load_members": True})
    query = {"dir": "b", "limit": str(_ASKED), "filter": wanted}
    answer = await homeserver.ask("GET", v3("rooms", seen.room.id, "messages"), query=query)
    chunk = answer.get("chunk")
    found = (_sent(event, options, seen) for event in (chunk if isinstance(chunk, list) else ()))
    return [sent for sent in found if sent is not None and now - sent.at < kept]


def _sent(event: Any, options: Options, seen: Seen) -> Sent | None:
    """None for what is no message of its own: an edit, a deleted one, one from before the bot came."""
    if not isinstance(event, dict):
        return None
    identity, at, content, sender = (event.get(name) for name in ("event_id", "origin_server_ts", "content", "sender"))
    if not isinstance(identity, str) or not isinstance(at, int) or not isinstance(content, dict) or not content:
        return None
    relation = content.get("m.relates_to")
    edits = isinstance(relation, dict) and relation.get("rel_type") == "m.replace"
    room = conversation_id(seen.room.id)
    if edits or at < seen.since or not isinstance(sender, str) or options.heard_elsewhere(sender, room):
        return None
    try:
        return Sent(message_id(seen.room.id, identity), datetime.fromtimestamp(at / 1000, UTC))
    except (ValueError, OverflowError, OSError):
        return None  # a time that no calendar has


def lag_found(
    subject: str, sent: Collection[Sent], known: Collection[MessageId], now: datetime, *, running: bool
) -> Found:
    """`sent` newest first; what is older than the newest that is stored is not looked at."""
    missing: list[Sent] = []
    for one in sent:
        if one.id in known:
            break
        missing.append(one)
    if not missing:
        return ok(subject, "its newest message is stored" if sent else "it has no message yet that would be stored")
    behind = now - missing[-1].at
    least = "at least " if len(missing) == len(sent) and len(sent) > 1 else ""
    count = f"{least}{len(missing)} message{'s' if len(missing) > 1 else ''}"
    if not running:
        return note(subject, f"{count} came since the bot read it last: they are read when it runs")
    if behind < _USUAL:
        return ok(subject, f"{count} just came and are on the way")
    return note(
        subject,
        f"the bot is {_long(behind)} behind: {count} on the homeserver are not stored; the log says what holds it up",
    )


def sealed_found(subject: str, room: str, waiting: Mapping[ConversationId, int]) -> Iterator[Found]:
    """Messages of a room that the bot could not decrypt."""
    count = sum(number for place, number in waiting.items() if place_of(place).room == room)
    if count:
        yield note(
            subject,
            f"{count} message{'s' if count > 1 else ''} could not be decrypted and wait for their keys: whoever wrote "
            "them may exclude unverified devices, or the bot's keys were lost; see docs/matrix.md",
        )


def _long(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"  # noqa: PLR2004 - an hour
