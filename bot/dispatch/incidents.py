"""Failures of cogs: counted, logged once with an id that an operator can find, never raised further."""

from collections import Counter

from bot.log import logger, new_incident

_log = logger("dispatch")


class Incidents:
    """How often each cog failed since the start."""

    def __init__(self) -> None:
        self.by_cog: Counter[str] = Counter()

    @property
    def total(self) -> int:
        return self.by_cog.total()

    def report(self, cog: str, handler: str, cause: int, error: BaseException) -> str:
        """Log a failure with its traceback; gives the incident's id."""
        incident = new_incident()
        self.by_cog[cog] += 1
        _log.error("handler failed", incident=incident, cog=cog, handler=handler, cause=cause, exc_info=error)
        return incident
