"""What the database's errors mean, and what an operator should do about each."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.errors import FolkmootError, StorageError

DAMAGED = "is damaged: keep a copy of it and go back to the last backup with `folkmoot restore`"
_LOCKED = "is locked by another process: is a second Folkmoot, or a tool that changes it, running?"
_UNWRITABLE = "cannot be written: let the bot's user write the file and its folder"
_ADVICE = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_FULL: "cannot grow, the disk is full: free some space, then start again; nothing stored is lost",
    sqlite3.SQLITE_READONLY: _UNWRITABLE,
    sqlite3.SQLITE_PERM: _UNWRITABLE,
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: the bot's user must be able to read and write the file and its folder",
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: "is not a Folkmoot store: name another file as the store",
    sqlite3.SQLITE_IOERR: "could not be read or written by the disk: look at the system's log for disk errors",
}
_PRIMARY = 0xFF  # SQLite's extended codes keep the primary one in the lowest byte


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise `StorageError` for what goes wrong with the store at `path`."""
    try:
        yield
    except FolkmootError:
        raise
    except DBAPIError as error:
        raise described(path, error.orig or error) from error
    except (sqlite3.Error, OSError, SQLAlchemyError) as error:
        raise described(path, error) from error


def described(path: Path, error: BaseException) -> StorageError:
    code = getattr(error, "sqlite_errorcode", None)
    advice = _ADVICE.get(code & _PRIMARY) if isinstance(code, int) else None
    if advice is not None:
        return StorageError(f"the store {path} {advice}")
    # The driver's own text names tables and columns; SQLAlchemy's could print values too, which are people's words.
    detail = str(error) if isinstance(error, sqlite3.Error | OSError) else type(error).__name__
    return StorageError(f"the store {path} failed: {detail}")
