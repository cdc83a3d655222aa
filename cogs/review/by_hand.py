"""What moderators do without the bot: written down, and noted on the cases that it bears on."""

from datetime import datetime, timedelta
from typing import Final

from bot.api import Community, Effect, ModerationObserved, Put, Record
from cogs.review import policy
from cogs.review.desk import Desk, News
from cogs.review.rows import ByHand, Case, State

RECENTLY: Final = timedelta(days=7)
"""After its decision a case still hears of what is done to its author."""

_MOST_CASES: Final = 20
_EFFECTS: Final = {
    "hide": "Hide",
    "timeout": "Timeout",
    "lift timeout": "LiftTimeout",
    "kick": "Kick",
    "ban": "Ban",
    "unban": "Unban",
}
"""What platforms call what they saw, by the effect of the same kind."""


async def noted(desk: Desk, event: ModerationObserved, community: Community) -> list[Effect]:
    """The audit line, and a note on each case concerned; nothing for what there is no word for."""
    effect = _EFFECTS.get(event.action)
    if effect is None:
        return []
    cases = await _concerned(desk, event, effect, community)
    effects: list[Effect] = [_record(event, effect, community, cases)]
    for case in cases:
        notes = await desk.by_hand(case)
        row = ByHand(
            community=community.id,
            number=case.number,
            place=max((note.place for note in notes), default=0) + 1,
            effect=effect,
            at=event.at,
            by=event.by.id if event.by is not None else None,
            words=policy.shortened(event.reason),
        )
        effects += [Put(row), *await desk.redraw(case, case, community, News(by_hand=(row,)))]
    return effects


async def _concerned(desk: Desk, event: ModerationObserved, effect: str, community: Community) -> list[Case]:
    """Cases about the message that was hidden, or about the member, that are open or were decided lately."""
    if effect == "Hide":
        where = {"community": community.id, "message": event.message}
        found = [] if event.message is None else await desk.tables.of(Case).find(where, order=("-number",))
    else:
        found = await desk.about(community, event.member)
    return [case for case in found if _is_fresh(case, event.at)][:_MOST_CASES]


def _is_fresh(case: Case, now: datetime) -> bool:
    return case.state is State.OPEN or (case.decided_at is not None and case.decided_at + RECENTLY >= now)


def _record(event: ModerationObserved, effect: str, community: Community, cases: list[Case]) -> Record:
    details = {
        "effect": effect,
        "room": event.conversation.name,
        "reason": policy.shortened(event.reason),
        "cases": " ".join(str(case.number) for case in cases),
    }
    subject = event.message if effect == "Hide" and event.message is not None else event.member
    actor = event.by.id if event.by is not None else None
    return Record(
        community.id, "sanction.observed", subject, actor, {name: text for name, text in details.items() if text}
    )
