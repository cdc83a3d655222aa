"""A bot that says what it is told to say, and raw requests to the endpoint in front of it."""

import asyncio
import json
import socket
from dataclasses import dataclass, field, replace

import pytest

from bot.config import MonitoringSection
from bot.ports.knowledge import Health
from bot.ports.monitoring import Durations, Measures

WELL = Measures(
    health=Health(
        waiting={"events": 3, "civility.judge": 7, "posts to discord": 2},
        lag={"events": 0.5, "civility.judge": 12.0},
        abstained={"too short": 4},
        incidents=5,
        models={"classifier": "attacks-1", "summarizer": "extract-1"},
        not_loaded={},
        room_lag={"matrix:!square:example.org": 4.5},
    ),
    events={"MessagePosted": 40, "MessageEdited": 2},
    passed_over={"duplicate": 6, "ignored": 1},
    commands={("help", "answered"): 8, ("", "unknown"): 1},
    posts={("discord", "applied"): 9, ("discord", "retried"): 3},
    posts_waiting={"discord": 2},
    flags={"civility": 11},
    incidents={"reading": 5},
    handlers={"civility": Durations((1, 0, 2, 0, 0, 0, 0, 1), 70.25)},
    store_bytes={"store": 4096, "log": 512},
    free_bytes=10**9,
)


@dataclass
class Patient:
    """Implements the port `Monitored`."""

    now: Measures = WELL
    trouble: list[str] = field(default_factory=list)
    failure: Exception | None = None

    def troubles(self):
        return self.trouble

    async def measures(self):
        if self.failure is not None:
            raise self.failure
        return self.now

    def is_behind(self, **lag):
        lags = {name.replace("_", "."): seconds for name, seconds in lag.items()}
        self.now = replace(self.now, health=replace(self.now.health, lag=lags))


@pytest.fixture
def patient():
    return Patient()


@pytest.fixture
def section():
    """At a port that is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return MonitoringSection(enabled=True, port=port)


@dataclass
class Response:
    status: int
    headers: dict[str, str]
    body: str

    @property
    def json(self):
        return json.loads(self.body)


@pytest.fixture
def get(section):
    """Send a request, by default a sound one; gives the answer."""

    async def send(path, *, method="GET", host="127.0.0.1"):
        reader, writer = await asyncio.open_connection(section.address, section.port)
        named = f"Host: {host}\r\n" if host is not None else ""
        writer.write(f"{method} {path} HTTP/1.1\r\n{named}Connection: close\r\n\r\n".encode())
        answer = (await reader.read()).decode()
        writer.close()
        await writer.wait_closed()
        head, _, body = answer.partition("\r\n\r\n")
        first, *lines = head.split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        return Response(int(first.split()[1]), headers, body)

    return send
