"""What the database's errors mean, and what an operator should do about each."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchTableError, SQLAlchemyError, StatementError

from bot.errors import CogError, FolkmootError, StorageError

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
_NOT_WRITTEN = (
    "could not be written to the disk: free some space, or lift the limit on the size of files; if there is enough, "
    "look at the system's log for disk errors; nothing stored is lost"
)
_PRIMARY = 0xFF  # SQLite's extended codes keep the primary one in the lowest byte

_BY_VALUES = frozenset({sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG})
_BY_STATEMENTS = _BY_VALUES | {sqlite3.SQLITE_ERROR}  # a table or column that no migration made


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


@contextmanager
def blamed(where: str) -> Iterator[None]:
    """Raise `CogError` for what a cog's rows, effects or questions led to; the store's own trouble passes through.

    Args:
        where: whose and what they are; begins the message.
    """
    try:
        with values_refused(where):
            yield
    except DBAPIError as error:
        if _code(error.orig) not in _BY_STATEMENTS:
            raise
        raise CogError(f"{where}: {error.orig}; which migration makes it?") from error
    except (ArgumentError, NoSuchTableError) as error:
        raise CogError(f"{where}: {type(error).__name__}") from error
    except (FolkmootError, SQLAlchemyError, sqlite3.Error, OSError):
        raise
    except Exception as error:
        raise CogError(f"{where}: {type(error).__name__}: a value of the wrong type?") from error


@contextmanager
def values_refused(where: str) -> Iterator[None]:
    """Raise `CogError` where the database cannot take a value: nothing is wrong with the store then."""
    try:
        yield
    except DBAPIError as error:
        # A value of a type that the driver does not know has no code, and a text that names the type only.
        unknown = str(error.orig).startswith("Error binding parameter")
        if not unknown and _code(error.orig) not in _BY_VALUES:
            raise
        raise CogError(f"{where}: {error.orig}") from error
    except StatementError as error:
        raise CogError(f"{where}: a value of the wrong type: {type(error.orig).__name__}") from error
    except OverflowError as error:
        raise CogError(f"{where}: a number that is too large") from error


def _code(error: BaseException | None) -> int | None:
    code = getattr(error, "sqlite_errorcode", None)
    return code & _PRIMARY if isinstance(code, int) else None


def described(path: Path, error: BaseException) -> StorageError:
    code = _code(error)
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_IOERR_WRITE:
        return StorageError(f"the store {path} {_NOT_WRITTEN}")
    if code in _ADVICE:
        return StorageError(f"the store {path} {_ADVICE[code]}")
    # The driver's own text names tables and columns; SQLAlchemy's could print values too, which are people's words.
    detail = str(error) if isinstance(error, sqlite3.Error | OSError) else type(error).__name__
    return StorageError(f"the store {path} failed: {detail}")
