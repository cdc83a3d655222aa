"""What review writes to the member whom a decision concerns, and how such a letter is named."""

from dataclasses import dataclass
from typing import Final

from bot.api import (
    Block,
    Choice,
    Code,
    Community,
    DirectMessage,
    Document,
    Field,
    Jump,
    MemberId,
    Moment,
    Quote,
    inlines,
    paragraph,
)
from cogs.review import policy
from cogs.review.rows import Action, Appeal, Case

APPEAL: Final = "appeal"
"""The choice below a letter about a decision."""

_NAME: Final = "letter"
_BANNED: Final = "The moderators decided to ban you: you can no longer take part in this community."
_SENT_OUT: Final = "The moderators decided to send you out. You can come back."
_BEING_TAKEN_BACK: Final = {
    Action.WARN: "The warning no longer counts.",
    Action.HIDE: "The message is being put back; where the platform cannot do that, its text is posted as a quote.",
    Action.TIMEOUT: "The timeout is being lifted.",
    Action.KICK: "You can come back.",
    Action.BAN: "The ban is being lifted.",
}
_NOT_COME_ABOUT: Final = {Action.KICK: "to send you out", Action.BAN: "to ban you"}


@dataclass(frozen=True, slots=True)
class Context:
    """What letters tell of beside the case.

    Attributes:
        room_name: of the room of the message.
        timeout_minutes: the setting.
        prefix: what commands begin with.
    """

    community: Community
    room_name: str
    timeout_minutes: int
    prefix: str


# --- names ------------------------------------------------------------------------------------------------------------


def label(case: Case, kind: str = "") -> str:
    """Of the letter about the case's latest decision; with a `kind`, of one that follows it."""
    return ":".join([_NAME, str(case.number), str(case.decision), *([kind] if kind else [])])


def is_letter(label: str) -> bool:
    return label.startswith(f"{_NAME}:")


def subject(label: str) -> tuple[int, int]:
    """The number of the case that a letter is about, and which decision on it."""
    _, number, decision, *_ = label.split(":")
    return int(number), int(decision)


# --- letters ----------------------------------------------------------------------------------------------------------


def decision(case: Case, context: Context) -> Document:
    """What was decided on which message, by which rule, what follows and what the member can do."""
    how_long = policy.lasting(context.timeout_minutes)
    what = {
        Action.WARN: "This is a warning; nothing else follows from it.",
        Action.HIDE: "The message was hidden.",
        Action.TIMEOUT: f"You cannot write there for {how_long}; after that everything is as before.",
        Action.KICK: _SENT_OUT,
        Action.BAN: _BANNED,
    }
    rule = context.community.rule(policy.main_ground(case).rule)
    blocks: list[Block] = [
        paragraph("The moderators looked at ", Jump(case.message, "a message of yours"), f" in {context.room_name}."),
        paragraph(what.get(case.action, "")),
    ]
    if rule is not None:
        blocks.append(paragraph(f"The rule: {rule.text}"))
    if case.reason:
        blocks.append(Quote(case.reason, inlines("the moderators")))
    return Document((*blocks, *_way_out(case, context)))


def _way_out(case: Case, context: Context) -> list[Block]:
    if case.decided_at is None:
        return []
    until = Moment(case.decided_at + policy.APPEAL_WITHIN, context.community.zone)
    return [
        paragraph(
            f"People decided this, not a machine (case {case.number}). If you think it is a mistake, you can appeal "
            "until ",
            until,
            ", once: choose “Appeal” here, or write ",
            Code(f"{context.prefix}appeal {case.number}"),
            " and your reasons, also to me in private. The moderators then look at it again.",
        )
    ]


def appealable(case: Case) -> tuple[Choice, ...]:
    """What the letter about a decision offers."""
    if not policy.may_appeal(case):
        return ()
    return (Choice(APPEAL, "Appeal", "⚖️", form=(Field("why", "Why is the decision a mistake?", long=True),)),)


def about(case: Case, member: MemberId, context: Context) -> DirectMessage:
    """The letter about the decision, ready to be sent."""
    expires_at = case.decided_at + policy.APPEAL_WITHIN if case.decided_at else None
    return DirectMessage(
        case.conversation, member, decision(case, context), label(case), appealable(case), expires_at=expires_at
    )


def withdrawn(case: Case, member: MemberId, context: Context, what: str) -> DirectMessage:
    body = Document.of(
        paragraph(
            "The moderators took back what they decided on ",
            Jump(case.message, "a message of yours"),
            f" in {context.room_name} (case {case.number}). {what}",
        )
    )
    return DirectMessage(case.conversation, member, body, label(case, "withdrawn"))


def granted(case: Case, member: MemberId, context: Context) -> DirectMessage:
    """Of an appeal that was followed; `case` is as it was decided."""
    body = Document.of(
        paragraph(
            "Your appeal was heard: the moderators took back what they decided on ",
            Jump(case.message, "a message of yours"),
            f" in {context.room_name} (case {case.number}). {_BEING_TAKEN_BACK.get(case.action, '')}",
        )
    )
    return DirectMessage(case.conversation, member, body, label(case, "granted"))


def kept(case: Case, appeal: Appeal, context: Context) -> DirectMessage:
    """Of an appeal that was not followed."""
    blocks: list[Block] = [
        paragraph(
            "The moderators read your appeal about ",
            Jump(case.message, "a message of yours"),
            f" in {context.room_name} (case {case.number}), and keep the decision.",
        )
    ]
    if appeal.answer:
        blocks.append(Quote(appeal.answer, inlines("the moderators")))
    return DirectMessage(case.conversation, appeal.member, Document(tuple(blocks)), label(case, "kept"))


def not_come_about(case: Case, member: MemberId, context: Context) -> DirectMessage | None:
    """Of a measure that was told of before it was tried, and failed; None for one that is told of afterwards."""
    what = _NOT_COME_ABOUT.get(case.action)
    if what is None:
        return None
    body = Document.of(
        f"I wrote to you that the moderators decided {what} over a message in {context.room_name} "
        f"(case {case.number}). That has not come about so far; they know."
    )
    return DirectMessage(case.conversation, member, body, label(case, "mended"))
