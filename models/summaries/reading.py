"""A thread read into sentences: who says what, and which sentences could be quoted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING

from models.summaries import cues
from models.summaries.segment import segments
from models.summaries.thread import Line, Post
from models.summaries.vocabulary import plain, spoken_words, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.summaries.segment import Segment

# Everything that compares all pairs is bounded by this: 3,000 squared floats are 36 MB.
MOST_SENTENCES = 3_000
_CLOSING = frozenset('.!?:;…"”»)]\n')
_FEWEST_WORDS = 4
# Languages that are written without spaces count as words by their letters.
_FEWEST_LETTERS_UNSPACED = 8
_LONGEST_QUOTE = 270
# So many words in a row are no coincidence.
_PASTED_WORDS = 6
_OPENING_SENTENCES = 2
_STANDS = 0.5

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that says something about the subject.

    Attributes:
        post: index of its post in the thread.
        paragraph: counts within the post.
        start: where the quotation begins in the post's text; it takes in the sentence before, if this
            one leans on that.
        end: where the quotation ends.
        text: the sentence alone, plain and with whitespace folded.
        standing: how well the quotation reads alone, 0 to 1.
    """

    post: int
    paragraph: int
    start: int
    end: int
    text: str
    standing: float


@dataclass(frozen=True, slots=True)
class Reading:
    """A thread and its sentences.

    Attributes:
        posts: in order of writing, each id once.
        voices: for each post, a number for who speaks; posts without an author each have their own.
        openings: for each post, its first words in plain text: where people agree and contradict.
        sentences: in thread order.
        heading: the title line of the first post, if it has one.
    """

    posts: tuple[Post, ...]
    voices: tuple[int, ...]
    openings: tuple[str, ...]
    sentences: tuple[Sentence, ...]
    heading: Line | None

    def line(self, sentence: Sentence) -> Line:
        return _line(self.posts[sentence.post], sentence.start, sentence.end)

    def voice(self, sentence: Sentence) -> int:
        return self.voices[sentence.post]

    def posts_by_voice(self) -> dict[int, int]:
        """How many posts each voice has."""
        return {voice: self.voices.count(voice) for voice in set(self.voices)}


def read(posts: Sequence[Post]) -> Reading:
    """Cut the posts into sentences; words that somebody wrote before are left to whom wrote them first."""
    once: dict[str, Post] = {}
    for post in posts:
        once.setdefault(post.id, post)
    thread = tuple(once.values())
    seen: dict[Phrase, int] = {}
    sentences: list[list[Sentence]] = []
    openings: list[str] = []
    heading = None
    for number, post in enumerate(thread):
        cut = segments(post.text)
        if number == 0 and cut and cut[0].heading:
            heading = _line(post, cut[0].start, cut[0].end)
        openings.append(" ".join(_text(post, part) for part in cut[:_OPENING_SENTENCES]))
        own = [kept for part in cut if (kept := _without_pasted(number, post, part, seen)) is not None]
        _remember(number, post, cut, seen)
        sentences.append(_sentences(number, post, own))
    return Reading(thread, _voices(thread), tuple(openings), _bounded(sentences), heading)


def _voices(posts: Sequence[Post]) -> tuple[int, ...]:
    first: dict[str, int] = {}
    return tuple(
        first.setdefault(post.author, number) if post.author.strip() else number for number, post in enumerate(posts)
    )


def _sentences(number: int, post: Post, cut: Sequence[Segment]) -> list[Sentence]:
    found: list[Sentence] = []
    before: Segment | None = None
    for part in cut:
        text = _text(post, part)
        if not part.heading and _says_something(text):
            start, standing = part.start, cues.standing(text) * (0.7 if part.part else 1.0)
            if before is not None and before.paragraph == part.paragraph and cues.is_dangling(text):
                leaned_on = cues.standing(_text(post, before))
                if part.end - before.start <= _LONGEST_QUOTE and leaned_on > _STANDS:
                    start, standing = before.start, 0.9 * leaned_on
            found.append(Sentence(number, part.paragraph, start, part.end, text, standing))
        before = part
    return found


def _says_something(text: str) -> bool:
    spoken = words(text)
    unspaced = sum(len(word) for word in spoken if not word.isascii()) >= _FEWEST_LETTERS_UNSPACED
    return (len(spoken) >= _FEWEST_WORDS or unspaced) and not cues.is_phatic(text)


def _without_pasted(number: int, post: Post, part: Segment, seen: Mapping[Phrase, int]) -> Segment | None:
    """The sentence without a beginning that an earlier post wrote: people paste what they answer to.

    Only where that beginning is closed off, by a sign or a line's end: a sentence that merely begins like another one
    is the author's own, and half of it could say the opposite.
    """
    found = list(spoken_words(post.text[part.start : part.end]))
    spoken = [word for word, _, _ in found]
    size = min(_PASTED_WORDS, len(spoken))
    pasted = 0
    while pasted + size <= len(spoken) and seen.get(tuple(spoken[pasted : pasted + size]), number) < number:
        pasted += 1
    if not pasted or not size:
        return part
    pasted += size - 1
    if pasted + _FEWEST_WORDS > len(spoken):
        return None
    start = part.start + found[pasted][1]
    return replace(part, start=start) if _is_closed(post.text[part.start : start]) else part


def _is_closed(text: str) -> bool:
    """Whether something ends a sentence behind the last word."""
    behind = takewhile(lambda sign: not (sign.isalnum() or sign == "_"), reversed(text))
    return not _CLOSING.isdisjoint(behind)


def _remember(number: int, post: Post, cut: Sequence[Segment], seen: dict[Phrase, int]) -> None:
    for part in cut:
        spoken = [word for word, _, _ in spoken_words(post.text[part.start : part.end])]
        size = min(_PASTED_WORDS, len(spoken))
        for start in range(len(spoken) - size + 1):
            seen.setdefault(tuple(spoken[start : start + size]), number)


def _bounded(sentences: Sequence[Sequence[Sentence]]) -> tuple[Sentence, ...]:
    """At most `MOST_SENTENCES`: long posts give up sentences first, then posts are left out at even steps."""
    filled = [group for group in sentences if group]
    if len(filled) > MOST_SENTENCES:
        step = len(filled) / MOST_SENTENCES
        filled = [filled[int(number * step)][:1] for number in range(MOST_SENTENCES)]
    share = max((len(group) for group in filled), default=0)
    while sum(min(len(group), share) for group in filled) > MOST_SENTENCES:
        share -= 1
    return tuple(sentence for group in filled for sentence in _spread(group, share))


def _spread(group: Sequence[Sentence], share: int) -> list[Sentence]:
    if len(group) <= share:
        return list(group)
    return [group[number * len(group) // share] for number in range(share)]


def _text(post: Post, part: Segment) -> str:
    return " ".join(plain(post.text[part.start : part.end]).split())


def _line(post: Post, start: int, end: int) -> Line:
    return Line(post.id, post.author, " ".join(post.text[start:end].split()))
