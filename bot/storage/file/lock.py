"""The lock file beside the store: one process runs the bot on it, others may only look."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import StorageError
from bot.storage.file.faults import translated

_LONGEST_NUMBER = 20


@contextmanager
def held(store: Path) -> Iterator[None]:
    """Hold the store at this path for the block.

    The system lets go of the lock when the process ends, however it ends: the file may stay and is no obstacle. The
    store's own file is not touched: closing it here would drop the locks that SQLite has on it.

    Raises:
        StorageError: another process holds it, or the file cannot be made; the text says what to do.
    """
    with translated(store):
        lock = os.open(_path(store), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        with translated(store):
            _take(lock, store)
        yield
    finally:
        os.close(lock)


def holder(store: Path) -> str | None:
    """Who holds the store now, in words; None where nobody does."""
    try:
        lock = os.open(_path(store), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _process(os.pread(lock, _LONGEST_NUMBER, 0))
    finally:
        os.close(lock)
    return None


def _path(store: Path) -> Path:
    if not store.parent.is_dir():
        raise StorageError(f"the store {store} cannot be opened: make the folder {store.parent} first")
    real = store.resolve()  # one lock by whichever name the store is reached
    return real.with_name(real.name + ".lock")


def _take(lock: int, store: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise StorageError(_held_by(os.pread(lock, _LONGEST_NUMBER, 0), store)) from error
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)


def _process(content: bytes) -> str:
    number = content.decode("ascii", "replace")
    return f"process {number}" if number.isdecimal() else "another process"


def _held_by(content: bytes, store: Path) -> str:
    return (
        f"the store {store} is in use by {_process(content)}: another Folkmoot runs on it. Stop that one first, "
        "or name another file under [store] path"
    )
