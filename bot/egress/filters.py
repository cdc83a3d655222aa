"""The kernel's filter, instruction by instruction: a process under it has no way to open a network socket.

The format is that of seccomp(2): classic BPF over the number and the first argument of every system call.
"""

import errno
import platform
import struct
from collections.abc import Iterator
from dataclasses import dataclass

_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
"""Offsets into what the kernel shows of a call; both machines below keep the low half of an argument first."""

_KILL, _FAIL, _ALLOW = 0x8000_0000, 0x0005_0000, 0x7FFF_0000
_AF_UNIX = 1
_FIRST_OF_X32 = 0x4000_0000
"""The other system calls of an x86-64, under numbers of their own."""

_IO_URING_SETUP, _PIDFD_GETFD = 425, 438
"""Two further ways to a socket; since 2019 new calls have the same number on every machine."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What a kind of processor calls things."""

    architecture: int
    socket: int
    socketpair: int
    seccomp: int


MACHINES = {
    "x86_64": Machine(0xC000_003E, socket=41, socketpair=53, seccomp=317),
    "aarch64": Machine(0xC000_00B7, socket=198, socketpair=199, seccomp=277),
}


def this_machine() -> Machine | None:
    """None where the filter is not known to work: another system, another processor, a 32-bit Python."""
    if platform.system() != "Linux" or struct.calcsize("P") != 8:  # noqa: PLR2004 - bytes of an address
        return None
    return MACHINES.get(platform.machine())


def without_network(machine: Machine) -> bytes:
    """The filter: a network socket ends the process, a Unix one cannot be had, all else goes on.

    Local services are out of reach too, since a resolver or a bus could speak for the process; what runs under the
    filter sees an error and does without.
    """
    return b"".join(_instructions(machine))


def _instructions(machine: Machine) -> Iterator[bytes]:
    yield _one(_LOAD, _ARCHITECTURE)
    yield _one(_IF_EQUAL, machine.architecture, then=1)
    yield _one(_RETURN, _KILL)
    yield _one(_LOAD, _NUMBER)
    yield _one(_IF_AT_LEAST, _FIRST_OF_X32, otherwise=1)
    yield _one(_RETURN, _KILL)
    yield from _refused(_IO_URING_SETUP, errno.ENOSYS)
    yield from _refused(_PIDFD_GETFD, errno.EPERM)
    yield from _unix_alone(machine.socket, _FAIL | errno.EACCES)
    yield from _unix_alone(machine.socketpair, _ALLOW)
    yield _one(_RETURN, _ALLOW)


def _refused(number: int, why: int) -> Iterator[bytes]:
    yield _one(_IF_EQUAL, number, otherwise=1)
    yield _one(_RETURN, _FAIL | why)


def _unix_alone(number: int, then: int) -> Iterator[bytes]:
    """A call whose first argument is a family of sockets."""
    yield _one(_IF_EQUAL, number, otherwise=4)
    yield _one(_LOAD, _FIRST_ARGUMENT)
    yield _one(_IF_EQUAL, _AF_UNIX, otherwise=1)
    yield _one(_RETURN, then)
    yield _one(_RETURN, _KILL)


def _one(code: int, value: int, *, then: int = 0, otherwise: int = 0) -> bytes:
    """An instruction; `then` and `otherwise` are how many to skip."""
    return struct.pack("=HBBI", code, then, otherwise, value)
