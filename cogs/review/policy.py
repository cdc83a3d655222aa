"""Pure decisions about cases: what joins what, who may decide, how sure a score sounds, how much of a text is shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.api import Community, Evidence, Ground, MemberId, UserError
from cogs.review.rows import Action, Case, State

Spans = tuple[tuple[int, int], ...]

LONGEST_WORDS: Final = 500
"""Characters kept of what a moderator or a reporter gives as a reason."""

LONGEST_APPEAL: Final = 1_000
"""Characters of an appeal; a longer one is not taken, so that nobody's words are cut."""

APPEAL_WITHIN: Final = timedelta(days=30)
"""From the decision on."""

_AGAINST_THE_MEMBER: Final = {
    Action.WARN: "warn",
    Action.TIMEOUT: "time out",
    Action.KICK: "send out",
    Action.BAN: "ban",
}
"""Actions that need somebody whom they meet, by their verb."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a moderator wants; the member is told `reason` where the action concerns them."""

    state: State
    action: Action = Action.NONE
    reason: str = ""


def ruled(case: Case, ruling: Ruling, by: MemberId, at: datetime) -> Case:
    return replace(
        case,
        state=ruling.state,
        action=ruling.action,
        reason=shortened(ruling.reason),
        decided_by=by,
        decided_at=at,
        trouble="",
        failed=(),
        decision=case.decision + 1,
    )


def reopened(case: Case) -> Case:
    return replace(
        case,
        state=State.OPEN,
        action=Action.NONE,
        reason="",
        decided_by=None,
        decided_at=None,
        trouble="",
        failed=(),
    )


def with_trouble(case: Case, effect: str, trouble: str) -> Case:
    """The case with an effect of it noted that did not come about."""
    told = case.trouble if trouble in case.trouble else f"{case.trouble} {trouble}".strip()
    return replace(case, trouble=told, failed=(*case.failed, *({effect} - {*case.failed})))


def check_not_own(case: Case, community: Community, by: MemberId) -> None:
    """A moderator never decides about themselves, whichever of their accounts wrote the message.

    Raises:
        UserError: this is the moderator's own case.
    """
    if case.author is not None and community.same_person(case.author, by):
        raise UserError(f"Case {case.number} is about a message of yours: another moderator decides it.")


def check_possible(case: Case, action: Action, *, message_there: bool) -> None:
    """Raise `UserError` where the action needs a member or a message that went meanwhile."""
    if action is Action.HIDE and not message_there:
        raise UserError(
            f"The message of case {case.number} is gone already: there is nothing to hide. "
            "Uphold the case without that, or warn the member."
        )
    if case.author is None and action in _AGAINST_THE_MEMBER:
        raise UserError(
            f"The author of case {case.number} was erased at their own wish: there is nobody to "
            f"{_AGAINST_THE_MEMBER[action]}."
        )


def check_no_moderator(case: Case, community: Community, action: Action) -> None:
    """Nobody is sent out by the bot's power who has a say in the community by its configuration.

    Raises:
        UserError: the author is one of its moderators.
    """
    steward = community.steward(case.author) if case.author is not None else None
    if steward is not None and action in (Action.KICK, Action.BAN):
        raise UserError(
            f"{steward.name} is one of the moderators, by the configuration: an admin takes that from them first."
        )


def may_appeal(case: Case) -> bool:
    """Whether the member was told of the decision, so that they can say something against it."""
    return case.state is State.UPHELD and case.action is not Action.NONE and case.author is not None


def too_late(case: Case, now: datetime) -> bool:
    return case.decided_at is not None and now >= case.decided_at + APPEAL_WITHIN


def joined(case: Case, grounds: Sequence[Ground], revision: int) -> Case:
    """The case with newer grounds: of each rule the newest counts, an older revision's changes nothing."""
    if revision < case.revision:
        return case
    rules = {ground.rule for ground in grounds}
    kept = tuple(ground for ground in case.grounds if ground.rule not in rules)
    return replace(case, grounds=(*grounds, *kept), revision=revision, cleared=None)


def settles(case: Case | None, revision: int) -> bool:
    """Whether this decided case already speaks about that revision of its message."""
    return case is not None and case.state is not State.OPEN and case.revision >= revision


def withheld(cases: Sequence[Case]) -> bool:
    """Whether nobody should repeat the message that these cases are about: one is open, or the newest is upheld."""
    newest = max(cases, key=lambda case: case.number)
    return newest.state is State.UPHELD or any(case.state is State.OPEN for case in cases)


def main_ground(case: Case) -> Ground:
    """The ground to name where one must be named: the surest. By whom it was reported is nobody else's business."""
    if not case.grounds:
        return Ground("", "It was reported to the moderators.")
    return max(case.grounds, key=lambda ground: ground.evidence.score if ground.evidence else 0.0)


def likelihood(evidence: Evidence) -> str:
    """The score in a word, seen from the threshold: the upper half of what lies above it is likely."""
    if evidence.score < evidence.threshold:
        return "unlikely"
    return "likely" if evidence.score >= (1 + evidence.threshold) / 2 else "maybe"


def marks(case: Case, revision: int) -> Spans:
    """The words that carried the scores, as offsets into this revision; none that are about another one."""
    found = (
        span
        for ground in case.grounds
        if ground.evidence is not None and ground.evidence.revision == revision
        for span in ground.evidence.spans
    )
    return _merged(found)


def _merged(spans: Iterable[tuple[int, int]]) -> Spans:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def excerpt(text: str, limit: int, spans: Spans = ()) -> tuple[str, Spans]:
    """At most `limit` characters of a text with an ellipsis where it is cut, and the spans moved along.

    It begins at the start unless the first marked words would not be in it.
    """
    if len(text) <= limit:
        return text, tuple((start, min(end, len(text))) for start, end in spans if start < len(text))
    first = spans[0][0] if spans else 0
    begin = 0 if first < limit // 2 else max(0, min(first - limit // 4, len(text) - limit))
    end = begin + limit
    head, tail = "…" if begin else "", "…" if end < len(text) else ""
    shift = len(head) - begin
    inside = tuple(
        (max(start, begin) + shift, min(stop, end) + shift) for start, stop in spans if start < end and stop > begin
    )
    return head + text[begin:end] + tail, inside


def shortened(words: str) -> str:
    return excerpt(words.strip(), LONGEST_WORDS)[0]


def lasting(minutes: int) -> str:
    """A length of time in the largest unit that fits: "1 minute", "90 minutes", "2 days"."""
    units = ((1_440, "day"), (60, "hour"), (1, "minute"))
    count, name = next((minutes // unit, name) for unit, name in units if minutes % unit == 0)
    return f"{count} {name}" if count == 1 else f"{count} {name}s"


def ago(then: datetime, now: datetime) -> str:
    """How long ago, in words: "a moment ago", "5 minutes ago"."""
    passed = now - then
    if passed < timedelta(minutes=2):
        return "a moment ago"
    if passed < timedelta(hours=2):
        return f"{passed // timedelta(minutes=1)} minutes ago"
    if passed < timedelta(days=2):
        return f"{passed // timedelta(hours=1)} hours ago"
    return f"{passed.days} days ago"
