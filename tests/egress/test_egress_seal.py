"""The seal: a process under it dies of a network socket, whoever opens it."""

import os
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


@pytest.mark.parametrize("name", sorted(MACHINES))
def test_every_jump_of_the_filter_lands_inside_it(name):
    """The kernel checks this for the processor at hand only."""
    program = without_network(MACHINES[name])
    steps = [program[at : at + 8] for at in range(0, len(program), 8)]
    assert len(steps[-1]) == 8
    for place, step in enumerate(steps):
        if step[0] & 0x07 == 0x05:
            assert place + 1 + max(step[2], step[3]) < len(steps)


def test_it_says_how_it_is_used():
    ended = subprocess.run(
        [sys.executable, "-m", "bot.egress.sealed"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, "bot demo" in ended.stderr) == (1, True)
