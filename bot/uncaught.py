"""What nobody caught goes to the log like everything else: errors of threads, callbacks and destructors, warnings."""

import sys
import threading
import warnings
from pathlib import PurePath
from types import TracebackType
from typing import TextIO

from bot.log import logger

_log = logger("uncaught")


def log_the_uncaught() -> None:
    """From now on nothing that Python prints by itself shows a member's words; asyncio logs its errors anyway."""
    sys.excepthook = _ended
    sys.unraisablehook = _unraisable
    threading.excepthook = _thread_ended
    warnings.showwarning = _warned


def _ended(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    _log.critical("crashed; please report this", exc_info=error)


def _unraisable(found: "sys.UnraisableHookArgs") -> None:
    """`found.err_msg` and `found.object` may quote what was at hand."""
    _log.error("an error that could not be raised", exc_info=found.exc_value)


def _thread_ended(found: threading.ExceptHookArgs) -> None:
    if found.exc_type is not SystemExit:
        _log.error("a thread ended with an error", exc_info=found.exc_value)


def _warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Which warning and where; what it says may quote what it was given."""
    del message, file, line
    _log.warning("warning", kind=category.__name__, where=f"{PurePath(filename)}:{lineno}")
