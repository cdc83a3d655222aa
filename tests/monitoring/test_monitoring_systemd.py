"""sd_notify, with the test in systemd's place."""

import asyncio
import os
import socket

import pytest

from bot.monitoring.systemd import Notifier


@pytest.fixture
def systemd(tmp_path):
    """The receiving end; `address` is what systemd would put into the environment."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        address = str(tmp_path / "notify")
        end.bind(address)
        end.setblocking(False)
        yield end, address


async def heard(end):
    return (await asyncio.get_running_loop().sock_recv(end, 4096)).decode().split("\n")


async def test_ready_then_signs_of_life_then_stopping(systemd):
    end, address = systemd
    notifier = Notifier.from_environment({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "3000"})
    async with notifier.ready("6 cogs"):
        assert await heard(end) == ["READY=1", "STATUS=6 cogs"]
        for _ in range(3):
            assert await heard(end) == ["WATCHDOG=1"]
    last = await heard(end)
    while last == ["WATCHDOG=1"]:
        last = await heard(end)
    assert last == ["STOPPING=1", "STATUS=stopping"]


async def test_a_socket_without_a_file(tmp_path):
    name = f"folkmoot-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.bind(f"\0{name}")
        Notifier.from_environment({"NOTIFY_SOCKET": f"@{name}"}).tell("READY=1")
        assert end.recv(100) == b"READY=1"


@pytest.mark.parametrize("environment", [{"WATCHDOG_USEC": "3000", "WATCHDOG_PID": "1"}, {"WATCHDOG_USEC": "no"}, {}])
async def test_where_systemd_does_not_watch_us_there_are_no_signs_of_life(systemd, environment):
    end, address = systemd
    async with Notifier.from_environment({"NOTIFY_SOCKET": address} | environment).ready("well"):
        assert await heard(end) == ["READY=1", "STATUS=well"]
        await asyncio.sleep(0)
    assert await heard(end) == ["STOPPING=1", "STATUS=stopping"]


async def test_without_systemd_it_says_nothing_and_a_dead_socket_hurts_nobody(tmp_path):
    async with Notifier.from_environment({}).ready("well"):
        pass
    Notifier(str(tmp_path / "gone"), None).tell("READY=1")


def test_programs_started_from_here_cannot_speak_for_us():
    environment = {"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "1", "WATCHDOG_PID": "1", "HOME": "/"}
    Notifier.from_environment(environment)
    assert environment == {"HOME": "/"}
