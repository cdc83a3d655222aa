"""Appeals: a member says why a decision about them is a mistake; moderators keep it or take it back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.api import Community, Effect, MemberId, Put, Swap, UserError
from cogs.review import answers, letters, measures, policy
from cogs.review.decisions import Decisions
from cogs.review.desk import Desk, News, card_label
from cogs.review.rows import Appeal, AppealState, Case

ONCE_TAKEN_BACK: Final = "That decision does not stand any more: there is nothing to appeal against."


@dataclass(frozen=True, slots=True)
class Appeals:
    """Presses in any order lead to one outcome: each step reads the case and the appeal, and swaps both."""

    desk: Desk
    decisions: Decisions

    # --- the member -------------------------------------------------------------------------------------------

    async def against(self, communities: Sequence[Community], number: int, member: MemberId) -> tuple[Case, Community]:
        """The decided case of this number that is about the member, in one of these communities.

        Who asks about anybody else's case, or one that they were told nothing of, learns nothing of it.

        Raises:
            UserError: there is none, or one in several.
        """
        found: list[tuple[Case, Community]] = []
        for community in communities:
            case = await self.desk.tables.of(Case).get(community.id, number)
            if case is not None and _concerns(case, community, member) and policy.may_appeal(case):
                found.append((case, community))
        if not found:
            raise answers.no_decision(number)
        if len(found) > 1:
            raise UserError(f"There are several such cases about you: give {self._command} in a room where it was.")
        return found[0]

    async def told_of(self, community: Community, label: str, member: MemberId) -> Case:
        """The case about whose latest decision that letter told the member.

        Raises:
            UserError: it is not theirs, or was decided anew or taken back since.
        """
        number, decision = letters.subject(label)
        case = await self.desk.tables.of(Case).get(community.id, number)
        if case is None or not _concerns(case, community, member):
            raise answers.no_decision(number)
        if not policy.may_appeal(case) or case.decision != decision:
            raise UserError(ONCE_TAKEN_BACK)
        return case

    async def appeal(
        self, case: Case, community: Community, member: MemberId, words: str, at: datetime
    ) -> list[Effect]:
        """Bring the appeal before the moderators, on a card of its own.

        Raises:
            UserError: no words or too many, too late, or appealed before.
        """
        earlier = await self.desk.appeal(case)
        if earlier is not None:
            raise answers.appealed_before(earlier, at)
        if policy.too_late(case, at):
            raise UserError(
                f"An appeal was possible for {policy.APPEAL_WITHIN.days} days after the decision; they are over. "
                "You can still write to one of the moderators."
            )
        reasons = words.strip()
        if not reasons:
            raise UserError(f"Write why you think so, too: {self._command} {case.number} and your reasons.")
        if len(reasons) > policy.LONGEST_APPEAL:
            raise UserError(
                f"That is too long: {policy.LONGEST_APPEAL:,} characters at most, it had {len(reasons):,}. "
                f"Nothing was passed on; try again, shorter."
            )
        appeal = Appeal(community.id, case.number, case.decision, member, reasons, at)
        label = card_label(case.number, f"appeal-{case.decision}")
        return [
            Put(appeal),
            measures.record(replace(case, reason=""), "case.appealed", member),
            *await self.desk.brought_up(case, community, label, News(appeal=appeal)),
        ]

    # --- the moderators ---------------------------------------------------------------------------------------

    async def keep(
        self, community: Community, number: int, by: MemberId, words: str, at: datetime
    ) -> tuple[Case, list[Effect]]:
        """Let the decision stand; the member is told, with `words`.

        Raises:
            UserError: no such case, no open appeal, or the moderator's own case.
        """
        case, appeal = await self._open(community, number, at)
        policy.check_not_own(case, community, by)
        kept = replace(appeal, state=AppealState.KEPT, answer=policy.shortened(words), settled_by=by, settled_at=at)
        return case, [
            Swap(appeal, kept),
            letters.kept(case, kept, await self.decisions.context(case, community)),
            measures.record(replace(case, reason=kept.answer), "case.kept", by),
            *await self.desk.redraw(case, case, community, News(appeal=kept)),
        ]

    async def grant(self, community: Community, number: int, by: MemberId, at: datetime) -> tuple[Case, list[Effect]]:
        """Take the decision back because of the appeal; unlike `undo` only while it is open.

        Raises:
            UserError: as `keep`.
        """
        await self._open(community, number, at)
        return await self.decisions.undo(community, number, by, at)

    async def _open(self, community: Community, number: int, at: datetime) -> tuple[Case, Appeal]:
        case = await self.desk.case(community, number)
        appeal = await self.desk.appeal(case)
        if appeal is None:
            raise UserError(f"Nobody has appealed against a decision on case {number}.")
        if appeal.state is not AppealState.OPEN:
            settler = await self.desk.person(appeal.settled_by, community) if appeal.settled_by else None
            raise answers.settled(appeal, settler.name if settler else "a former moderator", at, self.desk.prefix)
        return case, appeal

    @property
    def _command(self) -> str:
        return f"{self.desk.prefix}appeal"


def _concerns(case: Case, community: Community, member: MemberId) -> bool:
    return case.author is not None and community.same_person(case.author, member)
