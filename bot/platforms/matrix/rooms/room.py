"""One room as its state events tell it."""

from dataclasses import dataclass, field
from typing import Any

from bot.domain.conversation import Conversation
from bot.domain.member import Member
from bot.platforms.matrix.connection.homeserver import Json
from bot.platforms.matrix.rooms.power import Power


@dataclass(slots=True)
class Person:
    """Membership ("join", "invite", "leave", "ban", "knock") and display name, as far as known."""

    membership: str
    name: str | None = None
    direct: bool = False


@dataclass(slots=True)
class Room:
    """Brought up to date by `apply`, one state event at a time.

    Attributes:
        people: those that were heard of; with lazy loading never all.
        replaced_by: the room that a tombstone points to.
        state: content of other state that somebody reads (policy rules), by type and state key.
    """

    id: str
    version: str = "1"
    name: str | None = None
    alias: str | None = None
    encrypted: bool = False
    power: Power = field(default_factory=Power)
    people: dict[str, Person] = field(default_factory=dict)
    replaced_by: str | None = None
    predecessor: str | None = None
    direct: bool = False
    state: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def apply(self, event: Json) -> None:
        """Take a state event; malformed ones change nothing."""
        raise NotImplementedError

    def conversation(self, thread: str | None = None) -> Conversation:
        """The room, or a thread in it, as the core knows it."""
        raise NotImplementedError

    def member(self, user: str) -> Member:
        """Name made unambiguous; kind PERSON (who is a bot is decided by `incoming`)."""
        raise NotImplementedError

    def via(self) -> list[str]:
        """Up to three servers through which others can reach the room."""
        raise NotImplementedError
