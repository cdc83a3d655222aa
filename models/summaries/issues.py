"""Finding the issues of a thread: passages that sound alike, share rare words or answer each other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from models.summaries.communities import find_communities
from models.summaries.vocabulary import terms, weigh_terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.summaries.answers import Answer
    from models.summaries.disputes import Disputes
    from models.summaries.reading import Reading

_PASSAGE_WORDS = 55
_NEIGHBOURS = 8
_MEANING, _TERMS = 0.6, 0.4
_ANSWER_WEIGHT = 0.7
_SAME_POST_WEIGHT = 0.15
_DISPUTE_WEIGHT = 0.5
_RESOLUTIONS = (0.6, 0.8, 1.0, 1.25, 1.55, 1.9)
_FEWEST_POSTS = 2
# No issue should hold more than this share of the thread: "everything" is not an issue.
_LARGEST_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class Group:
    """The sentences (indices) and posts (indices) of one issue, in thread order."""

    sentences: tuple[int, ...]
    posts: tuple[int, ...]


def group_sentences(
    reading: Reading, vectors: np.ndarray, answers: Sequence[Answer], disputes: Disputes, wanted: int
) -> tuple[Group, ...]:
    """Part the thread's sentences into issues, those with most voices first.

    Args:
        reading: the thread.
        vectors: one row of length 1 for each sentence.
        answers: what answers what.
        disputes: what disputes what; both sides of a dispute belong to one issue.
        wanted: about how many issues will be shown.
    """
    passages = _passages(reading)
    edges = _edges(reading, vectors, passages, answers)
    _join_disputes(edges, passages, disputes)
    best: tuple[float, list[Group]] | None = None
    for resolution in _RESOLUTIONS:
        labels = find_communities(len(passages), edges, resolution)
        groups = _groups(reading, passages, labels)
        fit = _fit(groups, len(reading.posts), wanted)
        if best is None or fit > best[0]:
            best = fit, groups
    groups = best[1] if best else []
    return tuple(sorted(groups, key=lambda group: (-_voices(reading, group), -len(group.posts), group.posts)))


def _passages(reading: Reading) -> list[list[int]]:
    """Runs of sentences of one post, long enough to have a subject: a short post is one passage."""
    passages: list[list[int]] = []
    length = 0
    for number, sentence in enumerate(reading.sentences):
        size = len(sentence.text.split())
        before = reading.sentences[passages[-1][-1]] if passages else None
        if before is None or before.post != sentence.post or length + size > _PASSAGE_WORDS:
            passages.append([])
            length = 0
        passages[-1].append(number)
        length += size
    return passages


def _edges(
    reading: Reading, vectors: np.ndarray, passages: Sequence[Sequence[int]], answers: Sequence[Answer]
) -> dict[tuple[int, int], float]:
    likeness = _likeness(reading, vectors, passages)
    edges: dict[tuple[int, int], float] = {}
    off_diagonal = likeness[~np.eye(len(passages), dtype=bool)]
    floor = float(off_diagonal.mean() + 0.5 * off_diagonal.std()) if off_diagonal.size else 0.0
    count = min(_NEIGHBOURS, len(passages) - 1)
    for node, row in enumerate(likeness):
        for other in np.argpartition(-row, count)[: count + 1].tolist():
            if other != node and row[other] > floor:
                edges[min(node, other), max(node, other)] = float(row[other] - floor)
    first: dict[int, list[int]] = {}
    for node, passage in enumerate(passages):
        first.setdefault(reading.sentences[passage[0]].post, []).append(node)
    for nodes in first.values():
        for left, right in pairwise(nodes):
            edges[left, right] = edges.get((left, right), 0.0) + _SAME_POST_WEIGHT
    for answer in answers:
        pairs = [(a, b) for a in first.get(answer.answered, ()) for b in first.get(answer.answering, ())]
        if pairs:
            left, right = max(pairs, key=lambda pair: likeness[pair])
            key = min(left, right), max(left, right)
            edges[key] = edges.get(key, 0.0) + _ANSWER_WEIGHT * answer.certainty
    return edges


def _join_disputes(edges: dict[tuple[int, int], float], passages: Sequence[Sequence[int]], disputes: Disputes) -> None:
    passage_of = {number: node for node, passage in enumerate(passages) for number in passage}
    for earlier, later, score in disputes.strongest(len(passages)):
        left, right = sorted((passage_of[earlier], passage_of[later]))
        edges[left, right] = edges.get((left, right), 0.0) + _DISPUTE_WEIGHT * score**2


def _likeness(reading: Reading, vectors: np.ndarray, passages: Sequence[Sequence[int]]) -> np.ndarray:
    """How alike passages are, without what all of the thread has in common."""
    means = np.stack([vectors[list(passage)].mean(axis=0) for passage in passages])
    means -= means.mean(axis=0)
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    means /= np.where(lengths > 0, lengths, 1)
    rows = [[term for number in passage for term in terms(reading.sentences[number].text)] for passage in passages]
    weighed = weigh_terms(rows)
    return np.asarray(_MEANING * (means @ means.T) + _TERMS * (weighed @ weighed.T))


def _groups(reading: Reading, passages: Sequence[Sequence[int]], labels: Sequence[int]) -> list[Group]:
    members: dict[int, list[int]] = {}
    for passage, label in zip(passages, labels, strict=True):
        members.setdefault(label, []).extend(passage)
    return [
        Group(tuple(sentences), tuple(dict.fromkeys(reading.sentences[number].post for number in sentences)))
        for sentences in members.values()
    ]


def _fit(groups: Sequence[Group], posts: int, wanted: int) -> float:
    """Good partitions cover the thread with about as many issues as are wanted, none of them everything."""
    sizes = sorted((len(group.posts) for group in groups if len(group.posts) >= _FEWEST_POSTS), reverse=True)
    covered = sum(sizes[:wanted]) / max(1, posts)
    too_large = max(0.0, sizes[0] / max(1, posts) - _LARGEST_SHARE) if sizes else 1.0
    missing = max(0, min(wanted, posts // 4) - len(sizes)) / wanted
    return min(1.0, covered) - 1.5 * too_large - missing


def _voices(reading: Reading, group: Group) -> int:
    return len({reading.voices[post] for post in group.posts})
