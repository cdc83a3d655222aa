"""The summarizer: reads a thread, finds its issues and quotes its people."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from models.encoder import SentenceEncoder
from models.summaries.agreement import agreements
from models.summaries.answers import find_answers
from models.summaries.disputes import Disputes
from models.summaries.issues import group_sentences
from models.summaries.label import label_groups
from models.summaries.questions import open_questions
from models.summaries.reading import Reading, read
from models.summaries.select import Selection, without_excess
from models.summaries.thread import FEWEST_POSTS, Agreement, Issue, Line, Summary, TooShort
from models.summaries.vocabulary import terms, weigh_terms

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from models.summaries.answers import Answer
    from models.summaries.issues import Group
    from models.summaries.thread import Post

# Changes whenever the same thread could get another summary.
_METHOD = "extract-1"
_QUESTIONS = 2
_AGREEMENTS = 2
_FEWEST_VOICES = 2
_STRONGEST = 4


class ThreadSummarizer:
    """Sum up a thread in its members' own words; safe to share between threads."""

    def __init__(self, encoder: SentenceEncoder) -> None:
        self.version = f"{_METHOD}+{encoder.version}"
        self._encoder = encoder

    @classmethod
    def load(cls, folder: Path | None = None, *, threads: int = 1) -> ThreadSummarizer:
        """Load with the shipped sentence encoder, or the one in `folder`.

        Raises:
            BundleError: if the encoder's files are missing or damaged.
        """
        return cls(SentenceEncoder.load(folder, threads=threads))

    def summarize(
        self,
        posts: Sequence[Post],
        *,
        title: str | None = None,
        issues: int = 5,
        lines_per_issue: int = 2,
        fewest_posts: int = FEWEST_POSTS,
    ) -> Summary:
        """Sum up posts given in order of writing.

        Args:
            posts: the thread; posts with an id that was given before are ignored.
            title: what the platform calls the thread; it then need not be quoted from the first post.
            issues: at most so many.
            lines_per_issue: at most so many, and one more for the most disputed issue.
            fewest_posts: how many posts must say something.

        Raises:
            TooShort: if fewer posts than `fewest_posts` say something.
        """
        reading = read(posts)
        usable = len({sentence.post for sentence in reading.sentences})
        if usable < max(1, fewest_posts):
            raise TooShort(usable)
        return _Writing(reading, self._encoder, issues, lines_per_issue).summary(title)


class _Writing:
    """The work on one summary."""

    def __init__(self, reading: Reading, encoder: SentenceEncoder, issues: int, lines_per_issue: int) -> None:
        self._reading = reading
        self._lines_per_issue = lines_per_issue
        self._issues = issues
        self._vectors = encoder.encode([sentence.text for sentence in reading.sentences])
        self._post_vectors = _post_vectors(reading, self._vectors)
        self._answers: Sequence[Answer] = find_answers(reading, self._post_vectors)
        weighed = weigh_terms([terms(sentence.text) for sentence in reading.sentences])
        self._disputes = Disputes(reading, self._vectors, weighed, self._answers)
        self._selection = Selection(reading, self._vectors, self._disputes, issues * lines_per_issue)

    def summary(self, title: str | None) -> Summary:
        reading = self._reading
        issues = self._written_issues()
        return Summary(
            posts=len(reading.posts),
            people=_people(reading, range(len(reading.posts))),
            about=self._about(title),
            issues=issues,
            agreements=self._written_agreements(),
            open_questions=self._written_questions(),
        )

    def _written_issues(self) -> tuple[Issue, ...]:
        groups = group_sentences(self._reading, self._vectors, self._answers, self._disputes, self._issues)
        several = min(_FEWEST_VOICES, len(set(self._reading.voices)))
        shared = [group for group in groups if self._voices(group) >= several] or list(groups)
        shown = sorted(shared[: self._issues], key=lambda group: (-self._disputed(group), group.posts))
        chosen: list[list[int]] = []
        for group in shown:
            # The thread's main dispute often has a third side.
            third = not chosen and self._voices(group) > self._lines_per_issue > 1
            chosen.append(self._selection.take(group, self._lines_per_issue + third))
        labels = label_groups(self._reading, shown)
        kept = without_excess(self._reading, chosen)
        return tuple(self._issue(*entry) for entry in zip(shown, labels, kept, strict=True) if entry[2])

    def _issue(self, group: Group, label: str, lines: Sequence[int]) -> Issue:
        reading = self._reading
        return Issue(
            label=label,
            posts=tuple(reading.posts[post].id for post in group.posts),
            people=_people(reading, group.posts),
            lines=tuple(reading.line(reading.sentences[number]) for number in lines),
        )

    def _disputed(self, group: Group) -> float:
        """The strongest disputes in the issue, one for each pair of posts; a quarrel of two weighs less."""
        sentences = self._reading.sentences
        strongest: dict[tuple[int, int], float] = {}
        ranked = sorted(group.sentences, key=lambda number: (-self._selection.worth(number), number))[:60]
        for earlier in ranked:
            for later in ranked:
                score = self._disputes.between(earlier, later)
                if score > 0:
                    pair = sentences[earlier].post, sentences[later].post
                    strongest[pair] = max(score, strongest.get(pair, 0.0))
        return sum(sorted(strongest.values(), reverse=True)[:_STRONGEST]) * math.log1p(self._voices(group))

    def _voices(self, group: Group) -> int:
        return len({self._reading.voices[post] for post in group.posts})

    def _about(self, title: str | None) -> Line | None:
        """The first post's title line; else, where the platform names no title, what the thread takes up of it."""
        reading = self._reading
        if reading.heading is not None:
            return reading.heading
        first = [number for number, sentence in enumerate(reading.sentences) if sentence.post == 0]
        if title is not None or not first or reading.posts[0].reply_to is not None:
            return None
        thread = self._vectors.mean(axis=0)
        best = max(first, key=lambda number: (float(self._vectors[number] @ thread), -number))
        return reading.line(reading.sentences[best])

    def _written_agreements(self) -> tuple[Agreement, ...]:
        written: list[Agreement] = []
        for post, by_replies, by_likes in agreements(self._reading, self._answers):
            own = [number for number, sentence in enumerate(self._reading.sentences) if sentence.post == post]
            taken = self._selection.take_one(own) if len(written) < _AGREEMENTS else None
            if taken is not None:
                line = self._reading.line(self._reading.sentences[taken])
                written.append(Agreement(line, by_replies, by_likes))
        return tuple(written)

    def _written_questions(self) -> tuple[Line, ...]:
        asked = open_questions(self._reading, self._vectors, self._post_vectors, self._answers)
        chosen: list[int] = []
        while len(chosen) < _QUESTIONS and (best := self._selection.take_one(asked)) is not None:
            chosen.append(best)
            asked = [number for number in asked if number != best]
        return tuple(self._reading.line(self._reading.sentences[number]) for number in sorted(chosen))


def _post_vectors(reading: Reading, vectors: np.ndarray) -> np.ndarray:
    """One row for each post: the mean of its sentences at length 1, or zeros where it says nothing."""
    rows = np.zeros((len(reading.posts), vectors.shape[1]), dtype=np.float32)
    for number, sentence in enumerate(reading.sentences):
        rows[sentence.post] += vectors[number]
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1))


def _people(reading: Reading, posts: Sequence[int]) -> int:
    """How many named people wrote these posts; where the source names nobody, nobody is counted."""
    return len({reading.voices[post] for post in posts if reading.posts[post].author.strip()})
