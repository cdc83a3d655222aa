"""What the desk says in the review room and to whoever reports: lists, outcomes, refusals."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.api import (
    Block,
    Code,
    Document,
    Faint,
    Inline,
    Mention,
    Moment,
    Strong,
    UserError,
    heading,
    inlines,
    listing,
    paragraph,
)
from cogs.review import cards, course, policy
from cogs.review.intake import Received
from cogs.review.rows import Action, Appeal, AppealState, Case, State
from cogs.review.views import CardView

_DONE: Final = {
    Action.NONE: "",
    Action.WARN: " The member is being warned privately.",
    Action.HIDE: " The message is being hidden; then the member is told why.",
    Action.TIMEOUT: " The member is being timed out; then they are told why.",
    Action.KICK: " The member is told why, and then sent out.",
    Action.BAN: " The member is told why, and then banned.",
}
_TAKEN_BACK: Final = {
    Action.NONE: "Nothing else had followed from it.",
    Action.WARN: "What the member has read cannot be unread, but I tell them that the warning no longer counts.",
    Action.HIDE: "The message comes back; where the platform cannot do that, I post its text again as a quote.",
    Action.TIMEOUT: "The timeout is lifted; the time that has passed cannot be given back.",
    Action.KICK: "I cannot bring the member back, but I tell them that they can come.",
    Action.BAN: "The ban is lifted; whether the member comes back is up to them.",
}
_TOO_LATE: Final = {
    Action.WARN: "The member cannot be told that the warning no longer counts: they were erased at their own wish.",
    Action.TIMEOUT: "I cannot lift the timeout: the member was erased at their own wish, and I no longer know who it "
    "was. It ends by itself; an admin can lift it on the platform.",
    Action.KICK: "The member cannot be told that they can come back: they were erased at their own wish.",
    Action.BAN: "I cannot lift the ban: the member was erased at their own wish, and I no longer know who it was. "
    "An admin can lift it on the platform.",
}
"""What a decision did to members who were erased since."""

_FAILED: Final = {
    "Hide": "hide a message",
    "Restore": "put a message back",
    "Warn": "warn a member",
    "Timeout": "time a member out",
    "LiftTimeout": "lift a timeout",
    "Kick": "send a member out",
    "Ban": "ban a member",
    "Unban": "lift a ban",
    "SlowMode": "set the slow mode",
    "DirectMessage": "tell a member privately what was decided",
}
_LIFTING: Final = ("Restore", "LiftTimeout", "Unban")
_REPORTED: Final = {
    Received.OPENED: "Thank you. The moderators look at it; you need do nothing more.",
    Received.JOINED: "Thank you. The moderators have this message before them already, and now your report with it.",
    Received.REPEATED: "You have reported this message already. The moderators have it before them.",
    Received.SETTLED: "Thank you. The moderators have already decided about this message. "
    "If you see it differently, write to one of them.",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """Cases of one kind that `!queue` shows; `total` counts those that are not in the list as well."""

    views: Sequence[CardView]
    total: int


def queue(appealed: Listed, waiting: Listed, prefix: str) -> Document:
    """Decided cases with an open appeal, then open cases; each oldest first."""
    if not appealed.views and not waiting.views:
        return Document.of("No case waits. Well done.")
    blocks = [*_listed(appealed, "appeal", prefix), *_listed(waiting, "open case", prefix)]
    blocks.append(paragraph(Faint(_how_to_decide(prefix, appealed=bool(appealed.views), waiting=bool(waiting.views)))))
    return Document(tuple(blocks))


def _how_to_decide(prefix: str, *, appealed: bool, waiting: bool) -> str:
    said = []
    if waiting:
        actions = "|".join(action.value for action in Action)
        commands = f"{prefix}uphold NUMBER [{actions}] [reason], {prefix}dismiss NUMBER [reason]"
        said.append(f"Decide on a card, or with {commands}.")
    if appealed:
        said.append(f"Answer an appeal on its card, or with {prefix}keep NUMBER [reason], {prefix}undo NUMBER.")
    return " ".join(said)


def _listed(cases: Listed, called: str, prefix: str) -> Iterator[Block]:
    if not cases.views:
        return
    yield heading(f"{cases.total} {called}{'' if cases.total == 1 else 's'}, oldest first", level=2)
    yield listing(*(cards.line(view, prefix) for view in cases.views))
    if cases.total > len(cases.views):
        yield paragraph(Faint(f"And {cases.total - len(cases.views)} more after these."))


def moved(total: int, shown: int, prefix: str) -> Document:
    """Said first in a room that took the place of the moderators' room."""
    cases = "1 case is" if total == 1 else f"{total} cases are"
    more = f" These are the cards of the first {shown}; {prefix}queue lists all." if total > shown else ""
    return Document.of(
        f"This room takes the place of the former one. {cases} still to be decided.{more} Please decide here: "
        "cards in the former room no longer count."
    )


def decided(case: Case, following: Case | None, prefix: str) -> Document:
    return Document.of(
        paragraph(Strong(f"Case {case.number} is {case.state.value}."), _DONE[case.action]),
        paragraph(*_following(following, prefix), Faint(f" · {prefix}undo {case.number} takes the decision back.")),
    )


def undone(before: Case, prefix: str) -> Document:
    """`before` is the case as it was decided."""
    then = _TAKEN_BACK[before.action]
    if before.author is None:
        then = _TOO_LATE.get(before.action, then)
    return Document.of(
        paragraph(Strong(f"Case {before.number} is open again. "), then),
        paragraph(Faint(f"Decide anew with {prefix}uphold {before.number} or {prefix}dismiss {before.number}.")),
    )


def _following(case: Case | None, prefix: str) -> list[str | Inline]:
    if case is None:
        return ["No other case waits."]
    return ["Next: ", Code(f"{prefix}case {case.number}")]


def already_decided(case: Case, decider: str, now: datetime, prefix: str) -> UserError:
    when = policy.ago(case.decided_at, now) if case.decided_at else "before"
    return UserError(
        f"Case {case.number} was {case.state.value} by {decider} {when}. {prefix}undo {case.number} takes that back."
    )


def not_decided(case: Case, prefix: str) -> UserError:
    return UserError(
        f"Case {case.number} is open: there is nothing to take back. Decide it with {prefix}uphold {case.number} "
        f"or {prefix}dismiss {case.number}."
    )


# --- appeals ----------------------------------------------------------------------------------------------------------


def appeal_received(case: Case) -> Document:
    return Document.of(
        f"Thank you. Your appeal about case {case.number} is before the moderators; I tell you what comes of it. "
        "Until then the decision stands."
    )


def kept(case: Case, prefix: str) -> Document:
    return Document.of(
        paragraph(Strong(f"The decision on case {case.number} is kept. "), "The member is being told."),
        paragraph(Faint(f"{prefix}undo {case.number} takes it back all the same.")),
    )


def no_decision(number: int) -> UserError:
    """Said of all that is not the asker's business, so that it tells nothing."""
    return UserError(f"There is no decision {number} about a message of yours that you could appeal against.")


def appealed_before(appeal: Appeal, now: datetime) -> UserError:
    outcome = {
        AppealState.OPEN: "the moderators have it before them",
        AppealState.KEPT: "the moderators kept the decision",
        AppealState.GRANTED: "the moderators took the decision back",
    }[appeal.state]
    return UserError(f"You appealed against this decision {policy.ago(appeal.at, now)}, and {outcome}.")


def settled(appeal: Appeal, settler: str, now: datetime, prefix: str) -> UserError:
    when = policy.ago(appeal.settled_at, now) if appeal.settled_at else "before"
    if appeal.state is AppealState.GRANTED:
        return UserError(f"{settler} took the decision on case {appeal.number} back {when}.")
    return UserError(
        f"{settler} kept the decision on case {appeal.number} {when}. {prefix}undo {appeal.number} takes it back "
        "all the same."
    )


# --- members ----------------------------------------------------------------------------------------------------------


def history(member: Mention, views: Sequence[CardView], total: int) -> Document:
    """Cases about a member, newest first, without any message's words."""
    if not views:
        return Document.of("There is no case about ", member, " here.")
    rows = [
        inlines(Strong(f"Case {view.case.number}"), " · ", Moment(view.case.opened_at, view.community.zone), " · ")
        + inlines(*(course.status(view) or ["open"]))
        for view in views
    ]
    counts = {state: sum(view.case.state is state for view in views) for state in State}
    shown = ", ".join(f"{count} {state.value}" for state, count in counts.items() if count)
    more = [paragraph(Faint(f"The newest {len(views)} of {total}."))] if total > len(views) else []
    return Document((paragraph("Cases about ", member, f": {shown}."), listing(*rows), *more))


def author_erased(numbers: Sequence[int], prefix: str) -> Document:
    """Open cases that lost their message and member at once; it does not say who that was."""
    named = ", ".join(str(number) for number in numbers)
    which, stay = (f"Case {named} is", "It stays") if len(numbers) == 1 else (f"The cases {named} are", "They stay")
    return Document.of(
        f"{which} about somebody who was erased at their own wish: the message is gone, and the name. {stay} open "
        "until you decide; ",
        Code(f"{prefix}dismiss {numbers[0]} erased"),
        " closes one.",
    )


def report_answer(received: Received) -> Document:
    return Document.of(_REPORTED[received])


def trouble(effect: str, room_name: str, reason: str) -> str:
    """A measure that did not come about, in one sentence or two; `reason` names a missing permission."""
    return f"I could not {_FAILED.get(effect, effect)}, concerning {room_name}. {_sentence(reason)}"


def failed(effect: str, trouble: str, case: Case | None, prefix: str) -> Document:
    """`case`: the one that the effect belongs to."""
    about = f"Case {case.number}: " if case is not None else ""
    remedy = _remedy(effect, case, prefix)
    return Document.of(
        paragraph(Strong("This did not work. "), f"{about}{trouble}"), *([paragraph(Faint(remedy))] if remedy else [])
    )


def concerns_members(effect: str) -> bool:
    """Whether a failure of this effect has to be told: its own posts in the review room are not."""
    return effect in _FAILED


def _remedy(effect: str, case: Case | None, prefix: str) -> str:
    if effect == "SlowMode":
        return "Nothing has changed there."
    is_open = case is not None and case.state is State.OPEN
    if effect in ("Warn", "DirectMessage"):
        stands = "The case is open again all the same" if is_open else "The decision stands"
        return f"{stands}; tell the member in another way."
    if effect in _LIFTING:
        return "The case is open again all the same; mend that and do it by hand."
    number = "N" if case is None else str(case.number)
    return f"Mend that, then {prefix}undo {number} and decide again, or do it by hand."


def _sentence(reason: str) -> str:
    text = reason.strip() or "no reason was given"
    return f"{text[0].upper()}{text[1:]}" + ("" if text.endswith(".") else ".")
