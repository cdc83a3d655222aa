"""What came of an event that was not merely something said: a press on a prompt, a step of a conversation with one."""

from dataclasses import dataclass

from bot.domain.event import Incoming
from bot.ports.platform import Note


@dataclass(frozen=True, slots=True)
class Taken:
    """What it means, and what is to be kept or posted for it (notes: errands among them), in the same batch.

    Empty: it meant something once and no longer does; nobody else is to hear of it either.
    """

    events: tuple[Incoming, ...] = ()
    notes: tuple[Note, ...] = ()
