"""Names of files as they are shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.matrix.outgoing.files import file_name
from bot.testing.contracts.platform import CONTROLS


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../my data.json", "my data.json"),
        ("C:\\secrets\\data.json", "data.json"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("\x1b[31mred.txt", "[31mred.txt"),
        ("", "file"),
        ("..", "file"),
        ("/", "file"),
        ("two\nlines.txt", "two lines.txt"),
        ("a" * 500 + ".json", "a" * 120 + ".json"),
    ],
)
def test_a_name_leads_nowhere_and_steers_nothing(name, shown):
    assert file_name(name) == shown


@given(st.text())
def test_every_file_has_a_name(name):
    shown = file_name(name)
    assert shown.strip() == shown != ""
    assert "/" not in shown
    assert not CONTROLS.search(shown)
    assert len(shown) < 250
