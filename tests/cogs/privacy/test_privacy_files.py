"""An export in files: nothing is lost, each is valid JSON, none is too large."""

import json

from hypothesis import given
from hypothesis import strategies as st

from cogs.privacy.files import files

ABOUT = {"account": "fake:ines", "name": "Ines"}


def read_together(made):
    """The data of all files, put together again as a reader would: lists are joined, objects are merged."""
    whole: dict = {}
    for number, (name, content) in enumerate(made, 1):
        part = json.loads(content)
        about = part.pop("about")
        assert about == {**ABOUT, "file": number, "of": len(made)}
        assert name == ("my-data.json" if len(made) == 1 else f"my-data-{number}-of-{len(made)}.json")
        _merge(whole, part)
    return whole


def _merge(whole, part):
    for key, value in part.items():
        if isinstance(value, dict) and isinstance(whole.get(key), dict):
            _merge(whole[key], value)
        elif isinstance(value, list) and isinstance(whole.get(key), list):
            whole[key] += value
        else:
            assert key not in whole
            whole[key] = value


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(), max_size=30),
    lambda inside: st.lists(inside, max_size=5) | st.dictionaries(st.text(max_size=8), inside, max_size=4),
    max_leaves=20,
)
EXPORTS = st.dictionaries(st.text("abc", min_size=1), st.dictionaries(st.text(max_size=8), VALUES, max_size=4))


@given(EXPORTS)
def test_a_small_export_is_one_file(export):
    made = files(export, ABOUT)
    assert len(made) == 1
    assert read_together(made) == export


@given(EXPORTS, st.integers(1_500, 4_000))
def test_a_large_one_is_parted_and_nothing_is_lost(export, largest):
    assert read_together(files(export, ABOUT, largest=largest)) == export


def test_years_of_messages_fill_several_files_each_below_the_limit():
    messages = [
        {"id": f"fake:m{n}", "text": f"words, and [more] of them: {n} " * 10 + "\u00e9\ud83d"} for n in range(300)
    ]
    export = {"core": {"name": "Ines", "messages": messages}, "civility": {"assessments": [{"message": "fake:m1"}]}}
    made = files(export, ABOUT, largest=20_000)
    assert len(made) > 3
    assert all(len(content) <= 20_000 for _, content in made)
    assert read_together(made) == export
    assert all(len(content) > 15_000 for _, content in made[:-1]), "they are filled"
