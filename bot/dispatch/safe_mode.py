"""Safe mode: one cog runs; what concerns the others waits for them until the next normal start."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from bot.dispatch.given import given_in
from bot.dispatch.outcome import core_post
from bot.domain.document import Document, Strong, heading, paragraph
from bot.domain.effect import Priority, Say
from bot.domain.event import ErasureDue, Event
from bot.ownership import CORE
from bot.ports.knowledge import Directory
from bot.ports.stores import Outcome
from bot.registry import Registry, Worker, addressee


class SafeMode:
    """What is left undone for cogs that are left out; without any, nothing is.

    Args:
        left_out: the cogs that the configuration enables and that are not loaded now; None in a normal run.
        prefix: what commands begin with.
        registry: the cogs that are loaded, some of those left out perhaps among them by now.
    """

    def __init__(self, left_out: Collection[str] | None, prefix: str, registry: Callable[[], Registry]) -> None:
        self.on = left_out is not None
        self._left_out = tuple(left_out or ())
        self._prefix = prefix
        self._registry = registry

    def without(self) -> Collection[str]:
        """The cogs that are left out and that nobody has loaded since. Their posts stay where they are."""
        loaded = self._registry().cogs
        return [name for name in self._left_out if name not in loaded]

    def reasons(self) -> Mapping[str, str]:
        why = f"left out, since the bot runs in safe mode; {self._prefix}cogs load NAME loads it"
        return dict.fromkeys(self.without(), why)

    def puts_off(self, event: Event) -> bool:
        """Whether an event stays unfinished in the store: nobody here hears it, and one that is left out might.

        Commands are not put off: nobody wants the answer hours later.
        """
        if not self.without() or isinstance(event, ErasureDue):
            return False
        owner = addressee(event)
        if owner is not None:
            return owner in self.without()
        return given_in(event, self._prefix) is None and not self._registry().listeners(event)

    def workers(self) -> Sequence[Worker]:
        """Detached workers rest with the models: one that ran without them would pass over what it cannot judge."""
        return () if self.on else self._registry().workers

    def notice(self, directory: Directory, now: datetime) -> Outcome:
        """Tells the moderators of every community."""
        posts = [
            core_post(
                f"safe mode {now.isoformat()} {community.id}",
                Say(community.review_room, self._told(), priority=Priority.NOTICE),
            )
            for community in directory.communities()
            if community.review_room is not None
        ]
        return Outcome(CORE, now, posts=tuple(posts))

    def _told(self) -> Document:
        loading = f"{self._prefix}cogs load NAME loads one now, without models."
        return Document.of(
            heading("The bot runs in safe mode", level=3),
            paragraph("Left out: ", Strong(", ".join(self._left_out) or "nothing"), f". {loading}"),
            paragraph(
                "What is said meanwhile is stored. After a normal start it is judged, and edits, deletions and answers "
                "to cards are dealt with then; posts that wait go out then too. Commands of these cogs are not carried "
                "out, neither now nor later: give them again."
            ),
            paragraph("To leave safe mode, the admin stops the bot and starts it with `folkmoot run`, without --safe."),
        )
