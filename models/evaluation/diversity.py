"""How diverse written messages are: near-duplicates, spread, how far one simple feature gives the label away."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np

from models.attacks.lexicon import is_harsh
from models.evaluation.written import SECTION_KEYS, Line

# Shared share of three-word runs from which two messages count as one written twice.
NEAR: Final = 0.5
_RUN: Final = 3
_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_SECOND_PERSON: Final = frozenset(
    ["you", "your", "yours", "yourself", "yourselves", "you're", "youre", "u", "ur", "ya"]
)
_SHOWN: Final = 12


def words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def shingles(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[start : start + _RUN]) for start in range(max(1, len(found) - _RUN + 1))}


def near_duplicates(lines: Sequence[Line]) -> Iterator[tuple[int, int, float]]:
    """Pairs of messages that share most of their three-word runs; members of one minimal pair are meant to."""
    runs = [shingles(line.text) for line in lines]
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, found in enumerate(runs):
        shared: Counter[int] = Counter()
        for run in found:
            shared.update(holders[run])
            holders[run].append(index)
        for other, number in shared.items():
            likeness = number / len(runs[other] | found)
            same = lines[index].pair and (lines[index].pair, lines[index].source) == (
                lines[other].pair,
                lines[other].source,
            )
            if likeness >= NEAR and not same:
                yield other, index, likeness


def one_feature(lines: Sequence[Line]) -> dict[str, float]:
    """Balanced accuracy of the best cut on each simple feature alone: .5 is chance, 1 gives the label away."""
    features: dict[str, Callable[[Line], float]] = {
        "length in words": lambda line: len(words(line.text)),
        "speaks to 'you'": lambda line: any(word in _SECOND_PERSON for word in words(line.text)),
        "number of 'you'": lambda line: sum(word in _SECOND_PERSON for word in words(line.text)),
        "insult word": lambda line: any(is_harsh(word) for word in words(line.text)),
        "insult word and 'you'": lambda line: (
            any(is_harsh(word) for word in words(line.text))
            and any(word in _SECOND_PERSON for word in words(line.text))
        ),
        "question mark": lambda line: "?" in line.text,
        "exclamation mark": lambda line: "!" in line.text,
        "capital letter first": lambda line: line.text[:1].isupper(),
        "has context": lambda line: bool(line.context),
        "names somebody with @": lambda line: "@" in line.text,
        "quotation": lambda line: '"' in line.text or "> " in line.text,
    }
    labels = np.array([line.label for line in lines], dtype=bool)
    return {name: _best_cut(np.array([float(of(line)) for line in lines]), labels) for name, of in features.items()}


def _best_cut(values: np.ndarray, labels: np.ndarray) -> float:
    if labels.all() or not labels.any():
        return 1.0
    accuracies = [((values >= cut)[labels].mean() + (values < cut)[~labels].mean()) / 2 for cut in np.unique(values)]
    return float(max(*accuracies, 1 - min(accuracies)))


def single_words(lines: Sequence[Line]) -> list[tuple[str, float, int]]:
    """The words that most give the label away: (word, share of attacks among its messages, messages)."""
    total, attacks = Counter[str](), Counter[str]()
    for line in lines:
        for word in set(words(line.text)):
            total[word] += 1
            attacks[word] += line.label
    often = [
        (word, attacks[word] / number, number) for word, number in total.items() if number >= max(20, len(lines) // 100)
    ]
    return sorted(often, key=lambda each: -abs(each[1] - 0.5) * each[2] ** 0.5)


def report(lines: Sequence[Line]) -> Iterator[str]:
    """What an author looks at between two portions, one finding a line."""
    yield from _sizes(lines)
    for name in SECTION_KEYS:
        yield f"{name}: {_listed(Counter(line.section[name] for line in lines))}"
    yield f"targets: {_listed(Counter(f'{line.label}/{line.target.value}' for line in lines))}"
    yield f"kinds: {_listed(Counter(f'{line.label}/{line.kind}' for line in lines))}"
    alone = ", ".join(f"{name} {value:.2f}" for name, value in one_feature(lines).items())
    yield f"one feature alone, balanced accuracy: {alone}"
    telling = ", ".join(f"{word} {share:.0%} of {number}" for word, share, number in single_words(lines)[:_SHOWN])
    yield f"telling words: {telling}"
    near = list(near_duplicates(lines))
    yield f"{len(near)} near-duplicates"
    for first, second, likeness in near[:_SHOWN]:
        yield f"  {likeness:.2f} {lines[first].text[:70]!r} / {lines[second].text[:70]!r}"


def _sizes(lines: Sequence[Line]) -> Iterator[str]:
    attacks, answers = sum(line.label for line in lines), sum(bool(line.context) for line in lines)
    yield f"{len(lines)} messages, {attacks} attacks ({attacks / len(lines):.0%}), {answers} with context"
    pairs: dict[tuple[str, str], set[int]] = defaultdict(set)
    for line in lines:
        if line.pair:
            pairs[line.source, line.pair].add(line.label)
    yield f"{len(pairs)} minimal pairs, {sum(each != {0, 1} for each in pairs.values())} of them without both labels"
    lengths = np.array([len(words(line.text)) for line in lines])
    yield "words a message: " + ", ".join(f"{at}% {np.percentile(lengths, at):.0f}" for at in (10, 50, 90, 100))
    spoken = [word for line in lines for word in words(line.text)]
    (opening, often), *_ = Counter(" ".join(words(line.text)[:2]) for line in lines).most_common(1)
    share = often / len(lines)
    yield f"{len(spoken)} words, {len(set(spoken))} different; most frequent opening: {opening!r} {share:.1%}"


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counts.most_common())
