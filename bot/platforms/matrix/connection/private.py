"""Files that nobody but the bot's own account may read: the login, the keys; written whole or not at all."""

import os
import tempfile
from pathlib import Path

from bot.errors import ConfigError, StorageError

_FOLDER, _FILE = 0o700, 0o600
_OTHERS = 0o077


def private_folder(folder: Path) -> Path:
    """The folder, made where it is missing, closed to others where it was open."""
    try:
        folder.mkdir(mode=_FOLDER, parents=True, exist_ok=True)
        if folder.stat().st_mode & _OTHERS:
            folder.chmod(_FOLDER)
    except OSError as error:
        raise ConfigError(f"{folder} cannot be a private folder of the bot: {error.strerror}") from error
    return folder


def close_to_others(file: Path) -> None:
    if file.stat().st_mode & _OTHERS:
        file.chmod(_FILE)


def write_private(file: Path, content: bytes) -> None:
    """Replace the file; whoever reads it finds the old or the new content whole, also after a power cut.

    Raises:
        StorageError: it cannot be written; the old content is still there.
    """
    try:
        number, name = tempfile.mkstemp(dir=private_folder(file.parent), prefix=f".{file.name}.")
        try:
            with os.fdopen(number, "wb") as written:
                written.write(content)
                written.flush()
                os.fsync(written.fileno())
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _sync_folder(file.parent)
    except OSError as error:
        raise StorageError(f"{file} cannot be written: {error.strerror}") from error


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
