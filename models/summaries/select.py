"""Choosing the lines of each issue: they stand alone, come from different people, and answer each other."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from models.summaries import cues

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.summaries.disputes import Disputes
    from models.summaries.issues import Group
    from models.summaries.reading import Reading

LARGEST_SHARE = 0.25
_VOICES_TO_BALANCE = 4
_CANDIDATES = 40
# Two lines that answer each other say the same issue twice: worth it where the thread is most divided,
# less so further down, where the summary should cover more of what was said.
_MAIN_DISPUTE_WEIGHT, _DISPUTE_WEIGHT = 3.2, 1.5
_REPEATS = 0.75
_SAID_BEFORE = 0.55
_SPOKE_ONCE = 1.1
_LEAST_QUALITY = 0.3


class Selection:
    """Takes lines one issue after another and remembers whose words were taken."""

    def __init__(self, reading: Reading, vectors: np.ndarray, disputes: Disputes, planned: int) -> None:
        """Prepare for about `planned` lines in all."""
        self._reading = reading
        self._vectors = vectors
        self._disputes = disputes
        self._worth = _worth(reading, vectors)
        self._taken: list[int] = []
        self._posts = reading.posts_by_voice()
        self._most_lines = max(int(planned * LARGEST_SHARE), -(-planned // max(1, len(self._posts))), 1)

    @property
    def taken(self) -> tuple[int, ...]:
        """The sentences taken so far, in the order of taking."""
        return tuple(self._taken)

    def take(self, group: Group, count: int) -> list[int]:
        """Take up to `count` sentences of the issue, in thread order."""
        worth = self._worth_in(group)
        candidates = sorted(worth, key=lambda number: (-worth[number], number))[:_CANDIDATES]
        chosen = self._best_pair(candidates, worth) if count > 1 else []
        while len(chosen) < count and (more := self._best_single(candidates, worth, chosen)) is not None:
            chosen.append(more)
        self._taken.extend(chosen)
        return sorted(chosen)

    def take_one(self, numbers: Sequence[int]) -> int | None:
        """Take the best of these sentences, if any may be taken."""
        worth = {number: self._worth[number] for number in numbers if self._may_take(number, [])}
        best = max(worth, key=lambda number: (worth[number], -number), default=None)
        if best is not None:
            self._taken.append(best)
        return best

    def worth(self, number: int) -> float:
        return float(self._worth[number])

    def _worth_in(self, group: Group) -> dict[int, float]:
        numbers = list(group.sentences)
        centre = self._vectors[numbers].mean(axis=0)
        near = self._vectors[numbers] @ centre / (np.linalg.norm(centre) or 1)
        worth: dict[int, float] = {}
        for number, nearness in zip(numbers, near.tolist(), strict=True):
            value = float(self._worth[number]) * (0.4 + max(0.0, nearness))
            voice = self._reading.voice(self._reading.sentences[number])
            value *= _SAID_BEFORE ** self._lines_of(voice, [])
            if self._posts[voice] == 1:
                value *= _SPOKE_ONCE
            if value >= _LEAST_QUALITY and self._may_take(number, []):
                worth[number] = value
        return worth

    def _best_pair(self, candidates: Sequence[int], worth: dict[int, float]) -> list[int]:
        weight = _DISPUTE_WEIGHT if self._taken else _MAIN_DISPUTE_WEIGHT
        best: tuple[float, list[int]] = (0.0, [])
        for left, right in combinations(sorted(candidates), 2):
            if not self._may_take(right, [left]) or self._same_voice(left, right):
                continue
            dispute = self._disputes.between(left, right)
            score = worth[left] + worth[right] + weight * dispute - self._repetition(left, [right])
            if score > best[0]:
                best = score, [left, right]
        return best[1]

    def _best_single(self, candidates: Sequence[int], worth: dict[int, float], chosen: list[int]) -> int | None:
        def score(number: int) -> float:
            return worth[number] - self._repetition(number, [*chosen, *self._taken])

        free = [number for number in candidates if number not in chosen and self._may_take(number, chosen)]
        others = [number for number in free if not any(self._same_voice(number, one) for one in chosen)]
        best = max(others, key=lambda number: (score(number), -number), default=None)
        return best if best is not None and score(best) > 0 else None

    def _may_take(self, number: int, chosen: Sequence[int]) -> bool:
        sentence = self._reading.sentences[number]
        if self._lines_of(self._reading.voice(sentence), chosen) >= self._most_lines:
            return False
        return not any(
            other.post == sentence.post and other.start < sentence.end and sentence.start < other.end
            for other in (self._reading.sentences[one] for one in [*self._taken, *chosen])
        )

    def _lines_of(self, voice: int, chosen: Sequence[int]) -> int:
        return sum(self._reading.voice(self._reading.sentences[one]) == voice for one in [*self._taken, *chosen])

    def _same_voice(self, left: int, right: int) -> bool:
        sentences = self._reading.sentences
        return self._reading.voice(sentences[left]) == self._reading.voice(sentences[right])

    def _repetition(self, number: int, others: Sequence[int]) -> float:
        if not others:
            return 0.0
        return max(0.0, float((self._vectors[list(others)] @ self._vectors[number]).max()) - _REPEATS) * 4


def without_excess(reading: Reading, chosen: Sequence[Sequence[int]]) -> list[list[int]]:
    """The issues' lines without those that would give one voice more than a quarter of them.

    Fewer lines than planned may have been found, and then a quarter of them is less than was planned with.
    """
    kept = [list(lines) for lines in chosen]
    if len(set(reading.voices)) < _VOICES_TO_BALANCE:
        return kept
    while True:
        lines = [(reading.voice(reading.sentences[number]), number) for own in kept for number in own]
        allowed = max(1, int(len(lines) * LARGEST_SHARE))
        counts = Counter(voice for voice, _ in lines)
        excess = [number for voice, number in lines if counts[voice] > allowed]
        if not excess:
            return kept
        # The last in display order goes first: what stands at the top matters more.
        for own in kept:
            if excess[-1] in own:
                own.remove(excess[-1])


def _worth(reading: Reading, vectors: np.ndarray) -> np.ndarray:
    """What each sentence is worth as a quotation anywhere in the summary."""
    heard = _heard(reading, vectors)
    likes = np.log1p([max(0, reading.posts[sentence.post].likes) for sentence in reading.sentences])
    standing = np.array([sentence.standing for sentence in reading.sentences])
    claiming = np.array([cues.claiming(sentence.text) for sentence in reading.sentences])
    liked = likes / (likes.max() or 1)
    return np.asarray(standing * (0.35 + 0.4 * heard + 0.25 * claiming) * (1 + 0.15 * liked))


def _heard(reading: Reading, vectors: np.ndarray) -> np.ndarray:
    """One vote for each other voice: how near it comes to saying the same, as a rank from 0 to 1.

    Votes go by voice, not by sentence, so that whoever writes most does not decide what is central.
    """
    voices = np.array([reading.voice(sentence) for sentence in reading.sentences])
    order = np.argsort(voices, kind="stable")
    starts = np.flatnonzero(np.diff(voices[order], prepend=-1))
    nearest = np.maximum.reduceat(vectors @ vectors[order].T, starts, axis=1)
    own = voices[:, None] == voices[order][starts][None, :]
    votes = np.where(own, 0.0, np.clip(nearest, 0, None)).sum(axis=1)
    ranks = np.argsort(np.argsort(votes, kind="stable"), kind="stable")
    return np.asarray(ranks / max(1, len(ranks) - 1))
