"""The seal: a process under it dies of a network socket, whoever opens it."""

import errno
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from bot.egress import seal
from bot.egress.filters import MACHINES, this_machine, without_network

ROOT = Path(__file__).parents[2]
kernel_only = pytest.mark.skipif(this_machine() is None, reason="no filter is known for this kernel and processor")

NATIVE = "import ctypes; ctypes.CDLL(None).socket({family}, {kind}, 0)"
IN_A_CHILD = "import os, sys; os.execv(sys.executable, [sys.executable, '-c', 'import socket; socket.socket()'])"
IN_A_THREAD_OF_BEFORE = """
import sys, threading
go = threading.Event()
thread = threading.Thread(target=lambda: go.wait() and __import__("ctypes").CDLL(None).socket(2, 1, 0))
thread.start()
from bot.egress.seal import seal
seal()
go.set()
thread.join()
"""


@pytest.fixture
def sealed(tmp_path):
    """Run a few lines under the seal; gives how they ended."""

    def run(code):
        (tmp_path / "probe.py").write_text(code)
        return subprocess.run(
            [sys.executable, "-m", "bot.egress.sealed", "probe"],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_what_needs_no_network_runs_as_without_it(sealed):
    ended = sealed("import asyncio, sys; asyncio.run(asyncio.sleep(0)); print(__name__, sys.argv[1:]); sys.exit(7)")
    assert (ended.returncode, ended.stdout) == (7, "__main__ []\n")
    assert ended.stderr == f"{(seal.Seal.KERNEL if this_machine() else seal.Seal.PYTHON).value}\n"


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6"])
def test_a_network_socket_ends_it_and_says_where_it_was_opened(sealed, family):
    ended = sealed(f"import socket\ntry:\n    socket.socket(socket.{family})\nexcept BaseException:\n    print('on')")
    assert seal.was_refused(ended.returncode)
    assert ended.stdout == ""
    assert "probe.py:3" in ended.stderr


@kernel_only
@pytest.mark.parametrize(("family", "kind"), [(2, 1), (2, 2), (10, 1), (16, 3), (17, 3), (38, 5), (40, 1)])
def test_native_code_is_no_exception(sealed, family, kind):
    assert seal.was_refused(sealed(NATIVE.format(family=family, kind=kind)).returncode)


@kernel_only
def test_nor_is_another_program(sealed):
    assert seal.was_refused(sealed(IN_A_CHILD).returncode)


@kernel_only
def test_nor_a_thread_that_was_there_before():
    ended = subprocess.run([sys.executable, "-c", IN_A_THREAD_OF_BEFORE], cwd=ROOT, check=False)
    assert seal.was_refused(ended.returncode)


@kernel_only
def test_local_services_which_could_speak_for_it_are_out_of_reach(sealed):
    ended = sealed("import socket; socket.socket(socket.AF_UNIX)")
    assert ended.returncode == 1
    assert "PermissionError" in ended.stderr


@kernel_only
@pytest.mark.parametrize(("number", "error"), [(425, "ENOSYS"), (438, "EPERM")])
def test_the_other_ways_to_a_socket_are_closed(sealed, number, error):
    ask = f"import ctypes, errno; c = ctypes.CDLL(None, use_errno=True); print(c.syscall({number}, 1, 0, 0))"
    ended = sealed(f"{ask}; print(errno.errorcode[ctypes.get_errno()])")
    assert ended.stdout.split() == ["-1", error]


def test_where_the_kernel_cannot_python_stands_in(tmp_path):
    code = "import bot.egress.seal as s; s.this_machine = lambda: None; print(s.seal().name, flush=True); "
    ended = subprocess.run(
        [sys.executable, "-c", f"{code}import socket; socket.socketpair(); socket.socket()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (seal.REFUSED, "PYTHON\n")


ALLOWED, ENDED = 0x7FFF_0000, 0x8000_0000


def outcome(machine, number, first=0, *, architecture=None):
    """What the filter makes of a call: run here, since the kernel runs it for the processor at hand only."""
    call = struct.pack("=iIQ6Q", number, architecture or machine.architecture, 0, first, 0, 0, 0, 0, 0)
    steps = list(struct.iter_unpack("=HBBI", without_network(machine)))
    place = value = 0
    while True:
        code, then, otherwise, operand = steps[place]
        place += 1
        match code:
            case 0x20:
                (value,) = struct.unpack_from("=I", call, operand)
            case 0x15:
                place += then if value == operand else otherwise
            case 0x35:
                place += then if value >= operand else otherwise
            case 0x06:
                return operand


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
def test_the_filter_on_every_processor_it_is_for(machine):
    refused = [outcome(machine, machine.socket, family) for family in (2, 10, 16, 17, 38, 40, 0, 2**31)]
    assert set(refused) == {ENDED}
    assert outcome(machine, machine.socket, 1) == 0x5_0000 | errno.EACCES
    assert outcome(machine, machine.socketpair, 1) == ALLOWED
    assert outcome(machine, machine.socketpair, 2) == ENDED
    assert outcome(machine, 425) == 0x5_0000 | errno.ENOSYS
    assert outcome(machine, 438) == 0x5_0000 | errno.EPERM
    assert outcome(machine, 0x4000_0000 + machine.socket, 2) == ENDED
    assert outcome(machine, machine.socket, 1, architecture=0x4000_0003) == ENDED  # a 32-bit call
    others = set(range(500)) - {machine.socket, machine.socketpair, 425, 438}
    assert {outcome(machine, number, 2) for number in others} == {ALLOWED}


def test_it_says_how_it_is_used():
    ended = subprocess.run(
        [sys.executable, "-m", "bot.egress.sealed"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, "bot demo" in ended.stderr) == (1, True)
