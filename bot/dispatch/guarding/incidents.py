"""Failures of cogs: counted, logged once with an id that an operator can find, never raised further."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.ids import ConversationId
from bot.log import logger, new_incident

_log = logger("dispatch")


@dataclass(frozen=True, slots=True)
class Failure:
    """One failure, without anybody's words.

    Attributes:
        error: the name of the exception's class.
        where: the room in which it happened, if it was one.
    """

    cog: str
    handler: str
    error: str
    incident: str
    where: ConversationId | None = None


class Incidents:
    """How often each cog failed since the start.

    Args:
        told: hears of each, to tell people.
    """

    def __init__(self, told: Callable[[Failure], None] = lambda _: None) -> None:
        self.by_cog: Counter[str] = Counter()
        self._told = told

    @property
    def total(self) -> int:
        return self.by_cog.total()

    def report(
        self, cog: str, handler: str, cause: int, error: BaseException, where: ConversationId | None = None
    ) -> str:
        """Log a failure with its traceback, and tell of it; gives the incident's id."""
        incident = self.record(cog, handler, cause, error)
        self._told(Failure(cog, handler, type(error).__name__, incident, where))
        return incident

    def uncaught(self, cog: str, handler: str, error: BaseException) -> None:
        """What a cog's own task or timer raised, and nobody looked at."""
        self.report(cog, handler, 0, error)

    def record(self, cog: str, handler: str, cause: int, error: BaseException) -> str:
        """Log a failure with its traceback, from any thread."""
        incident = new_incident()
        self.by_cog[cog] += 1
        _log.error("handler failed", incident=incident, cog=cog, handler=handler, cause=cause, exc_info=error)
        return incident
