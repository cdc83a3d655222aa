"""What has become of a case so far, as its card and lists say it: decision, trouble, appeal, what was done by hand."""

from collections.abc import Iterator
from typing import Final

from bot.api import Block, Faint, Inline, Moment, Quote, Strong, inlines, paragraph
from cogs.review import measures
from cogs.review.rows import Action, AppealState, State
from cogs.review.views import AppealView, ByHandView, CardView

_RESULTS: Final = {
    Action.WARN: ("member warned", "the member could not be warned"),
    Action.HIDE: ("message hidden", "the message could not be hidden"),
    Action.TIMEOUT: ("member timed out", "the member could not be timed out"),
    Action.KICK: ("member sent out", "the member could not be sent out"),
    Action.BAN: ("member banned", "the member could not be banned"),
}
_BY_HAND: Final = {
    "Hide": "message hidden",
    "Timeout": "timed out",
    "LiftTimeout": "timeout lifted",
    "Kick": "sent out",
    "Ban": "banned",
    "Unban": "no longer banned",
}
_OUTCOMES: Final = {AppealState.KEPT: "kept the decision", AppealState.GRANTED: "took the decision back"}


def status(view: CardView) -> list[str | Inline]:
    """Who decided what and when; empty while the case is open."""
    case = view.case
    if case.state is State.OPEN or case.decided_at is None:
        return []
    parts: list[str | Inline] = [Strong(case.state.value.capitalize()), " by "]
    parts += [
        view.decider or "a former moderator",
        f"{_result(view)}, ",
        Moment(case.decided_at, view.community.zone),
    ]
    return [*parts, f": {case.reason}"] if case.reason else parts


def so_far(view: CardView) -> Iterator[Block]:
    """The top of a card, below its number."""
    decided = status(view)
    if decided:
        yield paragraph(*decided)
    if view.case.trouble:
        yield paragraph(Strong("This did not work: "), view.case.trouble)
    if view.by_hand:
        yield paragraph(Strong("Meanwhile by hand: "), *_notes(view))
    if view.appeal is not None:
        yield from _appeal(view.appeal, view)


def _result(view: CardView) -> str:
    if view.case.action not in _RESULTS:
        return ""
    done, failed = _RESULTS[view.case.action]
    return f", but {failed}" if measures.carried_out_by(view.case) in view.case.failed else f", {done}"


def _notes(view: CardView) -> Iterator[str | Inline]:
    for number, note in enumerate(view.by_hand):
        yield "; " if number else ""
        yield from _note(note, view.community.zone)
    yield "."


def _note(note: ByHandView, zone: str) -> Iterator[str | Inline]:
    yield _BY_HAND.get(note.row.effect, note.row.effect)
    if note.by is not None:
        yield " by "
        yield note.by
    yield ", "
    yield Moment(note.row.at, zone)
    if note.row.words:
        yield f" (“{note.row.words}”)"


def _appeal(appeal: AppealView, view: CardView) -> Iterator[Block]:
    row, zone = appeal.row, view.community.zone
    yield paragraph(Strong("Appealed"), ", ", Moment(row.at, zone), ":")
    yield Quote(row.words, inlines(appeal.author))
    if row.settled_at is None:
        hint = "Best looked at by somebody who did not decide it. Whatever is chosen, the member is told."
        yield paragraph(Faint(hint))
        return
    who = appeal.settler or "A former moderator"
    said = f": {row.answer}" if row.answer else ""
    yield paragraph(who, f" {_OUTCOMES.get(row.state, '')}, ", Moment(row.settled_at, zone), said)
