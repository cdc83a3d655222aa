"""Which post answers which: as the platform says, or as the wording lets one suppose."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.summaries.vocabulary import plain

if TYPE_CHECKING:
    import numpy as np

    from models.summaries.reading import Reading

_WINDOW = 8
_CERTAIN, _SUPPOSED = 1.0, 0.7
# A post that opens like an answer need not be so close to what it answers.
_LIKE_ENOUGH, _LIKE_ENOUGH_UNMARKED = 0.42, 0.6
_MOST_ANSWERED = 2
_SHORTEST_NAME = 3
_NAMED_WITHIN, _RESPONDS_WITHIN = 90, 1_000
_RESPONDING = re.compile(
    r"\b(?:you|your|you're|you've|thanks|agree|disagree|exactly)\b|^\W*(?:but|no|yes|actually|however|why|because|well)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """Post `answering` answers post `answered` (indices).

    Attributes:
        certainty: 1 where the platform says so; less where it was only supposed, and then nothing may
            be counted on it.
    """

    answering: int
    answered: int
    certainty: float

    @property
    def certain(self) -> bool:
        return self.certainty == _CERTAIN


def find_answers(reading: Reading, post_vectors: np.ndarray) -> tuple[Answer, ...]:
    """What answers what, in order of answering. `post_vectors` has one row of length 1 or 0 for each post."""
    index = {post.id: number for number, post in enumerate(reading.posts)}
    found: list[Answer] = []
    for number, post in enumerate(reading.posts):
        parent = index.get(post.reply_to) if post.reply_to is not None else None
        if parent is not None and parent != number:
            found.append(Answer(number, parent, _CERTAIN))
        else:
            supposed = _suppose(reading, post_vectors, number)
            found.extend(Answer(number, other, _SUPPOSED) for other in supposed)
    return tuple(found)


def _suppose(reading: Reading, post_vectors: np.ndarray, number: int) -> list[int]:
    """The recent posts, at most two, that this one seems to answer."""
    earlier = [
        other for other in range(max(0, number - _WINDOW), number) if reading.voices[other] != reading.voices[number]
    ]
    opening = reading.openings[number]
    for other in reversed(earlier):
        name = plain(reading.posts[other].author)
        if len(name) >= _SHORTEST_NAME and re.search(rf"\b{re.escape(name)}\b", opening[:_NAMED_WITHIN], re.IGNORECASE):
            return [other]
    responding = _RESPONDING.search(plain(reading.posts[number].text[:_RESPONDS_WITHIN]))
    enough = _LIKE_ENOUGH if responding else _LIKE_ENOUGH_UNMARKED
    likeness = {other: float(post_vectors[number] @ post_vectors[other]) for other in earlier}
    nearest = sorted(earlier, key=lambda other: (-likeness[other], -other))[:_MOST_ANSWERED]
    return [other for other in nearest if likeness[other] >= enough]
