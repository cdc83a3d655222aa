"""Cards: shortened where they must be, with every button."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.document import Document, Mention, Picture, Quote, Strong, heading, inlines, paragraph
from bot.domain.effect import Choice
from bot.domain.ids import MemberId
from bot.platforms.discord.render.cards import LIMIT, MOST_BUTTONS, Button, Colour, card, shortened
from bot.platforms.discord.render.escaping import units
from bot.testing.contracts.platform_samples import HOSTILE
from tests.platforms.discord.render.client import seen

KEEP, DROP = Choice("keep", "Keep", "✅"), Choice("drop", "Drop", "❌", danger=True)


def drawn(*blocks, choices=(KEEP,)):
    return card(Document.of(*blocks), choices, lambda _: None, lambda choice: f"fm:choice:review:case-7:{choice}")


def test_a_card_holds_its_text_and_a_button_for_each_choice():
    shown = drawn(heading("Case 7"), "Is that so?", choices=(KEEP, DROP))
    assert shown.text == "## Case 7\nIs that so?"
    assert shown.rows == (
        (
            Button("Keep", "✅", danger=False, custom_id="fm:choice:review:case-7:keep"),
            Button("Drop", "❌", danger=True, custom_id="fm:choice:review:case-7:drop"),
        ),
    )


def test_its_bar_says_how_things_stand():
    colours = [drawn("words", choices=choices).colour for choices in ((KEEP,), (KEEP, DROP), ())]
    assert colours == [Colour.OPEN, Colour.GRAVE, Colour.DECIDED]


@pytest.mark.parametrize("count", [1, 5, 6, 25, MOST_BUTTONS])
def test_no_row_is_too_long_and_no_card_has_too_many_components(count):
    shown = drawn(Picture(b"1", "p"), "words", choices=[Choice(str(n), str(n), "✅") for n in range(count)])
    assert [button.label for row in shown.rows for button in row] == [str(n) for n in range(count)]
    assert all(0 < len(row) <= 5 for row in shown.rows)
    frame_text_pictures_line = 4
    assert frame_text_pictures_line + len(shown.rows) + count <= 40


def test_more_choices_than_there_is_room_for_are_refused_and_not_dropped():
    with pytest.raises(ValueError, match="30 buttons"):
        drawn("words", choices=[Choice(str(n), str(n), "✅") for n in range(MOST_BUTTONS + 1)])


@pytest.mark.parametrize(
    ("choice", "label", "emoji"),
    [
        (Choice("a", "x" * 200, "✅"), "x" * 79 + "…", "✅"),
        (Choice("a", "😀" * 80, "✅"), "😀" * 80, "✅"),
        (Choice("a", "**bold**\n\u202e two", "✅"), "**bold** \ufffd two", "✅"),
        (Choice("a", " ", "✅"), "", "✅"),
        (Choice("a", "\u200b", "smile"), "…", ""),
        (Choice("a", "A", "<:x:1>"), "A", ""),
        (Choice("a", "A", "✉️"), "A", "✉️"),
    ],
)
def test_labels_are_short_and_plain_and_what_is_no_emoji_is_left_out(choice, label, emoji):
    [[button]] = drawn("words", choices=(choice,)).rows
    assert (button.label, button.emoji) == (label, emoji)


def test_quotes_are_shortened_before_anything_else_goes():
    quotes = [Quote(f"{number} " + "words " * 400, inlines("Mira")) for number in range(5)]
    shown = drawn(heading("Case 7"), *quotes, paragraph(Strong("Why it is here:"), " a reason"))
    assert units(shown.text) <= LIMIT
    found = seen(shown.text)
    assert [each[0] for each in found.of("quote")] == ["0", "1", "2", "3", "4"]
    assert shown.text.endswith("**Why it is here:** a reason")


def test_what_is_too_long_even_so_says_that_it_is_shortened():
    shown = drawn(heading("Case 7"), *[paragraph(f"{n} " + "words " * 100) for n in range(20)], choices=(KEEP, DROP))
    assert 3_000 < units(shown.text) <= LIMIT
    assert shown.text.endswith("-# …(shortened)")
    assert len(shown.rows[0]) == 2


def test_a_shortened_quote_still_shows_the_words_that_are_marked():
    quote = Quote("a" * 500 + " the words " + "b" * 500, marked=((501, 510),))
    short = shortened(quote, 120)
    assert len(short.text) <= 120
    [(start, end)] = short.marked
    assert short.text[start:end] == "the words"
    assert short.text.startswith("…")
    assert short.text.endswith("…")


@settings(deadline=None)
@given(st.text(max_size=300), st.integers(1, 400), st.integers(60, 1000), st.integers(0, 600))
def test_any_quote_shortens_to_the_length_with_marks_inside(text, times, length, mark):
    quote = Quote(text * times, marked=((mark, mark + 20), (mark * 3, mark * 3 + 4)))
    short = shortened(quote, length)
    assert len(short.text) <= max(length, 60)
    assert all(0 <= start <= end <= max(len(short.text), mark * 3 + 20) for start, end in short.marked)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_fill_no_card_beyond_its_limit(text):
    member = Mention(MemberId("discord:7"), text)
    blocks = (heading(text), paragraph(text, member), Quote(text, inlines(text), ((0, 3),)), Quote(text, (member,)))
    shown = drawn(*blocks, Picture(b"1", text), choices=(KEEP, DROP))
    assert 0 < units(shown.text) <= LIMIT
    assert seen(shown.text).kinds() <= {"heading", "quote", "small", "strong"}
    assert len(shown.rows[0]) == 2


def test_an_empty_card_is_no_empty_message():
    assert drawn().text == "…"


def test_whom_it_means_is_named():
    assert drawn(Mention(MemberId("discord:7"), "Mira", notify=True)).meant == (7,)
