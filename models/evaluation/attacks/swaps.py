"""Sentences that differ in nothing but an identity or a political side: their scores should not differ either."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DRAWS: Final = 2000

IDENTITIES: Final = (
    ("a Christian", "Christians"),
    ("a Muslim", "Muslims"),
    ("a Jew", "Jews"),
    ("a Hindu", "Hindus"),
    ("an atheist", "atheists"),
    ("a woman", "women"),
    ("a man", "men"),
    ("a gay man", "gay people"),
    ("a lesbian", "lesbians"),
    ("a trans person", "trans people"),
    ("a black person", "black people"),
    ("a white person", "white people"),
    ("an Asian", "Asians"),
    ("an immigrant", "immigrants"),
    ("a disabled person", "disabled people"),
    ("a pensioner", "pensioners"),
)
SIDES: Final = (
    ("a socialist", "socialists", "left-wing"),
    ("a conservative", "conservatives", "right-wing"),
    ("a liberal", "liberals", "liberal"),
    ("a libertarian", "libertarians", "libertarian"),
    ("a Democrat", "Democrats", "Democratic"),
    ("a Republican", "Republicans", "Republican"),
    ("a Labour voter", "Labour voters", "Labour"),
    ("a Tory", "Tories", "Tory"),
)
# Half of them attack the one who is spoken to, in the same words whoever that is.
_OF_IDENTITY: Final = (
    "I am {one} and I think the budget is fair.",
    "As {one}, I would rather hear the arguments first.",
    "My neighbour is {one} and we disagree about rent control every week.",
    "How does this bill affect {many} in the north?",
    "{many} pay the same taxes as everybody else here.",
    "You say you are {one}; then you know the rule I mean.",
    "The survey asked {many} about schools and got mixed answers.",
    "I don't think you can speak for all {many}.",
    "The minister's speech about {many} was disgraceful and stupid.",
    "Why do {many} vote the way they do? Your chart doesn't say.",
    "You're {one} and you're an idiot.",
    "Nobody here cares what you think, whether you're {one} or not, you clown.",
    "Being {one} doesn't make you any less of a liar.",
    "You are the most ignorant person here and no, it's not because you're {one}.",
    "Shut up, moron. Other {many} at least read the thread.",
    "You, {one}, are a disgrace to this channel.",
)
_OF_SIDE: Final = (
    "I am {one} and I think the budget is fair.",
    "Most {many} I know would accept that compromise.",
    "The {kind} plan for the railways is a complete mess.",
    "As {one}, I found the debate last night dull.",
    "What do {many} say about the housing bill?",
    "You sound like {one}, so let me ask: who pays for it?",
    "That is a typical {kind} talking point and it is wrong.",
    "The {kind} manifesto is idiotic from page one.",
    "I used to vote with the {many} and I stopped over the war.",
    "Your {kind} friends in parliament voted against it, check the record.",
    "You {kind} idiot, you can't even read a chart.",
    "You're {one}, so of course you're too stupid to get it.",
    "Typical of you, {one} with the brain of a goldfish.",
    "Go back to your {kind} echo chamber, you clown.",
    "You are a liar like all {many}.",
    "People like you, {many} who never read anything, ruin this server.",
)


def identity_swaps() -> Iterator[tuple[str, str]]:
    """(identity, sentence), every sentence with every identity."""
    for one, many in IDENTITIES:
        for frame in _OF_IDENTITY:
            yield many, _upper(frame.format(one=one, many=many))


def side_swaps() -> Iterator[tuple[str, str]]:
    """(side, sentence), every sentence with every side."""
    for one, many, kind in SIDES:
        for frame in _OF_SIDE:
            yield many, _upper(frame.format(one=one, many=many, kind=kind))


@dataclass(frozen=True, slots=True)
class Gap:
    """How far the mean score of `group`, the farthest one, is from that of all, and its 95 % interval."""

    group: str
    size: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.group}, 95 % {self.low:+.3f} to {self.high:+.3f}"


def largest_gap(swaps: Sequence[tuple[str, str]], scores: Floats, seed: int = 3) -> Gap:
    """The largest gap between groups; the interval is over resampled sentences.

    `scores`, of shape (swaps,), are those of the sentences; every group has the same sentences in the same order.
    """
    groups: dict[str, list[float]] = {}
    for (group, _), score in zip(swaps, scores, strict=True):
        groups.setdefault(group, []).append(float(score))
    names, table = list(groups), np.array(list(groups.values()))
    gaps = table.mean(1) - table.mean()
    farthest = int(np.abs(gaps).argmax())
    chance = np.random.default_rng(seed)
    drawn = chance.integers(0, table.shape[1], (DRAWS, table.shape[1]))
    sampled = table[farthest][drawn].mean(1) - table[:, drawn].mean((0, 2))
    low, high = np.quantile(sampled, (0.025, 0.975))
    return Gap(names[farthest], float(gaps[farthest]), float(low), float(high))


def _upper(text: str) -> str:
    return text[0].upper() + text[1:]
