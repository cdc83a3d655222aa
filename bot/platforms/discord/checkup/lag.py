"""How far the store is behind a channel, and whether messages come with their words."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.domain.ids import MessageId
from bot.platforms.discord.checkup.account import INTENTS
from bot.platforms.discord.checkup.answers import entries, flag, number, text
from bot.platforms.discord.names import message_id
from bot.platforms.found import Found, mend, note, ok

ASKED = 100
_KINDS = {0, 19}
"""What people write: plain messages and replies."""
_WITH_WORDS = ("attachments", "embeds", "sticker_items", "components", "message_snapshots")
_USUAL = timedelta(minutes=1)
_EMPTY_IN_A_ROW = 3


class Stored(Protocol):
    """What the checkup asks of the store, which is only read."""

    async def known(self, messages: Collection[MessageId]) -> Collection[MessageId]:
        """Those of the messages that are stored, or were and are deleted."""
        ...


@dataclass(frozen=True, slots=True)
class Sent:
    """A message of a person, which ought to be stored; `empty`: it came without anything in it."""

    id: MessageId
    at: datetime
    empty: bool = False


def sent(answer: Any, channel: int, now: datetime, kept: timedelta) -> list[Sent]:
    """From GET /channels/ID/messages, newest first; `kept`: how long texts are."""
    found = (_sent(one, channel) for one in entries(answer))
    return [one for one in found if one is not None and now - one.at < kept]


def _sent(message: dict[str, Any], channel: int) -> Sent | None:
    author, identity = message.get("author"), number(message, "id")
    if flag(author, "bot") or "webhook_id" in message or number(message, "type") not in _KINDS or not identity:
        return None
    try:
        at = datetime.fromisoformat(text(message, "timestamp"))
    except ValueError:
        return None
    if at.tzinfo is None:
        return None
    empty = (
        not text(message, "content") and not message.get("poll") and not any(message.get(one) for one in _WITH_WORDS)
    )
    return Sent(message_id(channel, identity), at, empty)


def lag_found(
    subject: str, messages: list[Sent], known: Collection[MessageId], now: datetime, *, running: bool
) -> Iterator[Found]:
    """`messages`: newest first. What was sent before the newest one that is stored is not looked at."""
    newest = messages[:_EMPTY_IN_A_ROW]
    if len(newest) == _EMPTY_IN_A_ROW and all(one.empty for one in newest):
        yield mend(subject, f"its newest messages came empty: the {INTENTS[0].name} is off, see “intents”")
    missing: list[Sent] = []
    for one in messages:
        if one.id in known:
            break
        missing.append(one)
    if not missing:
        yield ok(subject, "its newest message is stored" if messages else "it has no message yet that would be stored")
        return
    behind = now - missing[-1].at
    least = "at least " if len(missing) == len(messages) and len(messages) > 1 else ""
    count = f"{least}{len(missing)} message{'s' if len(missing) > 1 else ''}"
    if not running:
        yield note(subject, f"{count} came since the bot read it last: they are read when it runs")
    elif behind < _USUAL:
        yield ok(subject, f"{count} just came and are on the way")
    else:
        yield note(
            subject,
            f"the bot is {_long(behind)} behind: {count} on Discord are not stored; the log says what holds it up",
        )


def _long(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"  # noqa: PLR2004 - an hour
