"""Seals this process for the rest of its life: from then on no code in it, native or not, opens a network socket.

The kernel sees to it (seccomp), also for every program that is started from here. Where the kernel cannot, on other
systems than Linux, Python's audit events stand in, which prove less: they do not hear of native code.
"""

import ctypes
import os
import signal
import socket
import sys
from collections.abc import Iterator
from enum import Enum
from types import FrameType
from typing import Any

from bot.egress.filters import Machine, this_machine, without_network

REFUSED = 128 + 31
"""Exit code of a process that Python ended because it opened a network socket: what a shell shows for SIGSYS."""

_NO_NEW_PRIVILEGES = 38
_SET_FILTER, _EVERY_THREAD = 1, 1
_INSTRUCTION = 8
_FRAMES_SHOWN = 12


class Seal(Enum):
    """Who refuses; the value says it."""

    KERNEL = "Sealed: the kernel ends this process if anything in it opens a network socket."
    PYTHON = "Sealed by Python alone: a network socket ends this process, but one opened by native code goes unseen."


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def seal() -> Seal:
    """Seal this process, all its threads and every program started from it; it cannot be undone."""
    machine = this_machine()
    by_kernel = machine is not None and _filtered(machine)

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.__new__" and arguments[1] != getattr(socket, "AF_UNIX", None):
            _say_where()
            if not by_kernel:
                os._exit(REFUSED)

    sys.addaudithook(heard)
    return Seal.KERNEL if by_kernel else Seal.PYTHON


def was_refused(code: int) -> bool:
    """Whether a sealed process with this exit code ended because it opened a network socket."""
    return code in {REFUSED, -getattr(signal, "SIGSYS", 31)}


def _filtered(machine: Machine) -> bool:
    """Whether the kernel took the filter: a container may forbid it."""
    library = ctypes.CDLL(None, use_errno=True)
    instructions = without_network(machine)
    program = _Program(len(instructions) // _INSTRUCTION, instructions)
    if library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    done = library.syscall(
        ctypes.c_long(machine.seccomp),
        ctypes.c_long(_SET_FILTER),
        ctypes.c_long(_EVERY_THREAD),
        ctypes.byref(program),
    )
    return bool(done == 0)


def _say_where() -> None:
    """Which code it was, before the process ends; no values, which could be anybody's words."""
    lines = [f"  {frame.f_code.co_filename}:{frame.f_lineno} {frame.f_code.co_name}" for frame in _frames()]
    sys.stderr.write("\n".join(["A network socket is opened at", *lines[:_FRAMES_SHOWN], ""]))
    sys.stderr.flush()


def _frames() -> Iterator[FrameType]:
    """Innermost first, without this module's own."""
    frame: FrameType | None = sys._getframe()  # noqa: SLF001 - the traceback module would read files for this
    while frame is not None:
        if frame.f_globals.get("__name__") != __name__:
            yield frame
        frame = frame.f_back
