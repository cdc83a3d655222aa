"""Small things to do for the homeserver that must survive a crash: noted in the batch that caused them, done after it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from bot.domain.ids import MemberId
from bot.ports.platform import Note

Errand = Callable[[Mapping[str, Any]], Awaitable[None]]


class Errands:
    """Runs noted errands, those of one room in order, rooms beside each other; forgets what is done.

    `kinds` maps an errand's kind to what does it with its data. RateLimited and Unavailable are tried again with
    back-off, other PlatformErrors are logged and end it.
    """

    def __init__(self, kinds: Mapping[str, Errand]) -> None:
        self._kinds = kinds

    def note(
        self,
        kind: str,
        identity: str,
        data: Mapping[str, Any],
        *,
        room: str = "",
        due: datetime | None = None,
        member: MemberId | None = None,
    ) -> Note:
        """The note to write (with a batch, or by `add`); the same kind and identity is the same errand."""
        raise NotImplementedError

    async def add(self, note: Note) -> None:
        """Write the note by itself and do it."""
        raise NotImplementedError

    def noted(self, notes: tuple[Note, ...]) -> None:
        """A batch with these notes has been stored: begin with its errands."""
        raise NotImplementedError

    async def run(self) -> None:
        """Take up what an earlier run left, then go on until cancelled."""
        raise NotImplementedError
