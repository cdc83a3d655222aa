"""Long texts cut: at paragraphs, sentences, words, never within a character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.cutting import between_characters, cut

WHOLE = ("e\u0301", "🇩🇪", "👨\u200d👩\u200d👧", "👍🏽", "✉\ufe0f", "1\ufe0f\u20e3")


def pieces(text, limit):
    return list(cut(text, limit, lambda _: 1))


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("one two three", 100, ["one two three"]),
        ("one two three", 8, ["one two", "three"]),
        ("Oneone. Two three.", 12, ["Oneone.", "Two three."]),
        ("a paragraph\n\nanother. One", 16, ["a paragraph", "another. One"]),
        ("abcdef", 2, ["ab", "cd", "ef"]),
        ("   ", 2, []),
    ],
)
def test_a_text_is_cut_where_it_hurts_least(text, limit, parts):
    assert pieces(text, limit) == parts


@given(st.text(), st.integers(1, 50))
def test_nothing_but_white_space_is_lost_and_no_piece_is_too_heavy(text, limit):
    parts = pieces(text, limit)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(0 < len(part) <= limit for part in parts)


@pytest.mark.parametrize("character", WHOLE)
@pytest.mark.parametrize("limit", [8, 9, 10, 11, 12, 13])
def test_no_character_is_parted(character, limit):
    parts = pieces(character * 40, limit)
    assert "".join(parts) == character * 40
    assert all(part == character * (len(part) // len(character)) for part in parts)


def test_a_heap_of_accents_is_parted_all_the_same():
    assert between_characters("e" + "\u0301" * 100, 50) == 50
