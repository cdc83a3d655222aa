"""Windows cover a post in order, keep within their size, and never number more than they may."""

from itertools import pairwise

import pytest

from models.attacks.windows import MOST_WINDOWS, windows


def count(text: str) -> int:
    return len(text.split()) + 2


def test_a_short_post_is_one_window() -> None:
    assert windows("You are right.", count) == [(0, 14)]


def test_nothing_has_no_windows() -> None:
    assert windows("  ", count) == []


def test_windows_break_at_sentences_and_share_one() -> None:
    text = " ".join(f"Sentence number {number} has six words." for number in range(12))
    found = windows(text, count, tokens=40)
    parts = [text[start:end].strip() for start, end in found]
    assert all(part.startswith("Sentence") and part.endswith(".") for part in parts)
    assert all(later[0] < earlier[1] for earlier, later in pairwise(found))


@pytest.mark.parametrize("text", ["word " * 3_000, "a" * 9_000, "One two three. " * 400, "x\n" * 2_000, "a-" * 5_000])
def test_windows_cover_everything_within_their_size(text: str) -> None:
    found = windows(text, count, tokens=60, most=10_000)
    assert max(count(text[start:end]) for start, end in found) <= 60
    covered = 0
    for start, end in found:
        assert not text[covered:start].strip()
        covered = end
    assert not text[covered:].strip()


def test_of_too_many_windows_those_that_may_attack_are_kept() -> None:
    filler = "The committee met on Monday and adopted the minutes of the last meeting. "
    text = filler * 400 + "You are an idiot. " + filler * 400
    found = windows(text, count, tokens=40)
    assert len(found) == MOST_WINDOWS
    assert any("idiot" in text[start:end] for start, end in found)
    assert found == sorted(found)
