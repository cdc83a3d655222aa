"""Which markers of what is off the record can be configured."""

import pytest

from bot.config import load_config
from bot.errors import ConfigError


def written(tmp_path, markers):
    path = tmp_path / "config.toml"
    path.write_text(f"[record]\nmarkers = {markers}\n", encoding="utf-8")
    return path


def test_markers_are_what_the_file_says_without_the_space_around_them(tmp_path):
    assert load_config(written(tmp_path, '[" [still] ", "psst"]')).record.markers == ("[still]", "psst")
    assert load_config(written(tmp_path, "[]")).record.markers == ()


@pytest.mark.parametrize("marker", ["", " ", "x", "a marker that nobody would ever type in full"])
def test_a_marker_that_would_catch_everything_or_nothing_is_refused(tmp_path, marker):
    with pytest.raises(ConfigError, match=r"must be 2 to 20 characters, such as '\[off\]'"):
        load_config(written(tmp_path, f'["{marker}"]'))
