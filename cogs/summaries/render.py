"""How a summary looks: header, issues with quotes that link, what was left out."""

from collections.abc import Iterator

from bot.api import Block, Document, Faint, Inline, Jump, Mention, Moment, Quote, Strong, heading, inlines, paragraph
from cogs.summaries.posted import Cited, Messages, Posted, PostedAgreement

_FOOTNOTE = "Quoted word for word; ↗ opens the message."
_LONGEST_QUOTE = 1_000
"""Characters; what has no end of a sentence for longer than this is no sentence."""
_GONE = "were deleted or changed, or are off the record or under review"


def document(posted: Posted, messages: Messages) -> Document:
    """The post; `messages` holds every message that it quotes."""
    if next(posted.lines(), None) is None:
        return Document.of(f"I took this summary back: the messages that it quoted {_GONE}.")
    return Document(tuple(_blocks(posted, messages)))


def _blocks(posted: Posted, messages: Messages) -> Iterator[Block]:
    yield heading("The discussion so far", level=2)
    yield paragraph(
        f"{_counted(posted.messages, 'message')} by {_people(posted.people)}, from ",
        Moment(posted.since, posted.zone),
        " to ",
        Moment(posted.until, posted.zone),
    )
    if posted.about is not None:
        yield paragraph(Strong("About"))
        yield _quote(posted.about, messages)
    for number, issue in enumerate(posted.issues, start=1):
        size = f" · {_counted(issue.messages, 'message')}, {_people(issue.people)}"
        yield heading(f"{number}. {issue.label or 'One more issue'}", Faint(size), level=3)
        for line in issue.lines:
            yield _quote(line, messages)
    if posted.agreements:
        yield heading("Openly agreed with", level=3)
        for agreement in posted.agreements:
            yield _quote(agreement.line, messages, _assent(agreement))
    if posted.questions:
        yield heading("Still open", level=3)
        for line in posted.questions:
            yield _quote(line, messages)
    yield paragraph(Faint(" ".join(_notes(posted))))


def _quote(line: Cited, messages: Messages, *notes: str | Inline) -> Quote:
    message = messages[line.message]
    words = " ".join(message.text[line.start : line.end].split())
    if len(words) > _LONGEST_QUOTE:
        words = f"{words[:_LONGEST_QUOTE]}…"
    source = inlines(Mention(message.author.id, message.author.name), " ", Jump(message.id, "↗"), *notes)
    return Quote(words, source)


def _assent(agreement: PostedAgreement) -> str:
    """Only what was said or shown is counted."""
    shown = []
    if agreement.replies:
        shown.append(f"{_people(agreement.replies)} agreed in replies")
    if agreement.likes:
        shown.append(_counted(agreement.likes, "like"))
    return f" · {' · '.join(shown)}" if shown else ""


def _notes(posted: Posted) -> Iterator[str]:
    if posted.left_out:
        yield f"Left out: {', '.join(posted.left_out)}."
    if posted.gone:
        was = "line was" if posted.gone == 1 else "lines were"
        yield f"{posted.gone} {was} taken out since, because the messages {_GONE}."
    yield _FOOTNOTE


def _counted(number: int, one: str) -> str:
    return f"{number} {one}" if number == 1 else f"{number} {one}s"


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number} people"
