"""Tokens of interactions: for fifteen minutes the bot can answer whoever gave a command or pressed a button."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.ports.clock import Clock
from bot.ports.platform import Note, Notes


@dataclass(frozen=True, slots=True)
class Token:
    """An interaction that can still be answered.

    Attributes:
        id: of the interaction, `discord:CHANNEL/INTERACTION`, as `CommandInvoked.id` or `PromptAnswered.id` names it.
        deferred: an answer was promised ("… is thinking"): the first answer replaces that; else answers are follow-ups.
        ephemeral: whether what was promised is for the asker's eyes only.
        answered: the promise has been kept.
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


class Tokens:
    """Kept in notes, so that a restart does not lose them; forgotten after fifteen minutes or with the member."""

    def __init__(self, notes: Notes, clock: Clock) -> None: ...

    async def load(self) -> None:
        """What an earlier run left."""
        raise NotImplementedError

    def keep(self, token: Token) -> Note:
        """From now on `of` and `latest` know it; the note is to be stored with the event that it belongs to."""
        raise NotImplementedError

    def of(self, interaction: MessageId) -> Token | None:
        """While it lasts."""
        raise NotImplementedError

    def latest(self, member: MemberId, conversation: ConversationId) -> Token | None:
        """The newest one of somebody in a conversation, while it lasts: where words for them alone can go."""
        raise NotImplementedError

    async def kept_promise(self, interaction: MessageId) -> None:
        """The promised answer was given."""
        raise NotImplementedError
