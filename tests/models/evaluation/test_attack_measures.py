"""What the table of the attack classifier is made of."""

import random

import numpy as np
import pytest

from models.attacks.normalise import normalise
from models.evaluation.attacks.disguises import WAYS, disguised
from models.evaluation.attacks.report import met
from models.evaluation.attacks.swaps import identity_swaps, largest_gap, side_swaps
from models.evaluation.measures import macro_f1, recall_at


def test_insults_are_disguised_and_nothing_else() -> None:
    text = "Honestly, you idiot, the budget passed."
    changed = disguised(text, random.Random(1))
    assert changed != text
    assert (changed.startswith("Honestly, you "), changed.endswith(", the budget passed.")) == (True, True)
    assert disguised("The budget passed.", random.Random(1)) == "The budget passed."


@pytest.mark.parametrize("way", WAYS)
def test_the_normaliser_undoes_every_way(way: str) -> None:
    chance = random.Random(2)
    for word in ("idiot", "moron", "pathetic", "clueless"):
        assert word in normalise(f"you are so {WAYS[way](word, chance)} today").text


def test_every_sentence_comes_with_every_group() -> None:
    for swaps in (list(identity_swaps()), list(side_swaps())):
        sizes = {group: sum(each == group for each, _ in swaps) for group, _ in swaps}
        assert len(set(sizes.values())) == 1
        assert len({text for _, text in swaps}) == len(swaps)


def test_the_largest_gap_and_its_interval() -> None:
    swaps = [(group, str(sentence)) for group in "abc" for sentence in range(50)]
    gap = largest_gap(swaps, np.repeat([0.1, 0.1, 0.4], 50))
    assert (gap.group, gap.size) == ("c", pytest.approx(0.2))
    assert gap.low == pytest.approx(gap.high)
    noisy = largest_gap(swaps, np.random.default_rng(1).random(150))
    assert noisy.low < noisy.size < noisy.high


def test_recall_at_a_share_of_false_alarms() -> None:
    labels = [0] * 20 + [1] * 4
    scores = [index / 100 for index in range(20)] + [0.05, 0.185, 0.3, 0.9]
    recall, cut = recall_at(labels, scores, 0.05)
    assert (recall, cut) == (0.75, 0.18)
    assert recall_at(labels, scores, 0.0)[0] == 0.5


def test_macro_f1_counts_every_class_alike() -> None:
    assert macro_f1(["a", "a", "a", "b"], ["a", "a", "a", "a"]) == pytest.approx((6 / 7 + 0) / 2)
    assert macro_f1(["a", "b"], ["a", "b"]) == 1


@pytest.mark.parametrize(
    ("value", "bar", "is_met"), [(0.85, ">= .85", True), (0.84, ">= .85", False), (0.1, "<= 0", False)]
)
def test_a_bar_is_met_or_missed(value: float, bar: str, is_met: bool) -> None:
    assert met(value, bar) is is_met
