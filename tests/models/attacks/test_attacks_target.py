"""Harsh words point at what they are said of."""

import pytest

from models.attacks import Target
from models.attacks.target import target_of


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("you are an idiot", Target.PARTICIPANT),
        ("Listen, you pathetic clown.", Target.PARTICIPANT),
        ("idiots like you", Target.PARTICIPANT),
        ("@marcus is a moron", Target.PARTICIPANT),
        ("the minister is a clown", Target.THIRD_PERSON),
        ("he is a liar", Target.THIRD_PERSON),
        ("the Tories are cowards", Target.GROUP),
        ("your argument is idiotic", Target.IDEA),
        ("that policy is stupid", Target.IDEA),
        ("I'm an idiot, sorry", Target.NONE),
        ("this damn budget", Target.NONE),
        ("You are right. Stupid me.", Target.NONE),
        ("", Target.NONE),
    ],
)
def test_target_by_the_words_around(text: str, target: Target) -> None:
    assert target_of(text, attack=False) is target


def test_the_gravest_target_counts() -> None:
    assert target_of("that law is stupid and you are a fool", attack=False) is Target.PARTICIPANT


def test_an_attack_without_harsh_words_is_meant_for_somebody_present() -> None:
    assert target_of("go back to where you came from", attack=True) is Target.PARTICIPANT
    assert target_of("bless your heart", attack=True) is Target.PARTICIPANT


def test_an_attack_keeps_another_target_where_nobody_is_spoken_to() -> None:
    assert target_of("the senator is scum", attack=True) is Target.THIRD_PERSON
