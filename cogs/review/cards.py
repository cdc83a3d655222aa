"""The card that moderators decide by: the message, what stands around it, why it is here, and the choices."""

from collections.abc import Iterator
from typing import Final

from bot.api import (
    Block,
    Choice,
    Community,
    Document,
    Evidence,
    Faint,
    Field,
    Ground,
    Inline,
    Inlines,
    Jump,
    Listing,
    Mention,
    Message,
    Moment,
    Quote,
    Strong,
    heading,
    inlines,
    paragraph,
)
from cogs.review import course, policy
from cogs.review.rows import Case, State
from cogs.review.views import CardView, Complaint

_MESSAGE_CHARACTERS: Final = 1_200
_NEIGHBOUR_CHARACTERS: Final = 280
_MOST_COMPLAINTS: Final = 10
_MOST_REMARKS: Final = 3
_REMARK_CHARACTERS: Final = 120

_TARGETS: Final = {
    "participant": "somebody in the discussion",
    "third_person": "a person spoken of",
    "group": "a group",
    "idea": "an idea",
}
_REASON: Final = Field("words", "Your words to the member", long=True, required=False)
_OFF_RECORD: Final = ": do not repeat it outside this room. Its text goes {hours} hours after it was said."


def card(view: CardView) -> Document:
    return Document((*_head(view), *_conversation(view), *_why(view), _record(view), *_listed(view)))


def choices(case: Case, *, message_there: bool, timeout_minutes: int, appealed: bool) -> tuple[Choice, ...]:
    """What can be done about a case now.

    Each choice's id is an action, "uphold", "dismiss" or "undo"; where an appeal is open ("appealed") "keep" or
    "grant".
    """
    number = case.number
    if case.state is not State.OPEN:
        question = f"Take the decision on case {number} back, with all that followed from it?"
        keep = Choice("keep", "Keep the decision", "⚖️", form=(_REASON,))
        return (keep, Choice("grant", "Undo", "↩️", confirm=question)) if appealed else (_undo(question),)
    offered = [Choice("uphold", "Uphold", "✅"), Choice("dismiss", "Dismiss", "❌")]
    if message_there:
        question = f"Uphold case {number} and hide the message from everyone?"
        offered.append(_punishing("hide", "Uphold and hide", "🙈", question))
    if case.author is not None:
        words = Field("words", _REASON.text, long=True)
        question = f"Uphold case {number} and keep the member from writing for {policy.lasting(timeout_minutes)}?"
        offered.append(Choice("warn", "Uphold and warn", "✉️", form=(words,)))
        offered.append(_punishing("timeout", "Uphold and time out", "⏳", question))
        question = f"Uphold case {number} and ban the member from the whole community?"
        offered.append(_punishing("ban", "Uphold and ban", "🔨", question))
    return tuple(offered)


def _punishing(action: str, text: str, emoji: str, question: str) -> Choice:
    return Choice(action, text, emoji, danger=True, confirm=question, form=(_REASON,))


def _undo(question: str) -> Choice:
    return Choice("undo", "Undo", "↩️", confirm=question)


def line(view: CardView, prefix: str) -> Inlines:
    """A case in one line, without any words of the message: lists are not drawn anew when a message goes."""
    case = view.case
    parts: list[str | Inline] = [Strong(f"Case {case.number}"), " · "]
    if view.appeal is not None and view.appeal.is_open:
        parts += [Strong("Appealed"), " ", Moment(view.appeal.at, view.community.zone), " · "]
    parts += [*_sureness(view), " · ", _author(view)]
    parts += [f" in {view.room_name} · ", Moment(case.opened_at, view.community.zone), " · "]
    if view.message is None:
        parts.append(Faint("message gone"))
    else:
        parts.append(Jump(case.message, "open"))
    parts += [" · ", Faint(f"{prefix}case {case.number}")]
    return inlines(*parts)


def _head(view: CardView) -> Iterator[Block]:
    case = view.case
    yield heading(f"Case {case.number}", level=2)
    yield from course.so_far(view)
    where: list[str | Inline] = [*_sureness(view), " · ", _author(view), f" in {view.room_name}"]
    if view.message is not None:
        where += [", ", Moment(view.message.sent_at, view.community.zone), " · ", Jump(case.message, "open")]
    yield paragraph(*where)


def _conversation(view: CardView) -> Iterator[Block]:
    message = view.message
    if message is None:
        yield paragraph("The message is gone, and its text with it, from here too.")
        return
    yield from _quotes("It answers:", view.answered)
    yield from _quotes("Just before:", view.before)
    if message.off_record:
        yield paragraph(Strong("Said off the record"), _OFF_RECORD.format(hours=view.community.off_record_hours))
    marked = policy.marks(view.case, message.revision)
    text, spans = policy.excerpt(message.text, _MESSAGE_CHARACTERS, marked)
    yield paragraph(Strong("The message:"))
    yield Quote(text, inlines(_author(view)), spans)
    if message.attachments:
        names, _ = policy.excerpt(", ".join(message.attachments), _NEIGHBOUR_CHARACTERS)
        yield paragraph(Faint(f"Attached: {names}"))
    yield from _edited(view.case, message)
    yield from _quotes("Just after:", view.after)


def _quotes(title: str, messages: tuple[Message, ...]) -> Iterator[Block]:
    if not messages:
        return
    yield paragraph(Faint(title))
    for message in messages:
        if message.off_record:
            yield paragraph(Faint(f"{message.author.name}, off the record: not shown"))
            continue
        text, _ = policy.excerpt(message.text, _NEIGHBOUR_CHARACTERS)
        yield Quote(text, inlines(Mention(message.author.id, message.author.name)))


def _edited(case: Case, message: Message) -> Iterator[Block]:
    if case.cleared is not None and case.cleared >= message.revision:
        yield paragraph("Edited since: as it stands now it would not be flagged.")
    elif message.revision > case.revision:
        yield paragraph("Edited since: what is said below is about an earlier text.")


def _why(view: CardView) -> Iterator[Block]:
    reasons = [_reason(view.community, ground) for ground in view.case.grounds]
    reasons += [_complaint(complaint) for complaint in view.complaints[:_MOST_COMPLAINTS]]
    if len(view.complaints) > _MOST_COMPLAINTS:
        reasons.append(inlines(f"{len(view.complaints) - _MOST_COMPLAINTS} more reports."))
    if reasons:
        yield paragraph(Strong("Why it is here:"))
        yield Listing(tuple(reasons))


def _reason(community: Community, ground: Ground) -> Inlines:
    rule = community.rule(ground.rule)
    parts: list[str | Inline] = [ground.reason, Faint(f" Rule: {(rule.text if rule else ground.rule).rstrip('.')}.")]
    if ground.evidence is not None:
        parts.append(Faint(f" {_belief(ground.evidence)}"))
    return inlines(*parts)


def _belief(evidence: Evidence) -> str:
    target = f" aimed at {_TARGETS[evidence.target]};" if evidence.target in _TARGETS else ""
    return f"Score {evidence.score:.2f}, flagged from {evidence.threshold:.2f};{target} model {evidence.model}."


def _complaint(complaint: Complaint) -> Inlines:
    words, _ = policy.excerpt(complaint.words, _NEIGHBOUR_CHARACTERS)
    if complaint.automatic:
        return inlines(complaint.reporter, f": “{words}”" if words else " brought it up.")
    said = f" reported it: “{words}”" if words else " reported it."
    return inlines(complaint.reporter, said)


def _record(view: CardView) -> Block:
    if view.author is None:
        return paragraph(Faint("The author was erased at their own wish."))
    if not view.upheld and not view.dismissed:
        return paragraph(Faint("No case about the author has been decided before."))
    return paragraph(Faint(f"Other cases about the author: {view.upheld} upheld, {view.dismissed} dismissed."))


def _listed(view: CardView) -> Iterator[Block]:
    """One line; a list's words are strangers' words."""
    lines = [f"On the list “{_short(one.source)}”: {_short(one.said)}" for one in view.remarks[:_MOST_REMARKS]]
    if more := len(view.remarks) - len(lines):
        lines.append(f"On {more} more {'list' if more == 1 else 'lists'}")
    if lines:
        yield paragraph(Faint(f"{'. '.join(line.rstrip('.') for line in lines)}."))


def _short(words: str) -> str:
    text, _ = policy.excerpt(" ".join(words.split()), _REMARK_CHARACTERS)
    return text


def _sureness(view: CardView) -> list[str | Inline]:
    evidence = policy.main_ground(view.case).evidence
    if evidence is None:
        return [Strong("Reported") if view.complaints or not view.case.grounds else Strong("Flagged")]
    return [Strong(policy.likelihood(evidence).capitalize()), f" {evidence.score:.2f}"]


def _author(view: CardView) -> Inline:
    return view.author or Faint("a former member")
