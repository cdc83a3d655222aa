import pytest

from bot.api import CogError
from cogs.reading.deck import HINTS, WEEKLY, read_deck

GOOD = """
title = "Ours"
[[prompt]]
id = "one"
format = "steelman"
question = "Why?"

[[prompt]]
id = "two"
format = "plain question"
question = "Why not?"
"""


def test_the_bundled_deck_holds_two_dozen_prompts():
    deck = read_deck(WEEKLY)
    assert len(deck.prompts) >= 24
    assert {prompt.format for prompt in deck.prompts} - {"plain question"} == set(HINTS)


def test_a_deck_of_ones_own_is_read(tmp_path):
    (tmp_path / "deck.toml").write_text(GOOD)
    deck = read_deck(tmp_path / "deck.toml")
    assert (deck.title, [prompt.id for prompt in deck.prompts]) == ("Ours", ["one", "two"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD.replace('question = "Why not?"', ""), r"prompt 2 \(line 8\): question"),
        (GOOD.replace("Why not?", "  "), r"prompt 2 \(line 8\): question"),
        (GOOD.replace('"two"', '"Two!"'), r"prompt 2 \(line 8\): id"),
        (GOOD.replace('"two"', '"one"'), r"prompt 2 \(line 8\): the id “one” is taken by prompt 1"),
        (GOOD.replace('id = "two"', 'id = "two"\nauthor = "me"'), r"prompt 2 \(line 8\): author"),
        (GOOD + "question = \n", "line 12"),
        (GOOD.replace('title = "Ours"', ""), "title"),
        ('title = "Ours"\nprompt = []', "prompt"),
        ("", "title"),
    ],
)
def test_a_broken_deck_is_told_of_by_line_and_entry(tmp_path, text, words):
    (tmp_path / "deck.toml").write_text(text)
    with pytest.raises(CogError, match=words) as raised:
        read_deck(tmp_path / "deck.toml")
    assert "deck.toml" in str(raised.value)


def test_a_deck_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CogError, match=r"missing\.toml"):
        read_deck(tmp_path / "missing.toml")


def test_a_deck_that_is_not_text_is_named(tmp_path):
    (tmp_path / "deck.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(CogError, match=r"deck\.toml cannot be read"):
        read_deck(tmp_path / "deck.toml")
