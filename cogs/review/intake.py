"""How cases begin and grow: a flag or a report opens one, or joins the one that is open about the message."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto

from bot.api import (
    Community,
    Effect,
    Flagged,
    Ground,
    Member,
    MemberKind,
    Mention,
    Message,
    MessageId,
    Put,
    Record,
)
from cogs.review import policy, withholding
from cogs.review.desk import NOTHING_NEW, Desk, News, card_label
from cogs.review.measures import record, subject_of
from cogs.review.rows import Case, Report, State
from cogs.review.views import Complaint


class Received(Enum):
    """What became of a report."""

    OPENED = auto()
    JOINED = auto()
    REPEATED = auto()
    SETTLED = auto()


@dataclass(frozen=True, slots=True)
class Intake:
    desk: Desk

    async def flagged(self, event: Flagged) -> list[Effect]:
        message = await self.desk.history.message(event.message)
        community = self.desk.community_of(message.conversation) if message else None
        if message is None or community is None:
            return []
        latest = await self.desk.latest(community.id, message.id)
        if latest is not None and latest.state is State.OPEN:
            grown = policy.joined(latest, event.grounds, event.revision)
            if grown == latest:
                return []
            return [record(grown, "case.joined", None), *await self.desk.redraw(latest, grown, community)]
        if policy.settles(latest, event.revision):
            return []
        return await self._opened(message, community, event.revision, event.grounds, event.at)

    async def reported(
        self, message: Message, community: Community, reporter: Member, words: str, at: datetime
    ) -> tuple[Received, list[Effect]]:
        latest = await self.desk.latest(community.id, message.id)
        if policy.settles(latest, message.revision):
            return Received.SETTLED, []
        automatic = reporter.kind is MemberKind.BOT
        complaint = Complaint(Mention(reporter.id, reporter.name), policy.shortened(words), automatic)
        if latest is None or latest.state is not State.OPEN:
            effects = await self._opened(message, community, message.revision, (), at, complaint)
            return Received.OPENED, effects
        if await self.desk.tables.of(Report).get(community.id, latest.number, reporter.id) is not None:
            return Received.REPEATED, []
        report = Report(community.id, latest.number, reporter.id, complaint.words, at, automatic)
        line = Record(community.id, "case.reported", subject_of(latest.number), reporter.id)
        news = News((complaint,))
        return Received.JOINED, [Put(report), line, *await self.desk.redraw(latest, latest, community, news)]

    async def reassessed(self, community: Community, message: MessageId, revision: int) -> list[Effect]:
        """The newer text of a flagged message would not be flagged: its open case says so."""
        latest = await self.desk.latest(community.id, message)
        if latest is None or latest.state is not State.OPEN or revision <= latest.revision:
            return []
        return [*await self.desk.redraw(latest, replace(latest, cleared=revision), community)]

    async def _opened(
        self,
        message: Message,
        community: Community,
        revision: int,
        grounds: tuple[Ground, ...],
        at: datetime,
        complaint: Complaint | None = None,
    ) -> list[Effect]:
        case = Case(
            community=community.id,
            number=await self.desk.next_number(community.id),
            message=message.id,
            revision=revision,
            author=message.author.id,
            conversation=message.conversation.id,
            grounds=grounds,
            opened_at=at,
        )
        effects: list[Effect] = [Put(case), record(case, "case.opened", None), await withholding.word(self.desk, case)]
        if complaint is not None:
            reporter = complaint.reporter.member
            report = Report(community.id, case.number, reporter, complaint.words, at, complaint.automatic)
            effects.append(Put(report))
            effects.append(Record(community.id, "case.reported", subject_of(case.number), reporter))
        news = NOTHING_NEW if complaint is None else News((complaint,))
        return [*effects, *await self.desk.post(case, community, card_label(case.number), news)]
