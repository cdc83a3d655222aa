"""How much one sentence disputes another: it answers, on the same matter, and sets itself against."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from models.summaries import cues

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.summaries.answers import Answer
    from models.summaries.reading import Reading

_LATER = 0.45
_OPENING_COUNTS = 0.6
_NEGATION_COUNTS = 0.25
_SAME_MATTER = 0.2
_SHARED_TERMS = 1.2


class Disputes:
    """Scores of sentence pairs, from cues of wording and the reply structure.

    A score says where to look for a dispute; it never says, or counts, who is for or against.
    """

    def __init__(self, reading: Reading, vectors: np.ndarray, weighed: np.ndarray, answers: Sequence[Answer]) -> None:
        """Score all pairs; `vectors` and `weighed` have one row for each sentence, of length 1 (or 0)."""
        posts = np.array([sentence.post for sentence in reading.sentences])
        voices = np.array([reading.voice(sentence) for sentence in reading.sentences])
        against = _against(reading, posts, answers)
        scores = np.clip(vectors @ vectors.T - _SAME_MATTER, 0, None)
        scores += _SHARED_TERMS * (weighed @ weighed.T)
        np.minimum(scores, 1, out=scores)
        scores *= against
        for answer in answers:
            block = np.ix_(posts == answer.answered, posts == answer.answering)
            scores[block] *= answer.certainty / _LATER
        scores *= _LATER
        scores[(posts[:, None] >= posts[None, :]) | (voices[:, None] == voices[None, :])] = 0
        self._scores = scores

    def between(self, earlier: int, later: int) -> float:
        """How much sentence `later` disputes sentence `earlier`, 0 to 1."""
        return float(self._scores[earlier, later])

    def strongest(self, count: int) -> list[tuple[int, int, float]]:
        """The most disputed pairs: earlier sentence, later sentence, score; the strongest first."""
        flat = self._scores.ravel()
        count = min(count, flat.size)
        best = np.argpartition(-flat, count - 1)[:count]
        pairs = [(*divmod(index, len(self._scores)), float(flat[index])) for index in best.tolist()]
        return sorted((pair for pair in pairs if pair[2] > 0), key=lambda pair: (-pair[2], pair))


def _against(reading: Reading, posts: np.ndarray, answers: Sequence[Answer]) -> np.ndarray:
    """How much each sentence (column) sets itself against each earlier one (row), by its wording alone."""
    cue = np.array([cues.contradicting(sentence.text) for sentence in reading.sentences], dtype=np.float32)
    negated = np.array([cues.is_negated(sentence.text) for sentence in reading.sentences])
    against = np.repeat(cue[None, :], len(cue), axis=0)
    for answer in answers:
        # "No, that's wrong. <the reason>": the reason contradicts as well.
        opening = _OPENING_COUNTS * cues.contradicting(reading.openings[answer.answering])
        block = np.ix_(posts == answer.answered, posts == answer.answering)
        against[block] = np.maximum(against[block], opening)
    against += _NEGATION_COUNTS * ((negated[:, None] != negated[None, :]) & (against > 0))
    return np.minimum(against, 1)
