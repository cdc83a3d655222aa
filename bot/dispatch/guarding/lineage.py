"""Which event led to which: a cog that answers its own announcements must come to an end."""

from collections import Counter, OrderedDict
from collections.abc import Iterable

from bot.dispatch.guarding.bounds import MOST_GENERATIONS, MOST_WAITING_EVENTS
from bot.domain.event import EffectApplied, EffectFailed
from bot.errors import CogError
from bot.ports.stores import Envelope

_REMEMBERED = 100_000


class Lineage:
    """How many generations each event of the core's own is away from one that came from outside.

    It lives in memory: a circle that a restart cuts in two runs its length once more, and ends then.
    """

    def __init__(self) -> None:
        self._generations: OrderedDict[int, int] = OrderedDict()
        self._unfinished: dict[int, str] = {}
        self._waiting: Counter[str] = Counter()

    def generation(self, number: int) -> int:
        """0 for what came from outside: a message, a command, a due job."""
        return self._generations.get(number, 0)

    def descend(self, cog: str, cause: int, envelopes: Iterable[Envelope]) -> None:
        """Note that a handler of the cog raised these events over event `cause`."""
        for envelope in envelopes:
            self._unfinished[envelope.number] = cog
            self._waiting[cog] += 1
            self._note(envelope.number, cause)

    def settle(self, envelopes: Iterable[Envelope]) -> None:
        """Note the events that tell what came of posts: they descend from what the posts were about."""
        for envelope in envelopes:
            if isinstance(envelope.event, EffectApplied | EffectFailed):
                self._note(envelope.number, envelope.event.cause)

    def finished(self, number: int) -> None:
        cog = self._unfinished.pop(number, None)
        if cog is not None:
            self._waiting[cog] -= 1

    def refuse_circle(self, cog: str, cause: int) -> None:
        """Raise CogError where a handler may add nothing to what it already led to."""
        if self.generation(cause) >= MOST_GENERATIONS:
            raise CogError(
                f"cog '{cog}' goes round in a circle: {MOST_GENERATIONS} events have led to one another, and it wants "
                "more of them"
            )
        if self._waiting[cog] >= MOST_WAITING_EVENTS:
            raise CogError(f"cog '{cog}': {MOST_WAITING_EVENTS:,} of its announcements and flags wait already")

    def _note(self, number: int, cause: int) -> None:
        self._generations[number] = self.generation(cause) + 1
        if len(self._generations) > _REMEMBERED:
            self._generations.popitem(last=False)
