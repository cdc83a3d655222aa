"""Which messages are marked off the record on their way into the store."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dispatch.members.off_record import OffRecord
from bot.domain.effect import OffTheRecord
from bot.testing.factories import batch, edited, member, message, posted, reacted

INES = member("Ines").id


@pytest.fixture
def off_record():
    return OffRecord(("[off]", "[OTR]", "psst"))


@pytest.mark.parametrize(
    "text",
    [
        "[off] between us",
        "[OFF]between us",
        "[otr]",
        "  \n\t[off] x",
        "\u200b\u200d\ufeff[off] x",
        "\u202e[off] x",
        "\uff3b\uff4f\uff46\uff46\uff3d x",  # as keyboards for Chinese and Japanese write it
        "> what you said\n> and more\n[off] I disagree",
        ">quoted\n\n  [Otr] x",
        "psst, x",
        "PSST",
    ],
)
def test_a_marker_in_front_counts_however_it_is_written(off_record, text):
    assert off_record.begins_with_marker(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "on the record",
        "x [off]",
        "[offtopic] x",
        "[ off ] x",
        "> [off] said somebody",
        "psstory",
        "off",
        "[of",
    ],
)
def test_anything_else_is_on_the_record(off_record, text):
    assert not off_record.begins_with_marker(text)


@given(st.text())
def test_no_text_breaks_it(text):
    OffRecord(("[off]",)).begins_with_marker(text)
    assert OffRecord(("[off]",)).begins_with_marker(f"[off]{text}")


def test_an_edit_is_marked_by_its_own_text(off_record):
    first = message("[off] x")
    marked = off_record.marked(
        batch(posted("[off] x"), edited(first, "on the record now"), edited(message("x"), "[off] y"), reacted(first))
    )
    assert [event.message.off_record for event in marked.events[:3]] == [True, False, True]
    assert marked.events[3] == reacted(first)


def test_what_a_member_wished_holds_until_they_wish_otherwise(off_record):
    def is_marked(name):
        (event,) = off_record.marked(batch(posted("x", author=name))).events
        return event.message.off_record

    off_record.load({INES})
    assert is_marked("Ines")
    off_record.apply([OffTheRecord(INES, wanted=False), OffTheRecord(member("Otto").id, wanted=True)])
    assert not is_marked("Ines")
    assert is_marked("Otto")


def test_without_markers_nothing_is_marked():
    assert not OffRecord(()).begins_with_marker("[off] x")
