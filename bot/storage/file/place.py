"""Whether the store's files still lie where they lay: SQLite itself writes on into files that were removed."""

from pathlib import Path

from bot.errors import StorageError

_Identity = tuple[int, int]


class Place:
    """The files of one opened store, as they were when it was first written to."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[Path, _Identity] = {}

    def check(self) -> None:
        """Called before each reading, writing and commit.

        What is stored in files that nobody will find again must not count as stored, and a connection that is opened
        where the store was must not make an empty one.

        Raises:
            StorageError: the store, or the file with its newest changes, was removed, moved or replaced meanwhile.
        """
        for path in (self._path, Path(f"{self._path}-wal")):
            found = _identity(path)
            known = self._known.get(path, found)
            if found is not None:
                self._known[path] = known or found
            if found != known:
                raise StorageError(self._gone(path))

    def _gone(self, path: Path) -> str:
        if path == self._path:
            return (
                f"the store {path} was removed, moved or replaced while the bot ran: put it back there, then start "
                "again; without it the next start begins with an empty store"
            )
        return (
            f"{path}, which belongs to the store, was removed while the bot ran: start again, nothing stored is lost; "
            "leave the files beside the store to the bot"
        )


def _identity(path: Path) -> _Identity | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
