"""Files handed to people at the console."""

import stat

import pytest

from bot.errors import Unsupported
from bot.platforms.console.files import saved


def test_a_file_is_for_its_owner_alone_and_written_once_per_delivery(tmp_path):
    folder = tmp_path / "files"
    path = saved(folder, "my-data.json", "17.privacy.!my-data.0", b"first")
    assert path.read_bytes() == b"first"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert saved(folder, "my-data.json", "17.privacy.!my-data.0", b"again") == path
    assert path.read_bytes() == b"again"
    assert saved(folder, "my-data.json", "18.privacy.!my-data.0", b"other") != path
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..", "", "\x1b[2J.json", "a" * 500, ".hidden"])
def test_a_name_leads_nowhere_else(tmp_path, name):
    path = saved(tmp_path, name, "key", b"content")
    assert path.parent == tmp_path.absolute()
    assert path.name.isprintable()
    assert not path.name.startswith(".")


def test_no_link_is_followed(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("untouched")
    path = saved(tmp_path / "files", "a.json", "key", b"content")
    path.unlink()
    path.symlink_to(elsewhere)
    with pytest.raises(Unsupported, match="cannot be saved at"):
        saved(tmp_path / "files", "a.json", "key", b"content")
    assert elsewhere.read_text() == "untouched"


def test_where_nothing_can_be_written_it_says_so(tmp_path):
    (tmp_path / "files").write_text("a file stands in the way")
    with pytest.raises(Unsupported, match="cannot be saved at"):
        saved(tmp_path / "files", "a.json", "key", b"content")
