"""What a card shows of a case, read at one moment."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from bot.api import Community, Inline, MemberId, Mention, Message, MessageId, Remark
from cogs.review.rows import Appeal, AppealState, ByHand, Case


@dataclass(frozen=True, slots=True)
class Complaint:
    """A report as the card shows it; `automatic`: by a filter or another bot, not by a member."""

    reporter: Mention
    words: str
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class AppealView:
    """An appeal against the latest decision, and what became of it; `settler` is None where nobody is known."""

    row: Appeal
    author: Mention
    settler: Mention | None = None

    @property
    def is_open(self) -> bool:
        return self.row.state is AppealState.OPEN

    @property
    def at(self) -> datetime:
        return self.row.at


@dataclass(frozen=True, slots=True)
class ByHandView:
    """What was done outside the bot; `by` is None where nobody is known."""

    row: ByHand
    by: Mention | None


@dataclass(frozen=True, slots=True)
class CardView:
    """All that a card shows, read at one moment.

    Attributes:
        message: None once it was deleted; then no text at all is shown.
        author: None once the member was erased.
        upheld: how many other cases about the author were upheld in this community, and `dismissed` likewise.
        decider: who decided; None while the case is open.
        remarks: what lists of the platform say of the author.
        appeal: the one against the latest decision.
        by_hand: what was done outside the bot meanwhile.
    """

    case: Case
    community: Community
    room_name: str
    author: Mention | None
    message: Message | None = None
    answered: tuple[Message, ...] = ()
    before: tuple[Message, ...] = ()
    after: tuple[Message, ...] = ()
    complaints: tuple[Complaint, ...] = ()
    upheld: int = 0
    dismissed: int = 0
    decider: Inline | None = None
    remarks: tuple[Remark, ...] = ()
    appeal: AppealView | None = None
    by_hand: tuple[ByHandView, ...] = ()

    @property
    def quoted(self) -> dict[MessageId, MemberId | None]:
        """The messages that the card shows with their authors; the case's own also where no word of it is left."""
        shown = (*self.answered, *self.before, *self.after, *([self.message] if self.message else []))
        return {self.case.message: None} | {message.id: message.author.id for message in shown}

    def without(self, member: MemberId) -> Self:
        """The view with nothing left that this member wrote, reported or did."""
        theirs = self.appeal is not None and self.appeal.row.member == member
        return replace(
            self,
            message=None if self.message is None or self.message.author.id == member else self.message,
            answered=_not_by(member, self.answered),
            before=_not_by(member, self.before),
            after=_not_by(member, self.after),
            complaints=tuple(each for each in self.complaints if each.reporter.member != member),
            appeal=None if theirs or self.appeal is None else _unsettled_by(member, self.appeal),
            by_hand=tuple(_not_done_by(member, each) for each in self.by_hand),
            remarks=() if self.author is None or self.author.member == member else self.remarks,
        )


def _not_by(member: MemberId, messages: tuple[Message, ...]) -> tuple[Message, ...]:
    return tuple(message for message in messages if message.author.id != member)


def _unsettled_by(member: MemberId, appeal: AppealView) -> AppealView:
    return replace(appeal, settler=None) if appeal.row.settled_by == member else appeal


def _not_done_by(member: MemberId, done: ByHandView) -> ByHandView:
    return replace(done, by=None) if done.row.by == member else done
