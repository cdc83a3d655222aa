"""Who expressly agreed with a post: replies that say so and approving reactions, nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.summaries.answers import Answer
    from models.summaries.reading import Reading

_FEWEST_LIKES = 3
_AGREES = re.compile(
    r"""(?:(?!\+1\b)[^\w👍])*+(?:yes|yep|yeah|yup|and|well|true|sure|thanks|oh)?[\s,.!]*+
    (?:(?:i|we|would|have\ to|must|can\ only|do|also|totally|completely|absolutely|fully|entirely|strongly
      |wholeheartedly|quite|very\ much|so|100%|really|certainly|definitely|i'd|to)\ ){0,4}
    (?: agree[ds]?(?:[!.,]|$|\ (?:with|more|on|that|completely|totally|entirely|100))
      | exactly|precisely|absolutely|spot[\ -]on|well\ (?:said|put)|(?:very\ |so\ )?true\ *(?:[.,!]|$)
      | quite\ right|hear,?\ hear
      | (?:good|great|excellent|fair|valid)\ points?\b
      | you(?:'re|\ are)\ (?:absolutely\ |so\ |quite\ |totally\ )?(?:right|correct|spot\ on)
      | (?:i\ )?could(?:n't|\ not)\ (?:have\ )?(?:agree|said|put)|\+1\b|this\s*[.!^]*$|seconded|amen\b|indeed\b
      | my\ thoughts\ exactly|same\ here|nail\ on\ the\ head|👍)""",
    re.IGNORECASE | re.VERBOSE,
)
_HOLDS_BACK = re.compile(
    r"""\b(?:but|however|although|though|except|unless|until|in\ part|partly|if\ only
      |not\ (?:agree|true|right|sure)|not\ entirely
      |absolutely\ not|disagree|don't\ agree|can't\ agree
      |cannot\ agree|agree\ to\ disagree|yeah\ right)\b | \?""",
    re.IGNORECASE | re.VERBOSE,
)


def agrees(opening: str) -> bool:
    """Whether a reply that opens with these words (plain text) expressly agrees, and without a "but"."""
    return _AGREES.match(opening) is not None and _HOLDS_BACK.search(opening) is None


def agreements(reading: Reading, answers: Sequence[Answer]) -> list[tuple[int, int, int]]:
    """Posts (indices) that were expressly agreed with, by how many people's replies, by how many likes.

    Only replies that the platform marks as replies count, each person once, nobody for their own post.
    The most agreed with come first.
    """
    agreeing: dict[int, set[int]] = {}
    for answer in answers:
        voice = reading.voices[answer.answering]
        if answer.certain and voice != reading.voices[answer.answered] and agrees(reading.openings[answer.answering]):
            agreeing.setdefault(answer.answered, set()).add(voice)
    found = [
        (number, len(agreeing.get(number, ())), max(0, post.likes))
        for number, post in enumerate(reading.posts)
        if number in agreeing or post.likes >= _FEWEST_LIKES
    ]
    return sorted(found, key=lambda entry: (-entry[1], -entry[2], entry[0]))
