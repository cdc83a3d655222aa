"""What `folkmoot doctor` looks at on the machine: Python, packages, clock, time zones, disk, port."""

import shutil
import socket
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.commandline.finding import Finding, mend, note, ok
from bot.errors import ConfigError
from bot.loading.packages import refuse_foreign_packages

OLDEST_PYTHON = (3, 11)
_LITTLE_SPACE = 200 * 2**20
_SLACK = timedelta(minutes=5)


def python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        return mend("Python", f"{version} is too old; install 3.11 or newer", 78)
    return ok("Python", version)


def packages() -> Finding:
    try:
        refuse_foreign_packages()
    except ConfigError as error:
        return mend("packages", str(error), error.exit_code)
    return ok("packages", "bot, cogs and models are Folkmoot's own")


def clock(now: datetime, files: Iterable[Path]) -> Finding:
    """Whether files that exist were written before `now`."""
    written = [(path.stat().st_mtime, path) for path in files if path.exists()]
    newest, path = max(written, default=(0.0, Path()))
    at = datetime.fromtimestamp(newest, UTC)
    if at > now + _SLACK:
        return mend("clock", f"it says {now:%Y-%m-%d %H:%M} UTC, but {path} was written later; set the clock", 75)
    return ok("clock", f"{now:%Y-%m-%d %H:%M} UTC")


def time_zones() -> Finding:
    try:
        ZoneInfo("Europe/Berlin")
    except (KeyError, OSError):
        return mend("time zones", "there are no time zone data; `pip install tzdata` brings them", 78)
    return ok("time zones", "the data are there")


def store_file(path: Path) -> Iterator[Finding]:
    """The folder and the file of the store, from outside."""
    if not path.parent.is_dir():
        yield mend("store", f"make the folder {path.parent} first", 75)
        return
    if path.exists() and path.stat().st_mode & 0o077:
        yield mend("store", f"others can read {path}; `chmod 600 {path}` shuts them out", 75)
    free = shutil.disk_usage(path.parent).free
    shown = f"{free / 2**30:.1f} GiB free at {path.parent}"
    yield ok("disk", shown) if free > _LITTLE_SPACE else note("disk", f"only {shown}; make room before it is full")


def port(address: str, number: int) -> Finding:
    """Whether the endpoint could listen there now."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    where = f"{address} port {number}"
    try:
        socket.create_server((address, number), family=family).close()
    except OSError as error:
        words = f"nothing can listen at {where}: {error.strerror}; stop what does, or set another [monitoring] port"
        return mend("monitoring", words, 78)
    return ok("monitoring", f"{where} is free")
