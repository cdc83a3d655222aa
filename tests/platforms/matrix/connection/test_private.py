"""Files of the bot's own: closed to others, replaced whole or not at all."""

import os
import stat

import pytest

from bot.errors import ConfigError, StorageError
from bot.platforms.matrix.connection.private import private_folder, write_private


def _mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_is_replaced_whole_and_closed_to_others(tmp_path):
    file = tmp_path / "new" / "folder" / "file.json"
    write_private(file, b"one")
    file.chmod(0o644)
    write_private(file, b"two")
    assert (file.read_bytes(), _mode(file), _mode(file.parent)) == (b"two", 0o600, 0o700)
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("broken", ["fsync", "fdopen"])
def test_what_cannot_be_written_leaves_the_old(tmp_path, monkeypatch, broken):
    file = tmp_path / "file.json"
    write_private(file, b"old")

    def full(number, *_):
        if broken == "fdopen":
            os.close(number)
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, broken, full)
        with pytest.raises(StorageError, match="No space left"):
            write_private(file, b"new")
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_that_was_open_is_closed_and_one_that_is_none_is_said(tmp_path):
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)
    assert _mode(private_folder(folder)) == 0o700
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError):
        private_folder(tmp_path / "file")
