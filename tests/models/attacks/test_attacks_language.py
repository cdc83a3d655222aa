"""The classifier says when it cannot judge, and only then."""

import pytest

from models.attacks.language import reason_to_abstain


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("😀 123 ?!", "no letters"),
        ("Ты дурак и лжец", "not in Latin letters"),
        ("Ich finde das gar nicht gut, weil die Regierung immer nur verspricht und nie etwas umsetzt", "not English"),
        ("La ley de vivienda no sirve para nada porque los alquileres siguen subiendo cada mes", "not English"),
    ],
)
def test_reasons(text: str, reason: str) -> None:
    assert reason_to_abstain(text) == reason


@pytest.mark.parametrize(
    "text",
    [
        "ok",
        "you are wrong",
        "The council voted seven to four for the bike lane and nobody was surprised by it",
        "idiot moron liar clown coward fool traitor loser imbecile cretin muppet tosser wanker",
        "lol nope",
    ],
)
def test_english_and_short_messages_are_judged(text: str) -> None:
    assert reason_to_abstain(text) is None
