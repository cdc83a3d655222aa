from datetime import timedelta
from itertools import pairwise

from bot.testing.clock import START
from cogs.reading.deck import WEEKLY, read_deck
from cogs.reading.draw import Drawn, next_draw

DECK = read_deck(WEEKLY)


def drawn(count, community="tarnwick"):
    rows = []
    for week in range(count):
        draw = next_draw(DECK, community, rows)
        rows.append(Drawn(community, draw.round, draw.prompt.id, START + timedelta(weeks=week), posted=True))
    return rows


def test_none_comes_twice_until_all_were_used():
    size = len(DECK.prompts)
    rows = drawn(3 * size)
    for start in (0, size, 2 * size):
        assert {row.prompt for row in rows[start : start + size]} == {prompt.id for prompt in DECK.prompts}
    assert all(earlier.prompt != later.prompt for earlier, later in pairwise(rows))


def test_formats_take_turns_while_they_can():
    formats = {prompt.id: prompt.format for prompt in DECK.prompts}
    rows = drawn(len(DECK.prompts) // 2)
    assert all(formats[earlier.prompt] != formats[later.prompt] for earlier, later in pairwise(rows))


def test_each_community_has_an_order_of_its_own():
    assert [row.prompt for row in drawn(6)] != [row.prompt for row in drawn(6, "elsewhere")]


def test_a_preview_is_true():
    rows = drawn(5)
    assert next_draw(DECK, "tarnwick", rows) == next_draw(DECK, "tarnwick", list(reversed(rows)))


def test_a_prompt_that_left_the_deck_does_no_harm():
    row = Drawn("tarnwick", 1, "was-here-once", START, posted=True)
    assert next_draw(DECK, "tarnwick", [row]).place == 1


def test_a_deck_of_one_repeats():
    single = DECK.model_copy(update={"prompts": DECK.prompts[:1]})
    rows = [Drawn("tarnwick", 1, DECK.prompts[0].id, START, posted=True)]
    assert next_draw(single, "tarnwick", rows).round == 2
