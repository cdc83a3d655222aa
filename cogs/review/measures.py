"""What a decision does outside the desk, what its reversal does, and what the audit trail keeps of both."""

from dataclasses import dataclass
from typing import TypedDict

from bot.api import (
    Community,
    ConversationId,
    DirectMessage,
    Effect,
    Ground,
    Hide,
    LiftTimeout,
    MemberId,
    Origin,
    Record,
    Restore,
    Timeout,
    Warn,
)
from cogs.review import letters, policy
from cogs.review.rows import Action, Case, State


class _Common(TypedDict):
    """What every sanction of a case carries."""

    conversation: ConversationId
    ground: Ground
    origin: Origin
    by: MemberId
    case: int


@dataclass(frozen=True, slots=True)
class Context:
    """Where and by whom a case is decided; `room_name` is that of the message, `timeout_minutes` the setting."""

    community: Community
    by: MemberId
    room_name: str
    timeout_minutes: int


def measures(case: Case, context: Context) -> list[Effect]:
    """The sanction of a decided case, and the letter to the member that goes with it."""
    common = _common(case, context.by)
    letter = letters.decision(case, context.community, context.room_name, context.timeout_minutes)
    match case.action:
        case Action.WARN if case.author is not None:
            return [Warn(**common, member=case.author, body=letter)]
        case Action.TIMEOUT if case.author is not None:
            sanction = Timeout(**common, member=case.author, seconds=context.timeout_minutes * 60)
            return [sanction, DirectMessage(case.conversation, case.author, letter)]
        case Action.HIDE:
            told = [DirectMessage(case.conversation, case.author, letter)] if case.author is not None else []
            return [Hide(**common, message=case.message), *told]
        case _:
            return []


def reversal(case: Case, context: Context) -> list[Effect]:
    """What takes a decided case's sanction back, and the letter that tells the member."""
    common = _common(case, context.by)
    effects: list[Effect] = []
    if case.action is Action.HIDE:
        effects.append(Restore(**common, message=case.message))
    if case.action is Action.TIMEOUT and case.author is not None:
        effects.append(LiftTimeout(**common, member=case.author))
    if case.action is not Action.NONE and case.author is not None:
        effects.append(DirectMessage(case.conversation, case.author, letters.withdrawal(case, context.room_name)))
    return effects


def record(case: Case, action: str, by: MemberId | None) -> Record:
    """The audit line of a step in a case, with the belief that it rested on."""
    ground = policy.main_ground(case)
    details = {
        "message": case.message,
        "revision": str(case.revision),
        "rule": ground.rule,
        "action": "" if case.state is State.OPEN else case.action.value,
        "reason": case.reason,
    }
    if ground.evidence is not None:
        details |= {
            "score": f"{ground.evidence.score:.4f}",
            "threshold": f"{ground.evidence.threshold:.4f}",
            "target": ground.evidence.target,
            "model": ground.evidence.model,
        }
    kept = {name: value for name, value in details.items() if value}
    return Record(case.community, action, subject_of(case.number), by, kept)


def subject_of(number: int) -> str:
    """How the audit trail names a case."""
    return f"case {number}"


def _common(case: Case, by: MemberId) -> _Common:
    ground = policy.main_ground(case)
    return _Common(
        conversation=case.conversation,
        ground=Ground(ground.rule, case.reason or ground.reason, ground.evidence),
        origin=Origin.HUMAN,
        by=by,
        case=case.number,
    )
