"""The guard of a running bot: what it lets through, what it refuses, and what the log hears of it."""

import asyncio
import io
import json
import socket
import urllib.request

import pytest

from bot.commandline.discord import discord_hosts
from bot.config import load_config
from bot.egress.guard import Guard, guarding
from bot.egress.hosts import Host
from bot.errors import EgressRefused
from bot.log import configure_logging

FAR = "203.0.113.9"
"""An address that belongs to nobody."""


@pytest.fixture
def log():
    stream = io.StringIO()
    configure_logging("info", "json", stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture
def listening():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_no_python_code_gets_out_while_it_stands(log):
    with guarding([]):
        with pytest.raises(EgressRefused, match=FAR):
            socket.create_connection((FAR, 80), timeout=1)
        with pytest.raises(EgressRefused, match=r"nowhere\.invalid"):
            urllib.request.urlopen("http://nowhere.invalid/")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender, pytest.raises(EgressRefused):
            sender.sendto(b"words", (FAR, 53))
        with pytest.raises(EgressRefused):
            socket.gethostbyname("nowhere.invalid")
        with pytest.raises(EgressRefused):
            socket.getnameinfo((FAR, 80), 0)
    assert [line["host"] for line in log()] == [FAR, "nowhere.invalid"]  # each once, and nothing but the host


async def test_nor_does_asyncio(log):
    with guarding([]):
        for host in (FAR, "nowhere.invalid"):
            with pytest.raises(EgressRefused, match=host):
                await asyncio.open_connection(host, 80)


def test_this_machine_can_be_talked_to(listening):
    with guarding([]):
        socket.create_connection(("localhost", listening), timeout=5).close()
        one, other = socket.socketpair()
        one.close()
        other.close()


def test_a_declared_name_can_be_looked_up_and_then_connected_to(monkeypatch):
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (FAR, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
    asked = (FAR, 443)
    with guarding([Host(".discord.com", "the gateway")]) as guard, socket.socket() as used:
        with pytest.raises(EgressRefused):
            guard.heard("socket.connect", (used, asked))
        assert socket.getaddrinfo("gateway.discord.com", 443) == answers
        guard.heard("socket.getaddrinfo", ("gateway.discord.com", 443, 0, 0, 0))
        guard.heard("socket.connect", (used, asked))


def test_looking_up_another_name_opens_nothing(monkeypatch):
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (FAR, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
    with guarding([Host("matrix.example.org", "the homeserver")]) as guard, socket.socket() as used:
        socket.getaddrinfo("example.org", 443)
        with pytest.raises(EgressRefused):
            guard.heard("socket.connect", (used, (FAR, 443)))


def test_the_log_names_a_flood_of_hosts_only_so_far(log):
    guard = Guard([])
    for number in range(300):
        with pytest.raises(EgressRefused):
            guard.heard("socket.getaddrinfo", (f"{number}.invalid", 80, 0, 0, 0))
    assert len(log()) == 100


def test_after_the_block_the_hook_stays_and_minds_nobody(log):
    with guarding([]):
        pass
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as used:
        used.connect((FAR, 9))  # sends nothing
    assert log() == []


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("discord.com", True),
        ("gateway.discord.gg", True),
        ("gateway-us-east1-b.discord.gg", True),
        ("cdn.discordapp.com", False),
        ("discord.com.evil.net", False),
        ("gateway.discord.gg.evil.net", False),
        ("evil-discord.gg", False),
    ],
)
def test_of_discord_its_interface_and_its_gateways_wherever_they_stand(tmp_path, name, allowed):
    """Where a lost session goes on Discord says anew each time, by the region."""
    path = tmp_path / "config.toml"
    path.write_text('[[community]]\nid = "a"\nrooms = ["discord:7"]\n')
    with guarding(discord_hosts(load_config(path))) as guard:
        if allowed:
            guard.heard("socket.getaddrinfo", (name, 443, 0, 0, 0))
        else:
            with pytest.raises(EgressRefused, match=name):
                guard.heard("socket.getaddrinfo", (name, 443, 0, 0, 0))
