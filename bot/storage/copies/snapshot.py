"""A copy of a store as it is at one moment, also while the bot writes to it."""

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bot.errors import ConfigError, DataError, StorageError
from bot.storage.file.database import PATIENCE
from bot.storage.file.faults import translated

Shown = Callable[[int, int | None], None]
"""Called with the bytes that are done and, once known, how many there are."""

DRAFT = ".part"
"""How the name of a copy ends that is not whole yet."""

_STEPS_BETWEEN_LOOKS = 20_000
_PIECE = 2**20
_SLACK = 16 * 2**20
"""Bytes that stay free on the disk: a bot that runs on it must be able to go on writing."""


def snapshot(store: Path, target: Path, shown: Shown, check: Callable[[Path], None], *, replace: bool = False) -> None:
    """Write a copy of `store` to `target`, readable by its owner only; `target` appears whole or not at all.

    `check` looks at the copy before it gets its name and raises where that must not happen.

    One statement in one read transaction makes it: it holds exactly what was stored when it began. Writers do not wait
    for it; what they write meanwhile stays in the write-ahead log a little longer. (SQLite's other way, its backup
    interface, begins again whenever another process writes: beside a busy bot it would never end.)

    Raises:
        ConfigError: `target` is there and `replace` is not given.
        StorageError: there is no store, it cannot be read, or the copy cannot be written; nothing is left of it.
    """
    if not store.is_file():
        raise StorageError(f"there is no store at {store}: it is made at the first start")
    with translated(store), _writing(target), closing(_opened(store)) as connection:
        _require(_size(connection) + _SLACK, target)
        with _draft(target) as draft:
            _copy(connection, draft, shown)
            settle(draft)
            check(draft)
            _name(draft, target, replace=replace)
            settle(target.parent)


def fold_log(store: Path) -> None:
    """Take the write-ahead log into the file, where it can be read at all, and see that nobody else has it open.

    A process that still had the file open when another takes its place would, at its end, remove the other's log.

    Raises:
        StorageError: another process has it open.
    """
    try:
        with closing(_opened(store)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise StorageError(
                f"another process reads the store {store}, such as a backup: wait for its end; nothing was changed"
            ) from error


def copied(source: Path, target: Path, shown: Shown) -> None:
    """Copy the file of a store that nobody writes to, with its write-ahead log if it has one; only its owner may read.

    Raises:
        DataError: `source` cannot be read.
        StorageError: `target` cannot be written.
    """
    files = [(source, target)]
    if _log_of(source).exists():
        files.append((_log_of(source), _log_of(target)))
    try:
        sizes = [file.stat().st_size for file, _ in files]
    except OSError as error:
        raise DataError(f"{source} cannot be read: {error.strerror}") from error
    with _writing(target):
        _require(sum(sizes) + _SLACK, target)
        done = 0
        for file, copy in files:
            for size in _transcribed(file, copy):
                done += size
                shown(done, sum(sizes))


def _log_of(store: Path) -> Path:
    return store.with_name(store.name + "-wal")


def _transcribed(source: Path, target: Path) -> Iterator[int]:
    """Copies piece by piece; gives the size of each."""
    try:
        reading = source.open("rb")
    except OSError as error:
        raise DataError(f"{source} cannot be read: {error.strerror}") from error
    writable = os.open(target, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    with reading, os.fdopen(writable, "wb") as writing:
        while piece := reading.read(_PIECE):
            writing.write(piece)
            yield len(piece)


def settle(path: Path) -> None:
    """Have the disk keep what was written to a file, or what a folder names."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _draft(target: Path) -> Iterator[Path]:
    """An empty file beside `target` that only its owner may read; gone afterwards, unless it was renamed."""
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=DRAFT, dir=target.parent)
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    """Tell trouble with the copy from trouble with the store."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code not in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            raise
        why = "the disk is full" if code == sqlite3.SQLITE_FULL else "the disk did not take it"
        raise StorageError(
            f"{target} cannot be written, {why}; nothing of it is left and the store is whole"
        ) from error
    except OSError as error:
        raise StorageError(
            f"{target} cannot be written: {error.strerror}; name a file in a folder that is there and open to you"
        ) from error


def _opened(store: Path) -> sqlite3.Connection:
    # For writing where the file allows it: the last one to close then leaves no side files. It writes nothing.
    return sqlite3.connect(f"{store.absolute().as_uri()}?mode=rw", uri=True, timeout=PATIENCE, isolation_level=None)


def _size(connection: sqlite3.Connection) -> int:
    (pages,), (free,), (size,) = (
        connection.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def _require(needed: int, target: Path) -> None:
    disk = os.statvfs(target.parent)
    free = disk.f_bavail * disk.f_frsize
    if free < needed:
        raise StorageError(
            f"{target} needs {needed / 2**20:,.0f} MiB, and the disk has {free / 2**20:,.0f} MiB free there: "
            "make room, or use another disk"
        )


def _copy(connection: sqlite3.Connection, draft: Path, shown: Shown) -> None:
    total = _size(connection)
    broken_off: list[BaseException] = []

    def look() -> int:
        try:
            shown(draft.stat().st_size, total)
        except BaseException as error:  # noqa: BLE001 - SQLite would swallow it, Ctrl-C included
            broken_off.append(error)
            return 1
        return 0

    connection.set_progress_handler(look, _STEPS_BETWEEN_LOOKS)
    try:
        connection.execute("VACUUM INTO ?", (str(draft),))
    except sqlite3.OperationalError:
        if broken_off:
            raise broken_off[0] from None
        raise
    shown(total, total)


def _name(draft: Path, target: Path, *, replace: bool) -> None:
    if not replace:
        try:
            os.link(draft, target)  # unlike a renaming, it never replaces
        except FileExistsError:
            raise ConfigError(f"{target} is there already. `--force` overwrites it.") from None
        except OSError:  # a file system without links, as on many USB sticks
            if target.exists():
                raise ConfigError(f"{target} is there already. `--force` overwrites it.") from None
        else:
            return
    draft.replace(target)
