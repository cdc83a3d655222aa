"""What is kept of a posted summary: where its quotes stand, never their words.

The words are read from the stored messages again whenever the post is made anew, so a deleted message leaves nothing
behind here. An issue's label is made of members' words too: it stays only while messages that carry it are stored.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.api import (
    ConversationId,
    CreateTable,
    Issue,
    Line,
    MemberId,
    Message,
    MessageId,
    Migration,
    ThreadSummary,
    table,
)

Messages = Mapping[MessageId, Message]

_LABEL_WORD = re.compile(r"\w{3,}")


@dataclass(frozen=True, slots=True)
class Cited:
    """Offsets into the text of a message's revision."""

    message: MessageId
    revision: int
    start: int
    end: int

    def stands(self, messages: Messages) -> bool:
        message = messages.get(self.message)
        return message is not None and message.revision == self.revision


@dataclass(frozen=True, slots=True)
class PostedIssue:
    """`carriers` are the messages that say a word of the label; `messages` and `people` are counts."""

    label: str
    carriers: tuple[MessageId, ...]
    messages: int
    people: int
    lines: tuple[Cited, ...]


@dataclass(frozen=True, slots=True)
class PostedAgreement:
    line: Cited
    replies: int
    likes: int


@table("summaries", key=("label",))
@dataclass(frozen=True, slots=True)
class Posted:
    """One summary as it stands in its conversation.

    Attributes:
        label: of the post.
        since: when the first message was sent, `until` the last.
        left_out: what was not read, in words.
        gone: how many lines were taken out since.
    """

    label: str
    conversation: ConversationId
    zone: str
    messages: int
    people: int
    since: datetime
    until: datetime
    left_out: tuple[str, ...]
    about: Cited | None
    issues: tuple[PostedIssue, ...]
    agreements: tuple[PostedAgreement, ...]
    questions: tuple[Cited, ...]
    gone: int = 0

    def lines(self) -> Iterator[Cited]:
        yield from () if self.about is None else (self.about,)
        for issue in self.issues:
            yield from issue.lines
        yield from (agreement.line for agreement in self.agreements)
        yield from self.questions

    @property
    def rests_on(self) -> frozenset[MessageId]:
        """Every message whose deletion may change the post."""
        carriers = (carrier for issue in self.issues for carrier in issue.carriers)
        return frozenset((*carriers, *(line.message for line in self.lines())))


@table("citations", key=("message", "label"), index=(("label",), ("author",)))
@dataclass(frozen=True, slots=True)
class Citation:
    """The summary `label` rests on this message."""

    message: MessageId
    label: str
    author: MemberId


@table("withheld", key=("message",), index=(("author",),))
@dataclass(frozen=True, slots=True)
class Withheld:
    """A message that is before the moderators, or that they found against: no summary repeats its words."""

    message: MessageId
    author: MemberId


MIGRATIONS = (
    Migration(1, (CreateTable(Posted), CreateTable(Citation))),
    Migration(2, (CreateTable(Withheld),)),
)


def located(line: Line, messages: Messages) -> Cited | None:
    """Where the quote stands in its message; None where those words are not, or no longer, there."""
    message = messages.get(line.message)
    words = line.quote.split()
    if message is None or not words:
        return None
    # The quote's runs of white space were folded.
    match = re.search(r"\s+".join(map(re.escape, words)), message.text)
    return Cited(message.id, message.revision, *match.span()) if match else None


def cited_issue(issue: Issue, messages: Messages) -> PostedIssue:
    """An issue's lines, each by another person."""
    lines: dict[str, Cited] = {}
    for line in issue.lines:
        cited = located(line, messages)
        if cited is not None:
            lines.setdefault(line.author, cited)
    carriers = tuple(name for name in issue.messages if name in messages and _says_any(issue.label, messages[name]))
    return PostedIssue(issue.label, carriers, len(issue.messages), issue.people, tuple(lines.values()))


def without_words(summary: ThreadSummary, messages: Messages, frame: Posted) -> Posted:
    """`frame` filled with the places of the summary's lines."""
    found = ((agreement, located(agreement.line, messages)) for agreement in summary.agreements)
    return replace(
        frame,
        about=located(summary.about, messages) if summary.about else None,
        issues=tuple(made for issue in summary.issues if (made := cited_issue(issue, messages)).lines),
        agreements=tuple(PostedAgreement(line, made.replies, made.likes) for made, line in found if line is not None),
        questions=tuple(_located_all(summary.open_questions, messages)),
    )


def surviving(posted: Posted, messages: Messages) -> Posted:
    """The summary without the lines and labels whose messages are not among these any more or were changed."""
    issues = (_surviving_issue(issue, messages) for issue in posted.issues)
    kept = replace(
        posted,
        about=posted.about if posted.about and posted.about.stands(messages) else None,
        issues=tuple(issue for issue in issues if issue.lines),
        agreements=tuple(agreement for agreement in posted.agreements if agreement.line.stands(messages)),
        questions=tuple(line for line in posted.questions if line.stands(messages)),
    )
    return replace(kept, gone=posted.gone + len(list(posted.lines())) - len(list(kept.lines())))


def _surviving_issue(issue: PostedIssue, messages: Messages) -> PostedIssue:
    carriers = tuple(name for name in issue.carriers if name in messages and _says_any(issue.label, messages[name]))
    said = " ".join(messages[name].text for name in carriers).casefold()
    kept = all(word in said for word in _label_words(issue.label))
    lines = tuple(line for line in issue.lines if line.stands(messages))
    return replace(issue, label=issue.label if kept else "", carriers=carriers if kept else (), lines=lines)


def _located_all(lines: Iterable[Line], messages: Messages) -> Iterator[Cited]:
    return (cited for line in lines if (cited := located(line, messages)) is not None)


def _label_words(label: str) -> list[str]:
    return _LABEL_WORD.findall(label.casefold())


def _says_any(label: str, message: Message) -> bool:
    text = message.text.casefold()
    return any(word in text for word in _label_words(label))
