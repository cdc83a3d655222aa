"""What the desk keeps about a member, and how it lets go of it: a case stays, without the member in it."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from bot.api import Edit, MemberId, Remove, Swap, Upsert
from cogs.review.desk import Desk
from cogs.review.rows import Case, Report, Shown


async def export(desk: Desk, member: MemberId) -> Mapping[str, Any]:
    cases = await desk.tables.of(Case).find({"author": member}, order=("opened_at",))
    decided = await desk.tables.of(Case).find({"decided_by": member}, order=("opened_at",))
    reports = await desk.tables.of(Report).find({"reporter": member}, order=("at",))
    return {
        "cases about you": [_exported(case) for case in cases],
        "cases you decided": [{"community": case.community, "number": case.number} for case in decided],
        "your reports": [asdict(report) | {"at": report.at.isoformat()} for report in reports],
    }


async def forget(desk: Desk, member: MemberId) -> tuple[Remove | Swap | Upsert | Edit, ...]:
    """Cases without the member, cards without their words and name; the audit trail stays as it was sealed."""
    reports = await desk.tables.of(Report).find({"reporter": member})
    shown = await desk.tables.of(Shown).find({"author": member})
    rows: list[Report | Shown] = [*reports, *shown]
    changes: list[Remove | Swap | Upsert | Edit] = [Remove(row) for row in rows]
    for case in await _touched(desk, member, [(row.community, row.number) for row in rows]):
        community = desk.directory.community(case.community)
        without = _without(case, member)
        if community is None:
            changes.append(Swap(case, without))
        else:
            changes += await desk.redraw(case, without, community, without=member)
    return tuple(changes)


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
