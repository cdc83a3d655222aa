"""Sentences as people write them; what is not theirs is left out."""

from __future__ import annotations

import pytest

from models.summaries.segment import segments


def cut(text: str) -> list[str]:
    return [text[part.start : part.end] for part in segments(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One here. Two there! Three?", ["One here.", "Two there!", "Three?"]),
        ("i think so. but no, not now", ["i think so.", "but no, not now"]),
        (
            "Dr. Wolff met J. Smith at 3.5 p.m. in the U.S. capital.",
            ["Dr. Wolff met J. Smith at 3.5 p.m. in the U.S. capital."],
        ),
        ("Costs rise, e.g. rents. Wages do not.", ["Costs rise, e.g. rents.", "Wages do not."]),
        ("Well... maybe. Or not... Who knows?", ["Well... maybe.", "Or not...", "Who knows?"]),
        ('He said "stop." Then he left.', ['He said "stop."', "Then he left."]),
        ("half full.Then I left. See www.site.org/a.b now", ["half full.", "Then I left.", "See www.site.org/a.b now"]),
        ("1. first thing\n2. second thing", ["first thing", "second thing"]),
        ("no stop here\nnor here", ["no stop here", "nor here"]),
        ("税は高い。家賃も高い。", ["税は高い。", "家賃も高い。"]),
        ("<@123456> @bob, that is wrong.", ["that is wrong."]),
        ("", []),
        (" \n\t\n ", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


def test_a_line_that_a_mail_program_wrapped_is_one_sentence() -> None:
    text = "The council has never once explained why the report counts\nthe new buses twice."
    assert cut(text) == [text]


@pytest.mark.parametrize(
    "text",
    [
        "> Somebody must pay\nNot I.",
        "&gt; Somebody must pay\nNot I.",
        "```\nprint('x'). Done.\n```\nNot I.",
        "On Monday Bob <bob@example.org> wrote:\nNot I.",
        "Not I.\n>>> Somebody must pay\nand pay",
        "Not I.\n-- \nBob, Chairman. Phone.",
        "Not I.\n```\nunclosed. code.",
        "<:thinking:123456789> Not I.",
    ],
)
def test_what_is_not_their_own_words_is_left_out(text: str) -> None:
    assert cut(text) == ["Not I."]


def test_a_title_line_over_the_text_is_a_heading() -> None:
    parts = segments("Six Ways Forward\n\nWe could begin with the buses. Then rents.")
    assert [part.heading for part in parts] == [True, False, False]


@pytest.mark.parametrize("text", ["Only one line", "Is this one?\n\nYes it is.", "First line here\nsecond line here"])
def test_what_is_no_heading(text: str) -> None:
    assert not any(part.heading for part in segments(text))


def test_an_endless_sentence_is_cut_between_clauses() -> None:
    text = "; ".join(["the rent went up again and nobody in the house said a single word about it"] * 12)
    parts = segments(text)
    assert len(parts) > 1
    assert all(part.part and part.end - part.start <= 380 for part in parts)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 60000,
        ". " * 30000,
        "\n" * 60000,
        "> " * 30000,
        "```" * 20000,
        "<a:b" * 15000,
        " wrote" * 10000,
        "\n \n" * 20000,
        "- " * 30000,
        "😀" * 20000,
        "�\x00" * 9000,
    ],
)
def test_hostile_posts_give_ordered_segments_within_bounds(text: str) -> None:
    parts = segments(text)
    ends = [0, *(part.end for part in parts)]
    assert all(end <= part.start < part.end for end, part in zip(ends, parts, strict=False))
    assert ends[-1] <= 20_000
