"""Tokens of interactions: for fifteen minutes the bot can answer whoever gave a command or pressed a button."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.ports.clock import Clock
from bot.ports.platform import Note, Notes

SCOPE = "interaction"
"""Of the notes in which tokens are kept."""

LASTS = timedelta(minutes=15)
"""From Discord's rules."""

_MARGIN = timedelta(seconds=10)
"""An answer that is only begun then might come too late."""


@dataclass(frozen=True, slots=True)
class Token:
    """An interaction that can still be answered.

    Attributes:
        id: of the interaction, `discord:CHANNEL/INTERACTION`, as `CommandInvoked.id` or `PromptAnswered.id` names it.
        at: when it arrived, by this machine's clock.
        deferred: an answer was promised ("… is thinking"): the first answer replaces that; else answers are follow-ups.
        ephemeral: whether what was promised is for the asker's eyes only.
        answered: the promise has been kept.
        answered_by: the key of the delivery that kept it.
        message: the one that a pressed button stands on; None for commands.
    """

    id: MessageId
    token: str
    application: int
    member: MemberId
    conversation: ConversationId
    at: datetime
    deferred: bool
    ephemeral: bool
    answered: bool = False
    answered_by: str = ""
    message: MessageId | None = None


class Tokens:
    """Kept in notes, so that a restart does not lose them; forgotten after fifteen minutes or with the member."""

    def __init__(self, notes: Notes, clock: Clock) -> None:
        self._notes = notes
        self._clock = clock
        self._kept: OrderedDict[MessageId, Token] = OrderedDict()
        """In the order in which they came."""
        self._coming: dict[MessageId, asyncio.Event] = {}
        """Set when Discord was told that the interaction has been taken; it refuses answers before."""

    async def load(self) -> None:
        """What an earlier run left."""
        found = [token for note in await self._notes.all(SCOPE) if (token := _read(note)) is not None]
        for token in sorted(found, key=lambda each: each.at):
            self._kept.setdefault(token.id, token)

    def keep(self, token: Token, *, coming: bool = False) -> Note:
        """From now on `of` and `latest` know it; the note is to be stored with the event that it belongs to.

        `coming`: Discord is still to be told that the interaction was taken; `taken` or `drop` says how that went.
        """
        self._forget()
        self._kept[token.id] = token
        if coming:
            self._coming[token.id] = asyncio.Event()
        return _note(token)

    def taken(self, interaction: MessageId) -> None:
        """Discord knows: from now on it lets the bot answer."""
        if (coming := self._coming.pop(interaction, None)) is not None:
            coming.set()

    async def acknowledged(self, interaction: MessageId) -> Token | None:
        """As `of`, once Discord can be answered: moments after the interaction at most. None: it cannot be."""
        if (coming := self._coming.get(interaction)) is not None:
            await coming.wait()
        return self.of(interaction)

    def of(self, interaction: MessageId) -> Token | None:
        """While it lasts."""
        token = self._kept.get(interaction)
        return token if token is not None and self._lasts(token) else None

    def latest(self, member: MemberId, conversation: ConversationId) -> Token | None:
        """The newest one of somebody in a conversation, while it lasts: where words for them alone can go."""
        return self._newest(lambda token: token.member == member and token.conversation == conversation)

    def on(self, message: MessageId) -> Token | None:
        """The newest one of a press on a message, while it lasts: what only one person sees is changed through it."""
        return self._newest(lambda token: token.message == message)

    def _newest(self, fits: Callable[[Token], bool]) -> Token | None:
        return next((token for token in reversed(self._kept.values()) if fits(token) and self._lasts(token)), None)

    async def kept_promise(self, interaction: MessageId, key: str = "") -> None:
        """The promised answer was given, by the delivery of that key."""
        token = self._kept.get(interaction)
        if token is None or token.answered:
            return
        self._kept[interaction] = replace(token, answered=True, answered_by=key)
        await self._notes.write([_note(self._kept[interaction])])

    def drop(self, interaction: MessageId) -> None:
        """It turned out to be of no use: Discord knows it no longer, or was told too late."""
        self._kept.pop(interaction, None)
        self.taken(interaction)

    def _lasts(self, token: Token) -> bool:
        """A clock that was set back since makes none of them last longer than they would."""
        return timedelta(0) <= self._clock.now() - token.at + _MARGIN < LASTS

    def _forget(self) -> None:
        """Those whose time is over: they are the oldest ones."""
        for identity, token in list(self._kept.items()):
            if self._lasts(token):
                return
            del self._kept[identity]


def _note(token: Token) -> Note:
    text = json.dumps(
        {
            "token": token.token,
            "application": token.application,
            "conversation": token.conversation,
            "at": token.at.isoformat(),
            "deferred": token.deferred,
            "ephemeral": token.ephemeral,
            "answered": token.answered,
            "answered_by": token.answered_by,
            "message": token.message,
        }
    )
    return Note(SCOPE, token.id, text, member=token.member, until=token.at + LASTS)


def _read(note: Note) -> Token | None:
    """None: another version wrote it in another form; it would last for minutes only."""
    if note.text is None or note.member is None:
        return None
    try:
        data: dict[str, Any] = json.loads(note.text)
        return Token(
            id=MessageId(note.id),
            token=str(data["token"]),
            application=int(data["application"]),
            member=note.member,
            conversation=ConversationId(data["conversation"]),
            at=datetime.fromisoformat(data["at"]),
            deferred=bool(data["deferred"]),
            ephemeral=bool(data["ephemeral"]),
            answered=bool(data["answered"]),
            answered_by=str(data["answered_by"]),
            message=MessageId(data["message"]) if data["message"] else None,
        )
    except (ValueError, KeyError, TypeError):
        return None
