"""What the wording of a sentence shows."""

from __future__ import annotations

import numpy as np
import pytest

from models.summaries import cues
from models.summaries.agreement import agrees
from models.summaries.vocabulary import plain, stem, terms, weigh_terms, words

ALONE = "Local cooperatives will never outgrow the banks that lend them money."


@pytest.mark.parametrize(
    "worse",
    [
        "This will never outgrow the banks that lend them money.",
        "They are no threat to the banks, whatever anybody says about lending.",
        "But that is what the banks of this town have always been saying.",
        "Thanks for taking the time to write such a long answer about banks.",
        "Your post says that local cooperatives will never outgrow the banks.",
        "Local cooperatives, banks, lending, towns:",
        "see https://example.org/banks for the cooperatives that lend them money",
        '"Local cooperatives will never outgrow the banks that lend them money."',
        "LOCAL COOPERATIVES WILL NEVER OUTGROW THE BANKS THAT LEND THEM MONEY.",
        "No.",
    ],
)
def test_a_sentence_that_leans_on_others_stands_less(worse: str) -> None:
    assert cues.standing(worse) < cues.standing(ALONE)


@pytest.mark.parametrize(
    "sentence", ["It is time to tax land.", "It seems that rents follow wages.", "Those who work pay."]
)
def test_an_empty_pronoun_does_not_dangle(sentence: str) -> None:
    assert not cues.is_dangling(sentence)


@pytest.mark.parametrize("sentence", ["It failed.", "And these are gone.", "In this sense, no.", "He also said so."])
def test_a_pointing_pronoun_dangles(sentence: str) -> None:
    assert cues.is_dangling(sentence)


def test_contradiction_is_heard() -> None:
    assert cues.contradicting("However, I am not so certain that wages follow.") > 0.5
    assert cues.contradicting("Wages follow prices.") == 0


@pytest.mark.parametrize(
    "opening",
    [
        "I agree. Nobody asks.",
        "Agreed!",
        "Exactly.",
        "I couldn't agree more",
        "Yes, I totally agree with that.",
        "+1",
        "This.",
        "Well said.",
        "You're absolutely right.",
        "Spot on, Ann.",
        "True. Rents rise.",
        "Good point",
    ],
)
def test_express_agreement(opening: str) -> None:
    assert agrees(opening)


@pytest.mark.parametrize(
    "opening",
    [
        "I agree, but who pays?",
        "I don't agree.",
        "I disagree.",
        "Agree to disagree.",
        "Do you agree?",
        "Absolutely not.",
        "This is wrong.",
        "Agreeing on that is hard.",
        "The true cost is higher.",
        "",
        "Yeah right.",
        "I agree in part",
    ],
)
def test_no_agreement(opening: str) -> None:
    assert not agrees(opening)


def test_words_have_straight_apostrophes_and_stems_match() -> None:
    assert words(plain("Don’t tax THE rich")) == ["don't", "tax", "the", "rich"]  # noqa: RUF001
    assert {stem(word) for word in ("gradual", "gradually")} == {"gradual"}
    assert {stem(word) for word in ("policy", "policies")} == {"policy"}
    assert terms("The rents of all rent") == ["rent", "rent"]


def test_terms_of_one_text_only_weigh_nothing() -> None:
    matrix = weigh_terms([["rent", "tax"], ["rent"], ["moon"]])
    assert matrix.shape == (3, 1)
    assert np.allclose(np.linalg.norm(matrix, axis=1), [1, 1, 0])
