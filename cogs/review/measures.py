"""What a decision does outside the desk, what its reversal does, and what the audit trail keeps of both."""

from dataclasses import dataclass
from typing import Final, TypedDict

from bot.api import (
    Community,
    ConversationId,
    DirectMessage,
    Effect,
    Ground,
    Hide,
    LiftTimeout,
    MemberId,
    ModerationObserved,
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


_BY_HAND: Final = {
    "hide": "Hide",
    "timeout": "Timeout",
    "lift timeout": "LiftTimeout",
    "kick": "Kick",
    "ban": "Ban",
    "unban": "Unban",
}
"""What platforms call what they saw, by the effect of the same kind."""


@dataclass(frozen=True, slots=True)
class Context:
    """What letters tell of beside the case; `room_name` is that of the message, `timeout_minutes` the setting."""

    community: Community
    room_name: str
    timeout_minutes: int


def measures(case: Case, by: MemberId, context: Context) -> list[Effect]:
    """The sanction of a decided case. The letter about it follows when it has come about: see `letter_after`."""
    common = _common(case, by)
    match case.action:
        case Action.HIDE:
            return [Hide(**common, message=case.message)]
        case Action.WARN if case.author is not None:
            body = letters.decision(case, context.community, context.room_name, context.timeout_minutes)
            return [Warn(**common, member=case.author, body=body)]
        case Action.TIMEOUT if case.author is not None:
            return [Timeout(**common, member=case.author, seconds=context.timeout_minutes * 60)]
        case _:
            return []


def reversal(case: Case, by: MemberId, context: Context) -> list[Effect]:
    """What takes a decided case's sanction back."""
    common = _common(case, by)
    match case.action:
        case Action.HIDE:
            return [Restore(**common, message=case.message)]
        case Action.WARN if case.author is not None:
            body = letters.withdrawal(case, context.room_name, "The warning no longer counts.")
            return [DirectMessage(case.conversation, case.author, body)]
        case Action.TIMEOUT if case.author is not None:
            return [LiftTimeout(**common, member=case.author)]
        case _:
            return []


def letter_after(effect: str, case: Case, context: Context) -> list[Effect]:
    """What the member is told once a measure has come about; nothing where the case has moved on meanwhile."""
    if case.author is None:
        return []
    done = {"Hide": Action.HIDE, "Timeout": Action.TIMEOUT}.get(effect)
    if done is not None and case.action is done:
        body = letters.decision(case, context.community, context.room_name, context.timeout_minutes)
        return [DirectMessage(case.conversation, case.author, body)]
    undone = {"Restore": "The message is back.", "LiftTimeout": "You can write again."}.get(effect)
    if undone is not None and case.state is State.OPEN:
        return [DirectMessage(case.conversation, case.author, letters.withdrawal(case, context.room_name, undone))]
    return []


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


def by_hand(event: ModerationObserved, community: Community) -> Record | None:
    """The audit line of what a moderator did outside the bot; None: nothing that the trail has a word for."""
    effect = _BY_HAND.get(event.action)
    if effect is None:
        return None
    details = {"effect": effect, "room": event.conversation.name, "reason": policy.shortened(event.reason)}
    subject = event.message if effect == "Hide" and event.message is not None else event.member
    actor = event.by.id if event.by is not None else None
    return Record(
        community.id, "sanction.observed", subject, actor, {name: text for name, text in details.items() if text}
    )


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
