"""Files that the bot hands to people at the console: saved beside the store, for their owner's eyes only."""

import hashlib
import os
import re
from pathlib import Path

from bot.errors import Unsupported

_LONGEST_NAME = 80
_UNFIT = re.compile(r"[^\w.-]+")


def saved(folder: Path, name: str, key: str, content: bytes) -> Path:
    """Write a file and give its path; the same `key` always names the same file.

    Raises:
        Unsupported: it cannot be written; the text says why.
    """
    path = folder / _file_name(name, key)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    except OSError as error:
        raise Unsupported(f"the file cannot be saved at {path}: {error.strerror}") from error
    return path.absolute()


def _file_name(name: str, key: str) -> str:
    """The name without what leads elsewhere or steers a terminal, with a mark that keeps two files apart."""
    stem, dot, kind = _UNFIT.sub("-", name).strip(".-").rpartition(".")
    if not dot:
        stem, kind = kind, "bin"
    mark = hashlib.sha256(key.encode()).hexdigest()[:8]
    return f"{stem[:_LONGEST_NAME] or 'file'}-{mark}.{kind[:_LONGEST_NAME]}"
