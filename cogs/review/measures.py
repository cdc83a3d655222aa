"""What a decision does outside the desk, what its reversal does, and what the audit trail keeps of both."""

from typing import Final, TypedDict

from bot.api import (
    Ban,
    ConversationId,
    Effect,
    Ground,
    Hide,
    Kick,
    LiftTimeout,
    MemberId,
    Origin,
    Record,
    Restore,
    Timeout,
    Unban,
    Warn,
)
from cogs.review import letters, policy
from cogs.review.letters import Context
from cogs.review.rows import Action, Case, State


class _Common(TypedDict):
    """What every sanction of a case carries."""

    conversation: ConversationId
    ground: Ground
    origin: Origin
    by: MemberId
    case: int


_TOLD_WHEN_DONE: Final = {"Hide": Action.HIDE, "Timeout": Action.TIMEOUT}
_TAKEN_BACK: Final = {
    "Restore": "The message is back.",
    "LiftTimeout": "You can write again.",
    "Unban": "You are no longer banned.",
}
_CARRIES_OUT: Final = {
    Action.WARN: "Warn",
    Action.HIDE: "Hide",
    Action.TIMEOUT: "Timeout",
    Action.KICK: "Kick",
    Action.BAN: "Ban",
}


def measures(case: Case, by: MemberId, context: Context) -> list[Effect]:
    """The sanction of a decided case.

    The letter about it follows when it has come about, see `letter_after`; only before somebody is sent out it is
    written first, since no letter may reach them afterwards: what goes to one conversation goes in order.
    """
    common = _common(case, by)
    match case.action:
        case Action.HIDE:
            return [Hide(**common, message=case.message)]
        case Action.NONE:
            return []
    if case.author is None:
        return []
    letter = letters.about(case, case.author, context)
    match case.action:
        case Action.WARN:
            return [
                Warn(
                    **common,
                    member=case.author,
                    body=letter.body,
                    label=letter.label,
                    choices=letter.choices,
                    expires_at=letter.expires_at,
                )
            ]
        case Action.TIMEOUT:
            return [Timeout(**common, member=case.author, seconds=context.timeout_minutes * 60)]
        case Action.KICK:
            return [letter, Kick(**common, member=case.author)]
        case Action.BAN:
            return [letter, Ban(**common, member=case.author)]


def reversal(case: Case, by: MemberId, context: Context, *, appealed: bool) -> list[Effect]:
    """What takes a decided case's sanction back; who appealed is told at once, others when it has come about."""
    effects = _lifted(case, by)
    if case.author is None or case.action is Action.NONE:
        return effects
    if appealed:
        return [*effects, letters.granted(case, case.author, context)]
    what = {Action.WARN: "The warning no longer counts.", Action.KICK: "You can come back."}.get(case.action)
    return effects if what is None else [*effects, letters.withdrawn(case, case.author, context, what)]


def _lifted(case: Case, by: MemberId) -> list[Effect]:
    common = _common(case, by)
    match case.action:
        case Action.HIDE:
            return [Restore(**common, message=case.message)]
        case Action.TIMEOUT if case.author is not None:
            return [LiftTimeout(**common, member=case.author)]
        case Action.BAN if case.author is not None:
            return [Unban(**common, member=case.author)]
        case _:
            return []


def letter_after(effect: str, case: Case, context: Context, *, appealed: bool) -> list[Effect]:
    """What the member is told once a measure has come about; nothing where the case has moved on meanwhile.

    `appealed`: they were told already that their appeal was heard.
    """
    if case.author is None:
        return []
    done = _TOLD_WHEN_DONE.get(effect)
    if done is not None and case.action is done:
        return [letters.about(case, case.author, context)]
    undone = _TAKEN_BACK.get(effect)
    if undone is not None and case.state is State.OPEN and not appealed:
        return [letters.withdrawn(case, case.author, context, undone)]
    return []


def letter_after_failure(effect: str, case: Case, context: Context) -> list[Effect]:
    """What has to be put right once a measure has failed that the member was told of before; `case` is from before."""
    told = case.author is not None and "DirectMessage" not in case.failed
    if not told or effect in case.failed or effect != carried_out_by(case):
        return []
    letter = letters.not_come_about(case, case.author, context) if case.author is not None else None
    return [letter] if letter is not None else []


def carried_out_by(case: Case) -> str | None:
    """The name of the effect that carries the decision out."""
    return _CARRIES_OUT.get(case.action)


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
