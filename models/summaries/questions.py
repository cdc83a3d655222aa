"""Questions that were asked and that nobody took up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from models.summaries.vocabulary import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from models.summaries.answers import Answer
    from models.summaries.reading import Reading

_FEWEST_WORDS = 6
_STANDS = 0.6
_TAKEN_UP = 0.5
# The last posts had no time to be answered, but what they ask is what a late-comer can take up.
_WINDOW = 15
_NOT_ASKING = re.compile(
    r"""\W*(?:but|and|yup|oh|really|seriously|so\ what|who\ cares|what's\ your\ point|what\ (?:the|an?|on\ earth)\b
      |surely
      |are\ you\ (?:serious|kidding|joking|sure)|have\ you\ ever|did\ you\ (?:even\ )?read|who\ do\ you|why\ are\ you
      |do\ you\ (?:even|really|not|honestly|seriously)|how\ dare|(?:so\ )?you(?:'re)?\ (?:mean|think|say|saying)
      |can\ you\ not)""",
    re.IGNORECASE | re.VERBOSE,
)
# "Why are you so rude?" waits for one person; "How do you keep cool?" for anybody.
_ADDRESSED = re.compile(r"\b(?:you|your|you're|you've)\b", re.IGNORECASE)
_ADDRESSED_TO_ALL = re.compile(
    r"\b(?:anyone|anybody|you (?:all|guys|folks)|do you think|how (?:do|would|can|could|should) you|if you)\b",
    re.IGNORECASE,
)
_TAG = re.compile(
    r""",\s*(?:right|eh|huh|no|yes|is(?:n't)?\ it|are(?:n't)?\ (?:they|you|we)|do(?:n't)?\ (?:you|they|we)
      |does(?:n't)?\ it|would(?:n't)?\ (?:it|you|they)|can\ you|have\ you)\?+$""",
    re.IGNORECASE | re.VERBOSE,
)


def open_questions(
    reading: Reading, vectors: np.ndarray, post_vectors: np.ndarray, answers: Sequence[Answer]
) -> list[int]:
    """Sentences (indices) that ask and were not answered, in thread order."""
    answered = {answer.answered for answer in answers}
    return [
        number
        for number, sentence in enumerate(reading.sentences)
        if _asks(sentence.text)
        and sentence.standing >= _STANDS
        and sentence.post not in answered
        and not _taken_up(reading, vectors[number], sentence.post, post_vectors)
    ]


def _asks(text: str) -> bool:
    if not text.rstrip("\"')*_ ").endswith("?") or len(words(text)) < _FEWEST_WORDS:
        return False
    if _ADDRESSED.search(text) and not _ADDRESSED_TO_ALL.search(text):
        return False
    return not _NOT_ASKING.match(text) and not _TAG.search(text)


def _taken_up(reading: Reading, vector: np.ndarray, post: int, post_vectors: np.ndarray) -> bool:
    """Somebody else soon wrote about the very same thing, without marking it as a reply."""
    return any(
        reading.voices[later] != reading.voices[post] and float(post_vectors[later] @ vector) >= _TAKEN_UP
        for later in range(post + 1, min(len(reading.posts), post + 1 + _WINDOW))
    )
