"""One process runs the bot on a store; who comes second is told whom to stop."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import StorageError
from bot.storage import held

ROOT = Path(__file__).parents[3]
HOLDER = """
import sys
from pathlib import Path
from bot.storage.file.lock import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "folkmoot.sqlite"


@pytest.fixture
def holder(path):
    """Another process that holds the store."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    )
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


def test_the_second_process_is_told_which_one_to_stop(path, holder):
    with (
        pytest.raises(StorageError, match=rf"in use by process {holder.pid}: .* Stop that one first") as caught,
        held(path),
    ):
        pytest.fail("two run on one store")
    assert caught.value.exit_code == 75
    holder.stdin.close()  # it ends in order
    holder.wait()
    with held(path):
        pass


def test_the_lock_of_a_process_that_was_killed_is_no_obstacle(path, holder):
    holder.kill()
    holder.wait()
    assert path.with_name("folkmoot.sqlite.lock").read_text() == str(holder.pid)
    with held(path):
        assert path.with_name("folkmoot.sqlite.lock").read_text() == str(os.getpid())


def test_it_is_free_again_after_the_block_also_where_that_failed(path):
    for _ in range(2):
        with pytest.raises(RuntimeError), held(path):
            raise RuntimeError("whatever")


def test_within_one_process_it_is_held_once_too(path):
    with (
        held(path),
        pytest.raises(StorageError, match=f"process {os.getpid()}"),
        held(path),
    ):
        pytest.fail("two run on one store")


def test_another_name_for_the_same_store_is_the_same_store(path, tmp_path):
    (tmp_path / "other.sqlite").symlink_to(path)
    path.touch()
    with held(path), pytest.raises(StorageError, match="in use"), held(tmp_path / "other.sqlite"):
        pytest.fail("two run on one store")


def test_only_its_owner_may_read_the_lock_file_whatever_the_umask(path):
    before = os.umask(0)
    try:
        with held(path):
            assert path.with_name("folkmoot.sqlite.lock").stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(before)


def test_what_lies_in_the_lock_file_is_not_repeated(path):
    lock = path.with_name("folkmoot.sqlite.lock")
    with held(path):
        lock.write_text("\x1b[31mstop process 1")
        with pytest.raises(StorageError, match="in use by another process"), held(path):
            pytest.fail("two run on one store")


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(StorageError, match=r"make the folder .*nowhere first"), held(tmp_path / "nowhere" / "x.sqlite"):
        pytest.fail("there is nothing to hold")


def test_a_lock_file_that_cannot_be_opened_is_named_by_its_store(path):
    path.with_name("folkmoot.sqlite.lock").mkdir()
    with pytest.raises(StorageError, match=r"folkmoot\.sqlite"), held(path):
        pytest.fail("nothing is held")
