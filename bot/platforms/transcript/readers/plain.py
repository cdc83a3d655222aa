"""Plain comment text, without authors or times: comments parted by blank lines.

Two conventions, told apart by the file itself. Where comments are parted by two blank lines or more, one blank line
parts the paragraphs of a comment; there a first block of "title, author, text" gives the room its name and the
opening its author. Where there are no double blank lines (a single stray one in a long file does not count), every
paragraph is a comment. Each comment counts as its own person, "comment 7"; times, a minute apart, are an order only.
"""

from collections.abc import Generator, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.domain.conversation import Conversation
from bot.domain.event import MessagePosted
from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.domain.member import Member
from bot.domain.message import Message
from bot.domain.text import storable
from bot.platforms.transcript.source import lines

_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
_LONGEST_TITLE = 150
_LONGEST_NAME = 5
"""Words."""
_STRAY = 10
"""A single double blank line among more single ones than this is taken for a slip."""


def read(path: Path) -> Generator[MessagePosted, None, None]:
    breaks = 2 if _is_wide(_gaps(text for _, text in lines(path))) else 1
    title, author = path.stem, ""
    for number, comment in enumerate(_comments((text for _, text in lines(path)), breaks), 1):
        paragraphs = comment
        if number == 1 and breaks == 2:  # noqa: PLR2004 - two blank lines
            heading, author, paragraphs = _opening(comment)
            title = heading or title
        name = author if number == 1 and author else f"comment {number}"
        yield MessagePosted(_message(path.stem, title, number, name, "\n\n".join(paragraphs)))


def _gaps(texts: Iterable[str]) -> tuple[int, int]:
    """How many single and how many wider gaps part the paragraphs."""
    single = wide = blank = 0
    begun = False
    for text in texts:
        if not text.strip():
            blank += 1
            continue
        single += begun and blank == 1
        wide += begun and blank > 1
        begun, blank = True, 0
    return single, wide


def _is_wide(gaps: tuple[int, int]) -> bool:
    single, wide = gaps
    return wide > 1 or (wide == 1 and single <= _STRAY)


def _comments(texts: Iterable[str], breaks: int) -> Generator[list[str], None, None]:
    """Comments as lists of paragraphs; at least `breaks` blank lines part two comments."""
    paragraphs: list[str] = []
    blank = 0
    for text in texts:
        line = storable(text).rstrip()
        if not line.strip():
            blank += 1
            continue
        if paragraphs and blank >= breaks:
            yield paragraphs
            paragraphs = []
        if paragraphs and not blank:
            paragraphs[-1] += f"\n{line}"
        else:
            paragraphs.append(line)
        blank = 0
    if paragraphs:
        yield paragraphs


def _opening(paragraphs: list[str]) -> tuple[str, str, list[str]]:
    """Title and author, where the first lines look like them, and the rest, which is never empty."""
    if len(paragraphs) == 1 or not _is_short(paragraphs[0], _LONGEST_TITLE):
        return "", "", paragraphs
    title, rest = paragraphs[0], paragraphs[1:]
    if len(rest) > 1 and _is_short(rest[0], _LONGEST_TITLE) and len(rest[0].split()) <= _LONGEST_NAME:
        return title, rest[0].removeprefix("by ").removeprefix("By "), rest[1:]
    return title, "", rest


def _is_short(paragraph: str, limit: int) -> bool:
    """A line of its own, not a sentence."""
    return len(paragraph) <= limit and "\n" not in paragraph and not paragraph.endswith((".", "!", ":", ",", "…"))


def _message(stem: str, title: str, number: int, name: str, text: str) -> Message:
    return Message(
        id=MessageId(f"transcript:{stem}/{number}"),
        conversation=Conversation(ConversationId(f"transcript:{stem}"), title),
        author=Member(MemberId(f"transcript:{stem}/{number}"), name),
        text=text,
        sent_at=_BEGINNING + timedelta(minutes=number),
    )
