"""A summary quotes word for word, balances voices and counts only what people did."""

# ruff: noqa: RUF001 (an apostrophe as phones type it)
from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.encoder import SentenceEncoder
from models.summaries import Line, Post, Summary, ThreadSummarizer, TooShort


class Hashing(SentenceEncoder):
    """Stands in for the network where the wording of the thread does not matter."""

    def __init__(self) -> None:
        self.version = "hashing"

    def encode(self, sentences) -> np.ndarray:
        rows = np.zeros((len(sentences), 32), dtype=np.float32)
        for row, sentence in zip(rows, sentences, strict=True):
            for word in sentence.lower().split():
                row[sum(map(ord, word)) % 32] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def lines_of(summary: Summary) -> list[Line]:
    return [
        *([summary.about] if summary.about else []),
        *(line for issue in summary.issues for line in issue.lines),
        *(agreement.line for agreement in summary.agreements),
        *summary.open_questions,
    ]


def folded(text: str) -> str:
    return " ".join(text.split())


def check(summary: Summary, posts: list[Post]) -> None:
    written = {post.id: post for post in reversed(posts)}
    for line in lines_of(summary):
        assert line.quote
        assert line.quote in folded(written[line.post].text)
        assert line.author == written[line.post].author
    for issue in summary.issues:
        assert issue.lines
        assert issue.label
        assert {line.post for line in issue.lines} <= set(issue.posts) <= written.keys()
        assert issue.people <= len(issue.posts)


def test_the_dispute_is_shown_with_both_sides(summarizer: ThreadSummarizer, buses: list[Post]) -> None:
    summary = summarizer.summarize(buses)
    check(summary, buses)
    assert (summary.posts, summary.people) == (16, 12)
    assert summary.about is not None
    assert summary.about.quote == "Free buses for the town"
    first = summary.issues[0]
    assert len({line.author for line in first.lines}) == len(first.lines) >= 2
    quoted = " ".join(line.quote for issue in summary.issues for line in issue.lines)
    assert "night bus" in quoted.lower()
    assert "cycling lane" in quoted.lower()
    assert "pounds" in quoted


def test_lines_of_an_issue_are_in_thread_order(summarizer: ThreadSummarizer, buses: list[Post]) -> None:
    for issue in summarizer.summarize(buses).issues:
        order = [int(line.post) for line in issue.lines]
        assert order == sorted(order)


def test_agreement_comes_from_replies_and_likes(summarizer: ThreadSummarizer, buses: list[Post]) -> None:
    found = summarizer.summarize(buses).agreements
    assert found
    for agreement in found:
        post = next(post for post in buses if post.id == agreement.line.post)
        assert agreement.by_likes == post.likes
        assert agreement.by_replies == {"2": 1, "6": 1}.get(post.id, 0)
        assert agreement.by_replies or agreement.by_likes >= 3


def test_an_unanswered_question_stays_open(summarizer: ThreadSummarizer, buses: list[Post]) -> None:
    question = "How many people would leave the car at home if the bus were free?"
    taken = [line.quote for issue in summarizer.summarize(buses).issues for line in issue.lines]
    asked = [line.quote for line in summarizer.summarize(buses).open_questions]
    assert question in asked or question in taken
    answered = [*buses, Post("17", "mia", "About nine thousand people, says the report.", "15")]
    assert question not in [line.quote for line in summarizer.summarize(answered).open_questions]


def test_nobody_has_more_than_a_quarter_of_the_lines(summarizer: ThreadSummarizer, buses: list[Post]) -> None:
    loud = [Post(f"x{n}", "ann", post.text.replace("council", "town hall")) for n, post in enumerate(buses)]
    summary = summarizer.summarize([*buses, *loud])
    authors = Counter(line.author for issue in summary.issues for line in issue.lines)
    assert max(authors.values()) <= max(1, authors.total() // 4)


def test_people_who_spoke_once_are_quoted(summarizer: ThreadSummarizer, buses: list[Post]) -> None:
    spoke = Counter(post.author for post in buses)
    quoted = {line.author for issue in summarizer.summarize(buses).issues for line in issue.lines}
    assert any(spoke[author] == 1 for author in quoted)


def test_the_same_thread_gives_the_same_summary(summarizer: ThreadSummarizer, buses: list[Post]) -> None:
    assert summarizer.summarize(buses) == summarizer.summarize(list(buses))


def test_nameless_threads_count_nobody(summarizer: ThreadSummarizer, buses: list[Post]) -> None:
    nameless = [replace(post, author="", reply_to=None, likes=0) for post in buses]
    summary = summarizer.summarize(nameless)
    check(summary, nameless)
    assert summary.people == 0
    assert summary.agreements == ()
    assert [issue.people for issue in summary.issues] == [0] * len(summary.issues)
    assert any(len(issue.lines) > 1 for issue in summary.issues)


def test_limits_are_kept(summarizer: ThreadSummarizer, buses: list[Post]) -> None:
    summary = summarizer.summarize(buses, issues=2, lines_per_issue=1)
    assert 1 <= len(summary.issues) <= 2
    assert [len(issue.lines) for issue in summary.issues] == [1] * len(summary.issues)


def test_labels_are_words_of_the_thread(summarizer: ThreadSummarizer, buses: list[Post]) -> None:
    thread = " ".join(post.text for post in buses).lower()
    for issue in summarizer.summarize(buses).issues:
        assert issue.label
        assert all(part in thread for part in issue.label.lower().split(", "))


def test_a_short_thread_is_refused_with_its_count(summarizer: ThreadSummarizer, buses: list[Post]) -> None:
    with pytest.raises(TooShort) as refusal:
        summarizer.summarize([*buses[:7], *(Post(f"e{n}", "eve", "😀 👍") for n in range(20))])
    assert refusal.value.posts == 7


def test_nothing_to_read(summarizer: ThreadSummarizer) -> None:
    with pytest.raises(TooShort):
        summarizer.summarize([], fewest_posts=0)


def test_one_author_alone_can_be_summed_up(summarizer: ThreadSummarizer, buses: list[Post]) -> None:
    alone = [replace(post, author="ann") for post in buses]
    summary = summarizer.summarize(alone)
    check(summary, alone)
    assert summary.people == 1
    assert summary.issues


def test_the_version_names_method_and_encoder(summarizer: ThreadSummarizer) -> None:
    assert summarizer.version.endswith("+all-MiniLM-L6-v2-int8-1")


PIECES = st.sampled_from(
    [
        "Rents  must fall\nnow because wages fall.",
        "I agree.",
        "> quoted words here.",
        "Why would anybody pay for it?",
        "But this is wrong, and everybody here knows it.",
        "```code. here.```",
        "“Curly” words aren’t rare at all.",
        "😀",
        "https://example.org/a.b?c=d",
        "�",
        "\x00",
        "\t",
        "\n\n",
        "@bob, taxes are not theft.",
        "1. taxes are theft today",
    ]
)
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=40)), max_size=8).map(" ".join)
POSTS = st.lists(
    st.builds(
        Post,
        id=st.integers(0, 40).map(str),
        author=st.sampled_from(["", "ann", "bob", "cleo", "dan", "eve", "[x](y)"]),
        text=TEXTS,
        reply_to=st.none() | st.integers(0, 40).map(str),
        likes=st.integers(-1, 9),
    ),
    min_size=1,
    max_size=40,
)


@settings(deadline=None, max_examples=60)
@given(posts=POSTS, issues=st.integers(1, 6), lines=st.integers(1, 4))
def test_every_quote_is_verbatim_whatever_the_thread(posts: list[Post], issues: int, lines: int) -> None:
    try:
        summary = ThreadSummarizer(Hashing()).summarize(posts, issues=issues, lines_per_issue=lines, fewest_posts=1)
    except TooShort:
        return
    check(summary, posts)
    assert len(summary.issues) <= issues


def test_long_and_odd_threads_are_bounded() -> None:
    posts = [Post(str(n), f"a{n % 90}", f"Rent {n} is number {n} of the rents. " * 3) for n in range(2_000)]
    odd = ["x" * 60_000, "word " * 12_000, "I think. " * 6_000, "😀" * 20_000]
    posts += [Post(f"odd{n}", "odd", text) for n, text in enumerate(odd)]
    check(ThreadSummarizer(Hashing()).summarize(posts), posts)


def test_a_real_thread_without_names_shows_its_dispute(summarizer: ThreadSummarizer) -> None:
    folder = os.environ.get("FOLKMOOT_DATA")
    if folder is None:
        pytest.skip("set FOLKMOOT_DATA to the folder that holds threads/economic-revolution.txt")
    text = (Path(folder) / "threads" / "economic-revolution.txt").read_text(encoding="utf-8")
    posts = [Post(str(number), "", part) for number, part in enumerate(text.split("\n\n\n"), start=1)]
    summary = summarizer.summarize(posts)
    check(summary, posts)
    main = " ".join(line.quote for line in summary.issues[0].lines).lower()
    assert "class struggle" in main
    assert "gradual" in main
