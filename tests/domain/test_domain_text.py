import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.text import harmless, storable

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(ANY_TEXT)
def test_storable_text_can_be_encoded_and_stays_as_it_is_the_second_time(text):
    kept = storable(text)
    assert "\x00" not in kept
    assert len(kept) == len(text)
    kept.encode("utf-8")
    assert storable(kept) == kept


@given(ANY_TEXT)
def test_harmless_text_keeps_its_offsets_and_holds_no_control(text):
    shown = harmless(text)
    assert len(shown) == len(text)
    assert not [sign for sign in shown if unicodedata.category(sign) in {"Cc", "Cs"} and sign not in "\n\t"]
    assert not [sign for sign in shown if unicodedata.bidirectional(sign) in {"LRE", "RLE", "LRO", "RLO", "PDF"}]
    assert not [sign for sign in shown if unicodedata.bidirectional(sign) in {"LRI", "RLI", "FSI", "PDI"}]


def test_what_people_write_is_left_alone():
    kept = "Ça va? 👩‍👩‍👧 שלום\n\tgood, “fine” ok"
    assert storable(kept) == harmless(kept) == kept


def test_escapes_and_line_separators():
    assert harmless("\x1b[31mred\u202e") == "\ufffd[31mred\ufffd"
    assert harmless("one\r\ntwo\u2028three") == "one \ntwo\nthree"
    assert storable("one\r\ntwo\u2028\x00\ud800") == "one\r\ntwo\u2028\ufffd\ufffd"
