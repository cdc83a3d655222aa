"""Naming an issue with noun phrases out of the thread, found by counting alone."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from models.summaries.lexicon import GENERAL, STOPWORDS
from models.summaries.vocabulary import plain, stem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from models.summaries.issues import Group
    from models.summaries.reading import Reading

_LONGEST_PHRASE = 3
_PHRASES = 2
_FEWEST_LETTERS = 3
_LONGEST_LABEL = 60
_LONGEST_CAPITALS = 5
_SURELY_NO_NOUN = 0.3
# A label names what at least this share of an issue's posts speaks of.
_COMMON = 0.12
_PIECE = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|[^\s\w]")
# A word after one of these is likely a noun (or its adjective) ...
_BEFORE_NOUN = frozenset(
    {"the", "a", "an", "this", "these", "those", "our", "their", "his", "her", "its", "my", "your", "of", "for", "in"}
    | {"on", "with", "from", "by", "about", "against", "no", "more", "some", "any", "every", "between", "under"}
)
# ... and after one of these likely a verb.
_BEFORE_VERB = frozenset(
    {"to", "will", "would", "can", "can't", "could", "should", "must", "may", "might", "don't", "doesn't", "didn't"}
    | {"i", "you", "we", "they", "he", "she", "it", "who", "won't", "cannot", "not", "let", "let's", "wouldn't", "just"}
)
_AFTER_NOUN = frozenset(
    {"is", "are", "was", "were", "has", "have", "of", "will", "would", ".", ",", "?", "!", ";", ")"}
)
_NOUN_ENDING = re.compile(r"(?<=\w\w)(?:tion|sion|ment|ness|ity|ism|ship|ance|ence|hood|age|ics|cy|dom|ers|ors)$")
_NOT_NOUN_ENDING = re.compile(r"(?:ly|n't|'ll|'ve|'re|'d|ing|ed)$")

Phrase = tuple[str, ...]


def label_groups(reading: Reading, groups: Sequence[Group]) -> list[str]:
    """A label for each issue: one or two phrases that its posts use and the rest of the thread uses less."""
    texts = [_pieces(sentence.text) for sentence in reading.sentences]
    nouns = _Nouns(texts)
    uses = [_uses(reading, texts, group, nouns) for group in groups]
    everywhere = _uses(reading, texts, None, nouns)
    taken: set[str] = set()
    labels: list[str] = []
    for group, own in zip(groups, uses, strict=True):
        phrases = _best(own, everywhere, len(group.posts), len(reading.posts), taken)
        taken.update(part for phrase in phrases for part in phrase)
        # A thread of nothing but small words has no phrases: its own first words must do.
        fallback = " ".join(reading.sentences[group.sentences[0]].text.split()[:_LONGEST_PHRASE])
        labels.append(_written(phrases, texts) or fallback[:_LONGEST_LABEL])
    return labels


class _Nouns:
    """How often each word stands where nouns stand, over all of the thread."""

    def __init__(self, texts: Iterable[Sequence[str]]) -> None:
        self._noun: Counter[str] = Counter()
        self._verb: Counter[str] = Counter()
        self._head: Counter[str] = Counter()
        self._uses: Counter[str] = Counter()
        for pieces in texts:
            lower = [piece.lower() for piece in pieces]
            for before, word, after in zip(["", *lower], lower, [*lower[1:], "."], strict=False):
                self._noun[word] += (before in _BEFORE_NOUN) + (after in _AFTER_NOUN and before not in _BEFORE_VERB)
                self._verb[word] += 2 * (before in _BEFORE_VERB)
                self._uses[word] += 1
                self._head[word] += after in STOPWORDS or not after[0].isalpha()

    def phrase(self, phrase: Phrase) -> float:
        """How surely the words are a noun phrase, 0 to 1: "deny responsibility" and "nominally free" are none."""
        head = self.likely(phrase[-1])
        if len(phrase) == 1:
            return head
        if phrase[0].endswith("ly"):
            return 0.0
        return head * (0.5 if self._verb[phrase[0]] > self._noun[phrase[0]] else 1.0)

    def likely(self, word: str) -> float:
        """How surely the word ends a noun phrase, 0 to 1; a word hardly seen goes by its ending."""
        noun, verb = self._noun[word] + 0.5, self._verb[word] + 0.5
        if _NOUN_ENDING.search(word):
            noun += 1.5
        if _NOT_NOUN_ENDING.search(word):
            verb += 1.5
        # "violent revolution": a word that mostly stands before another one is an adjective.
        head = (self._head[word] + 0.5) / (self._uses[word] + 0.5)
        return noun / (noun + verb) * head


def _pieces(text: str) -> list[str]:
    return _PIECE.findall(plain(text))


def _uses(
    reading: Reading, texts: Sequence[Sequence[str]], group: Group | None, nouns: _Nouns
) -> dict[Phrase, tuple[set[int], float]]:
    """For each phrase (stems), the posts that use it, and how surely it is a noun phrase."""
    posts: dict[Phrase, set[int]] = defaultdict(set)
    likely: dict[Phrase, float] = {}
    for number in range(len(texts)) if group is None else group.sentences:
        for phrase in _phrases(texts[number]):
            key = tuple(stem(word) for word in phrase)
            posts[key].add(reading.sentences[number].post)
            likely[key] = max(likely.get(key, 0.0), nouns.phrase(phrase))
    return {key: (users, likely[key]) for key, users in posts.items()}


def _phrases(pieces: Sequence[str]) -> Iterator[Phrase]:
    lower = [piece.lower() for piece in pieces]
    for start in range(len(lower)):
        for end in range(start + 1, min(len(lower), start + _LONGEST_PHRASE) + 1):
            if not _carries(lower[end - 1]):
                break
            yield tuple(lower[start:end])


def _carries(word: str) -> bool:
    return len(word) >= _FEWEST_LETTERS and word[0].isalpha() and word not in STOPWORDS and word not in GENERAL


def _best(
    own: dict[Phrase, tuple[set[int], float]],
    everywhere: dict[Phrase, tuple[set[int], float]],
    posts_here: int,
    posts_in_all: int,
    taken: set[str],
) -> list[Phrase]:
    def score(phrase: Phrase) -> float:
        users, noun = own[phrase]
        here, in_all = len(users), len(everywhere[phrase][0])
        lift = math.log(((here + 0.2) / (posts_here + 1)) / ((in_all + 0.4) / (posts_in_all + 2)))
        whole = 1 + 0.6 * (len(phrase) - 1) if here > 1 else 1.0
        used = sum(part in taken for part in phrase) / len(phrase)
        return math.sqrt(here / (posts_here + 1)) * max(0.05, 0.6 + lift) * whole * noun * (1 - 0.7 * used)

    chosen: list[Phrase] = []
    stems: set[str] = set()
    common = [phrase for phrase in own if len(own[phrase][0]) >= _COMMON * posts_here]
    for phrase in sorted(common or own, key=lambda phrase: (-score(phrase), phrase)):
        if not stems.intersection(phrase) and own[phrase][1] >= _SURELY_NO_NOUN:
            chosen.append(phrase)
            stems.update(phrase)
        if len(chosen) == _PHRASES:
            break
    return chosen


def _written(phrases: Sequence[Phrase], texts: Sequence[Sequence[str]]) -> str:
    """The phrases as the thread writes them most; the first word of a sentence shows no casing of its own."""
    inside: dict[Phrase, Counter[str]] = {phrase: Counter() for phrase in phrases}
    for pieces in texts:
        stems = [stem(piece.lower()) for piece in pieces]
        for phrase in phrases:
            for start in range(len(pieces) - len(phrase) + 1):
                if tuple(stems[start : start + len(phrase)]) == phrase:
                    inside[phrase][" ".join(map(_calm, pieces[start : start + len(phrase)]))] += 1 if start == 0 else 10
    spelled = [inside[phrase].most_common(1)[0][0] for phrase in phrases]
    label = ", ".join(spelled)[:_LONGEST_LABEL].rstrip(", ")
    return label[:1].upper() + label[1:]


def _calm(word: str) -> str:
    """Shouted words in small letters; short capitals are names (NATO)."""
    return word.lower() if word.isupper() and len(word) > _LONGEST_CAPITALS else word
