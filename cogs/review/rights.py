"""What the desk keeps about a member, and how it lets go of it: a case stays, without the member in it."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from bot.api import Edit, MemberId, Priority, Remove, Say, Swap, Upsert
from cogs.review import answers
from cogs.review.desk import Desk
from cogs.review.rows import Appeal, ByHand, Case, Report, Shown, State


async def export(desk: Desk, member: MemberId) -> Mapping[str, Any]:
    cases = await desk.tables.of(Case).find({"author": member}, order=("opened_at",))
    decided = await desk.tables.of(Case).find({"decided_by": member}, order=("opened_at",))
    reports = await desk.tables.of(Report).find({"reporter": member}, order=("at",))
    shown = await desk.tables.of(Shown).find({"author": member}, order=("community", "number"))
    appeals = await desk.tables.of(Appeal).find({"member": member}, order=("at",))
    settled = await desk.tables.of(Appeal).find({"settled_by": member}, order=("settled_at",))
    by_hand = await desk.tables.of(ByHand).find({"by": member}, order=("at",))
    return {
        "cases about you": [_exported(case) for case in cases],
        "cases you decided": [{"community": case.community, "number": case.number} for case in decided],
        "your reports": [asdict(report) | {"at": report.at.isoformat()} for report in reports],
        "your appeals": [_appeal(appeal) for appeal in appeals],
        "appeals you answered": [
            {"community": row.community, "case": row.number, "decision": row.decision, "your words": row.answer}
            for row in settled
        ],
        "what you did by hand about cases": [
            {"community": row.community, "case": row.number, "what": row.effect, "at": row.at.isoformat()}
            | {"your words": row.words}
            for row in by_hand
        ],
        "cards that show a message of yours": [
            {"community": row.community, "case": row.number, "card": row.label, "message": row.message} for row in shown
        ],
    }


async def forget(desk: Desk, member: MemberId) -> tuple[Remove | Swap | Upsert | Edit | Say, ...]:
    """Cases without the member, cards without their words and name; the audit trail stays as it was sealed.

    Moderators are told of the open ones among them: a card that changes far up in the room is easily missed.
    """
    reports = await desk.tables.of(Report).find({"reporter": member})
    shown = await desk.tables.of(Shown).find({"author": member})
    appeals = await desk.tables.of(Appeal).find({"member": member})
    settled = await desk.tables.of(Appeal).find({"settled_by": member})
    by_hand = await desk.tables.of(ByHand).find({"by": member})
    rows: list[Report | Shown | Appeal] = [*reports, *shown, *appeals]
    changes: list[Remove | Swap | Upsert | Edit | Say] = [Remove(row) for row in rows]
    changes += [Swap(row, replace(row, settled_by=None)) for row in settled if row not in appeals]
    changes += [Swap(row, replace(row, by=None)) for row in by_hand]
    touched = await _touched(desk, member, [(row.community, row.number) for row in (*rows, *settled, *by_hand)])
    for case in touched:
        community = desk.directory.community(case.community)
        without = _without(case, member)
        if community is None:
            changes.append(Swap(case, without))
        else:
            changes += await desk.redraw(case, without, community, without=member)
    about = [case for case in touched if case.author == member and case.state is State.OPEN]
    return (*changes, *_told(desk, about))


def _told(desk: Desk, lost: list[Case]) -> list[Say]:
    """Word to each community's moderators of the open cases whose author is gone."""
    told: list[Say] = []
    for community in desk.directory.communities():
        numbers = [case.number for case in lost if case.community == community.id]
        if numbers and community.review_room is not None:
            body = answers.author_erased(numbers, desk.prefix)
            told.append(Say(community.review_room, body, priority=Priority.NOTICE))
    return told


async def _touched(desk: Desk, member: MemberId, others: list[tuple[str, int]]) -> list[Case]:
    """Cases that name the member, and those of `others` (community, number), each once."""
    table = desk.tables.of(Case)
    named = await table.find({"author": member}) + await table.find({"decided_by": member})
    found = {(case.community, case.number): case for case in named}
    for key in set(others) - found.keys():
        case = await table.get(*key)
        if case is not None:
            found[case.community, case.number] = case
    return [found[key] for key in sorted(found)]


def _without(case: Case, member: MemberId) -> Case:
    return replace(
        case,
        author=None if case.author == member else case.author,
        decided_by=None if case.decided_by == member else case.decided_by,
    )


def _appeal(appeal: Appeal) -> dict[str, Any]:
    return {
        "community": appeal.community,
        "case": appeal.number,
        "decision": appeal.decision,
        "your words": appeal.words,
        "at": appeal.at.isoformat(),
        "outcome": appeal.state.value,
        "answer": appeal.answer,
    }


def _exported(case: Case) -> dict[str, Any]:
    return {
        "community": case.community,
        "number": case.number,
        "message": case.message,
        "state": case.state.value,
        "action": case.action.value,
        "reason": case.reason,
        "why": [ground.reason for ground in case.grounds],
        "opened_at": case.opened_at.isoformat(),
        "decided_at": case.decided_at.isoformat() if case.decided_at else None,
    }
