"""Deciding a case and taking a decision back: what is checked, stored, carried out, written down and shown."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.api import Community, Effect, MemberId, Swap
from cogs.review import answers, measures, policy, withholding
from cogs.review.desk import NOTHING_NEW, Desk, News
from cogs.review.letters import Context
from cogs.review.policy import Ruling
from cogs.review.rows import AppealState, Case, State


@dataclass(frozen=True, slots=True)
class Decisions:
    """Two moderators at once are settled by the store: the second one's run begins again and finds the case decided."""

    desk: Desk

    async def decide(
        self, community: Community, number: int, ruling: Ruling, by: MemberId, at: datetime
    ) -> tuple[Case, list[Effect]]:
        """The case as decided, and all that follows.

        Raises:
            UserError: no such case, decided already, the moderator's own, about a moderator, or not possible any more.
        """
        case = await self.desk.case(community, number)
        if case.state is not State.OPEN:
            raise answers.already_decided(case, await self._decider(case, community), at, self.desk.prefix)
        policy.check_not_own(case, community, by)
        policy.check_no_moderator(case, community, ruling.action)
        message = await self.desk.history.message(case.message)
        policy.check_possible(case, ruling.action, message_there=message is not None)
        decided = policy.ruled(case, ruling, by, at)
        effects: list[Effect] = [
            *measures.measures(decided, by, await self.context(case, community)),
            measures.record(decided, f"case.{decided.state.value}", by),
            await withholding.word(self.desk, decided),
            *await self.desk.redraw(case, decided, community),
        ]
        return decided, effects

    async def undo(self, community: Community, number: int, by: MemberId, at: datetime) -> tuple[Case, list[Effect]]:
        """The case as it was decided, and all that takes the decision back. An open appeal is thereby granted.

        Raises:
            UserError: no such case, open, or the moderator's own.
        """
        case = await self.desk.case(community, number)
        if case.state is State.OPEN:
            raise answers.not_decided(case, self.desk.prefix)
        policy.check_not_own(case, community, by)
        reopened = policy.reopened(case)
        swap = await self._granted(case, by, at)
        news = NOTHING_NEW if swap is None else News(appeal=swap.new)
        effects: list[Effect] = [
            *measures.reversal(case, by, await self.context(case, community), appealed=swap is not None),
            measures.record(case, "case.reopened", by),
            await withholding.word(self.desk, reopened),
            *await self.desk.redraw(case, reopened, community, news),
        ]
        return case, effects if swap is None else [*effects, swap]

    async def _granted(self, case: Case, by: MemberId, at: datetime) -> Swap | None:
        appeal = await self.desk.appeal(case)
        if appeal is None or appeal.state is not AppealState.OPEN:
            return None
        return Swap(appeal, replace(appeal, state=AppealState.GRANTED, settled_by=by, settled_at=at))

    async def letter(self, community: Community, number: int, effect: str) -> list[Effect]:
        """What the member is told now that `effect` has come about."""
        case = await self.desk.tables.of(Case).get(community.id, number)
        if case is None:
            return []
        appeal = await self.desk.appeal(case)
        granted = appeal is not None and appeal.state is AppealState.GRANTED
        return measures.letter_after(effect, case, await self.context(case, community), appealed=granted)

    async def not_done(self, community: Community, number: int, effect: str, trouble: str) -> list[Effect]:
        """The case with `trouble` on its card, and a word to the member where they were told otherwise."""
        case = await self.desk.case(community, number)
        return [
            *measures.letter_after_failure(effect, case, await self.context(case, community)),
            *await self.desk.redraw(case, policy.with_trouble(case, effect, trouble), community),
        ]

    async def context(self, case: Case, community: Community) -> Context:
        minutes = self.desk.settings.of(community.id).timeout_minutes
        return Context(community, await self.desk.room_name(case), minutes, self.desk.prefix)

    async def _decider(self, case: Case, community: Community) -> str:
        if case.decided_by is None:
            return "a former moderator"
        return (await self.desk.person(case.decided_by, community)).name
