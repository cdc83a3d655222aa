"""Deciding a case and taking a decision back: what is checked, stored, carried out, written down and shown."""

from dataclasses import dataclass
from datetime import datetime

from bot.api import Community, Effect, MemberId
from cogs.review import answers, measures, policy, withholding
from cogs.review.desk import Desk
from cogs.review.policy import Ruling
from cogs.review.rows import Case, State


@dataclass(frozen=True, slots=True)
class Decisions:
    """Two moderators at once are settled by the store: the second one's run begins again and finds the case decided."""

    desk: Desk

    async def decide(
        self, community: Community, number: int, ruling: Ruling, by: MemberId, at: datetime
    ) -> tuple[Case, list[Effect]]:
        """The case as decided, and all that follows.

        Raises:
            UserError: no such case, decided already, the moderator's own, or not possible any more.
        """
        case = await self.desk.case(community, number)
        if case.state is not State.OPEN:
            raise answers.already_decided(case, await self._decider(case, community), at, self.desk.prefix)
        policy.check_not_own(case, community, by)
        message = await self.desk.history.message(case.message)
        policy.check_possible(case, ruling.action, message_there=message is not None)
        decided = policy.ruled(case, ruling, by, at)
        effects: list[Effect] = [
            *measures.measures(decided, by, await self._context(case, community)),
            measures.record(decided, f"case.{decided.state.value}", by),
            await withholding.word(self.desk, decided),
            *await self.desk.redraw(case, decided, community),
        ]
        return decided, effects

    async def undo(self, community: Community, number: int, by: MemberId) -> tuple[Case, list[Effect]]:
        """The case as it was decided, and all that takes the decision back.

        Raises:
            UserError: no such case, open, or the moderator's own.
        """
        case = await self.desk.case(community, number)
        if case.state is State.OPEN:
            raise answers.not_decided(case, self.desk.prefix)
        policy.check_not_own(case, community, by)
        reopened = policy.reopened(case)
        effects: list[Effect] = [
            *measures.reversal(case, by, await self._context(case, community)),
            measures.record(case, "case.reopened", by),
            await withholding.word(self.desk, reopened),
            *await self.desk.redraw(case, reopened, community),
        ]
        return case, effects

    async def letter(self, community: Community, number: int, effect: str) -> list[Effect]:
        """What the member is told now that `effect` has come about."""
        case = await self.desk.tables.of(Case).get(community.id, number)
        if case is None:
            return []
        return measures.letter_after(effect, case, await self._context(case, community))

    async def _context(self, case: Case, community: Community) -> measures.Context:
        minutes = self.desk.settings.of(community.id).timeout_minutes
        return measures.Context(community, await self.desk.room_name(case), minutes)

    async def _decider(self, case: Case, community: Community) -> str:
        if case.decided_by is None:
            return "a former moderator"
        return (await self.desk.person(case.decided_by, community)).name
