"""What goes into a summary and what comes out: posts, quoted lines, issues."""

from __future__ import annotations

from dataclasses import dataclass

FEWEST_POSTS = 8


class TooShort(Exception):
    """Too few posts say anything: reading them is quicker than reading a summary.

    Attributes:
        posts: how many usable posts there were.
    """

    def __init__(self, posts: int) -> None:
        super().__init__(f"{posts} usable posts; a summary needs {FEWEST_POSTS}")
        self.posts = posts


@dataclass(frozen=True, slots=True)
class Post:
    """One message of a thread, in the order of writing.

    Attributes:
        id: names the post; unique in its thread.
        author: who wrote it; empty where the source does not say, and then nobody is counted.
        text: as written, markup included.
        reply_to: the id of the post that it answers.
        likes: approving reactions.
    """

    id: str
    author: str
    text: str
    reply_to: str | None = None
    likes: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A quotation: `quote` is a verbatim part of the post's text, with runs of whitespace folded."""

    post: str
    author: str
    quote: str


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that the thread talks about.

    Attributes:
        label: a few words out of the thread.
        posts: ids of the posts that speak to it, in thread order; a post may speak to several issues.
        people: how many different named authors these posts have.
        lines: quotations in thread order, so that an answer follows what it answers.
    """

    label: str
    posts: tuple[str, ...]
    people: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """A line that others expressly agreed with; sounding alike is never counted.

    Attributes:
        by_replies: how many different people replied that they agree.
        by_likes: how many approving reactions its post has.
    """

    line: Line
    by_replies: int
    by_likes: int


@dataclass(frozen=True, slots=True)
class Summary:
    """A thread in its members' own words.

    Attributes:
        posts: how many posts were given.
        people: how many different named authors they have.
        about: what the thread opened with, if its first post says so in one line.
        issues: the most disputed first.
        agreements: the most agreed with first.
        open_questions: asked and not answered.
    """

    posts: int
    people: int
    about: Line | None
    issues: tuple[Issue, ...]
    agreements: tuple[Agreement, ...]
    open_questions: tuple[Line, ...]
