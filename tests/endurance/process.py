"""What the operating system says of this process."""

from pathlib import Path

_STATUS = Path("/proc/self/status")


def _status(name: str) -> int:
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1])


def resident_mb() -> float:
    """Memory in use now."""
    return _status("VmRSS") / 1024


def peak_mb() -> float:
    """The most memory that was in use. `getrusage` would count the parent's as well, which started this process."""
    return _status("VmHWM") / 1024


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def threads() -> int:
    return _status("Threads")
