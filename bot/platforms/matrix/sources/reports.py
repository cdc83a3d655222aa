"""Reports that members make to the homeserver from their clients, as Synapse keeps them: asked for again and again."""

import random
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.conversation import Conversation
from bot.domain.event import Reported
from bot.domain.member import Member
from bot.errors import Gone, RateLimited, Revoked, Unavailable
from bot.log import logger
from bot.platforms.matrix import names
from bot.platforms.matrix.connection.homeserver import Homeserver
from bot.platforms.matrix.connection.paths import synapse
from bot.platforms.matrix.connection.refusals import Refused
from bot.platforms.matrix.fields import event_id, is_room, text, user_id
from bot.platforms.matrix.named import is_named
from bot.platforms.matrix.options import Options
from bot.platforms.matrix.rooms.rooms import Rooms
from bot.platforms.patience import Patience
from bot.ports.clock import Clock
from bot.ports.platform import Batch

SCOPE = "reports"

Give = Callable[[Batch], Awaitable[None]]

_EVERY, _SPREAD = 60.0, 15.0
"""Seconds between two looks, and how much longer by chance."""

_PAGE, _OVERLAP, _MOST_PAGES = 100, 10, 100
_MOST_EVENTS = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = 253_402_300_799_000
_LARGEST = 2**63

_log = logger("matrix")


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """How far reports were read. Both parts count: an id is given again where the last report was deleted."""

    received: int = 0
    number: int = 0

    @classmethod
    def read(cls, text: str) -> "Mark":
        """The beginning where it cannot be read: the core knows reports it has."""
        received, _, number = text.partition(" ")
        fits = received.isascii() and received.isdigit() and number.isascii() and number.isdigit()
        return cls(int(received), int(number)) if fits and len(text) < 50 else cls()  # noqa: PLR2004

    def __str__(self) -> str:
        return f"{self.received} {self.number}"

    def is_before(self, report: "Report") -> bool:
        return report.received > self.received or report.number > self.number

    def after(self, report: "Report") -> "Mark":
        return Mark(max(self.received, report.received), max(self.number, report.number))


@dataclass(frozen=True, slots=True)
class Report:
    """One entry of the homeserver's list."""

    number: int
    received: int
    room: str
    event: str
    reporter: str
    reason: str
    room_name: str


def read_report(entry: object) -> Report | None:
    """None for what is no whole report on a message."""
    if not isinstance(entry, Mapping):
        return None
    number, received = _count(entry.get("id"), _LARGEST), _count(entry.get("received_ts"), _LATEST)
    room, event, reporter = text(entry.get("room_id")), event_id(entry.get("event_id")), user_id(entry.get("user_id"))
    if number is None or received is None or not is_room(room) or event is None or reporter is None:
        return None
    shown = text(entry.get("name")) or text(entry.get("canonical_alias")) or room
    return Report(number, received, room, event, reporter, text(entry.get("reason")), shown)


def _count(value: Any, most: int) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most else None


class ReportSource:
    """Reports on messages in the rooms that the configuration names. The admin's token is used for nothing else.

    A fresh install leaves older reports alone.
    """

    def __init__(
        self,
        options: Options,
        homeserver: Homeserver,
        rooms: Rooms,
        clock: Clock,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._options = options
        self._homeserver = homeserver
        self._rooms = rooms
        self._clock = clock
        self._chance = chance
        self.trouble = ""
        """Why reports are not read (any more), in words for an operator."""

    async def run(self, give: Give, resume: Mapping[str, str]) -> None:
        """Hand over what is new, until cancelled; ends by itself only where the homeserver will never tell."""
        if self._options.admin_token is None:
            return
        mark = Mark.read(resume[SCOPE]) if SCOPE in resume else None
        patience = Patience(self._chance)
        while True:
            try:
                mark = await self._look(give, mark)
            except (Unavailable, RateLimited) as error:
                pause = patience.after(error)
                _log.warning("reports cannot be read at the moment", error=str(error), pause=round(pause))
                await self._clock.sleep(pause)
            except (Refused, Gone, Revoked) as error:
                self.trouble = _trouble(error)
                _log.error("reports are not read", why=self.trouble)
                return
            else:
                patience.rewarded()
                await self._clock.sleep(_EVERY + self._chance() * _SPREAD)

    async def _look(self, give: Give, mark: Mark | None) -> Mark:
        """Hand over what came after the mark, oldest first; gives the new mark."""
        if mark is None:
            newest = [read_report(entry) for entry in await self._page(0)]
            first = Mark()
            for report in newest:
                first = first.after(report) if report else first
            await give(Batch((), {SCOPE: str(first)}))
            return first
        reports, later = await self._since(mark), mark
        if not reports:
            return mark
        for report in reports:
            later = later.after(report)
        events = tuple(event for report in reports if (event := self._event(report)) is not None)
        *parts, last = [events[start : start + _MOST_EVENTS] for start in range(0, len(events) or 1, _MOST_EVENTS)]
        for part in parts:
            await give(Batch(part, {}))
        await give(Batch(last, {SCOPE: str(later)}))
        return later

    async def _since(self, mark: Mark) -> list[Report]:
        """Oldest first. Pages overlap, since a report that is deleted meanwhile moves those behind it up."""
        found: dict[int, Report] = {}
        for number in range(_MOST_PAGES):
            entries = await self._page(number * (_PAGE - _OVERLAP))
            new = [report for report in _read(entries) if mark.is_before(report)]
            found |= {report.number: report for report in new}
            if not new or len(entries) < _PAGE:
                break
        return sorted(found.values(), key=lambda report: (report.received, report.number))

    async def _page(self, start: int) -> list[Any]:
        query = {"dir": "b", "from": str(start), "limit": str(_PAGE)}
        answer = await self._homeserver.call(
            "GET", synapse("event_reports"), query=query, token=self._options.admin_token
        )
        entries = answer.get("event_reports")
        return entries if isinstance(entries, list) else []

    def _event(self, report: Report) -> Reported | None:
        if report.reporter == self._options.user or not is_named(report.room, self._options, self._rooms):
            return None
        room = self._rooms.get(report.room)
        where = room.conversation() if room else Conversation(names.conversation_id(report.room), report.room_name)
        reporter = room.member(report.reporter) if room else Member(names.member_id(report.reporter), report.reporter)
        at = min(_EPOCH + timedelta(milliseconds=report.received), self._clock.now())
        return Reported(names.message_id(report.room, report.event), where, reporter, report.reason, at)


def _read(entries: list[Any]) -> Iterator[Report]:
    return (report for entry in entries if (report := read_report(entry)) is not None)


def _trouble(error: Exception) -> str:
    match error:
        case Revoked():
            return "the admin token no longer works"
        case Refused(status=403):
            return "the admin token is not one of a server admin"
        case Gone() | Refused(errcode="M_UNRECOGNIZED"):
            return "the homeserver does not know Synapse's list of reports"
        case _:
            return str(error)
