"""What the core offers a platform: what it remembers for it, and the commands that there are."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from bot.domain.ids import ConversationId, MessageId
from bot.ports.knowledge import CommandCatalog
from bot.ports.platform import Notes, Prompts


class Stored(Protocol):
    """What the core has in its store: for an adapter that must find out what changed while nobody listened."""

    async def newest(self, conversation: ConversationId, limit: int) -> list[MessageId]:
        """Messages of exactly this conversation that are kept, newest first; deleted ones are left out."""
        ...

    async def delivered(self, messages: Collection[MessageId]) -> set[MessageId]:
        """Those of them that are known to be posts of the bot's own: receipts of deliveries that are done."""
        ...


@dataclass(frozen=True, slots=True)
class Core:
    """Given to each platform when it is built; `notes` are that platform's own."""

    prompts: Prompts
    notes: Notes
    stored: Stored
    commands: CommandCatalog


CoreOf = Callable[[str], Core]
"""Platform name to what the core offers it."""
