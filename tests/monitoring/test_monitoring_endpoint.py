"""The endpoint: what it answers, whom, and what keeps it from listening."""

import asyncio
import io
import logging
import socket

import pytest
from pydantic import ValidationError

from bot.config import MonitoringSection
from bot.errors import ConfigError, StorageError
from bot.log import configure_logging
from bot.monitoring import verdict
from bot.monitoring.asking import ask
from bot.monitoring.endpoint import endpoint


async def test_a_bot_that_is_well(section, patient, get):
    async with endpoint(section, patient):
        answer = await get("/health")
    assert (answer.status, answer.json["status"], answer.json["reasons"]) == (200, "ok", [])
    assert answer.json["waiting"]["civility.judge"] == 7
    assert answer.json["lag_seconds"]["civility.judge"] == 12.0
    assert answer.json["models"]["classifier"] == "attacks-1"


async def test_every_reason_against_it_is_named(section, patient, get):
    patient.trouble = ["discord has ended: nothing is read there"]
    patient.is_behind(events=1.0, civility_judge=1000.0)
    async with endpoint(section, patient):
        answer = await get("/health")
    assert (answer.status, answer.json["status"]) == (503, "unwell")
    trouble, behind = answer.json["reasons"]
    assert trouble.startswith("discord has ended")
    assert "civility.judge is 1000 seconds behind with 7 waiting" in behind
    assert "lag_limit is 900" in behind


async def test_a_store_that_fails_is_told_and_metrics_go_on_without_it(section, patient, get):
    patient.failure = StorageError("the disk is full: make room")
    async with endpoint(section, patient):
        health, metrics = await get("/health"), await get("/metrics")
    assert (health.status, health.json["reasons"]) == (503, ["the disk is full: make room"])
    assert metrics.status == 200
    assert "folkmoot_up 0.0" in metrics.body
    assert "folkmoot_messages_stored" not in metrics.body


async def test_a_store_that_never_answers_holds_nobody_up(section, patient, get, monkeypatch):
    monkeypatch.setattr(verdict, "PATIENCE", 0.01)
    patient.measures = asyncio.Event().wait
    async with endpoint(section, patient):
        answer = await get("/health")
    assert answer.status == 503
    assert "did not answer" in answer.json["reasons"][0]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:9464", "localhost", "LOCALHOST:80", "[::1]", "[::1]:9464"])
async def test_it_answers_under_this_machines_names(section, patient, get, host):
    async with endpoint(section, patient):
        assert (await get("/health", host=host)).status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:9464", "127.0.0.1.evil.example", "localhost.evil.example", "192.168.1.2", ""]
)
async def test_it_answers_under_no_other_name(section, patient, get, host):
    async with endpoint(section, patient):
        for path in ("/health", "/metrics", "/none"):
            answer = await get(path, host=host)
            assert answer.status == 421
            assert "folkmoot" not in answer.body


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
async def test_it_only_tells(section, patient, get, method):
    async with endpoint(section, patient):
        assert (await get("/health", method=method)).status == 405


async def test_there_is_nothing_else(section, patient, get):
    async with endpoint(section, patient):
        assert (await get("/")).status == 404
        assert (await get("/health/../../etc/passwd")).status == 404


async def test_requests_leave_no_line_in_the_log(section, patient, get):
    stream = io.StringIO()
    configure_logging("debug", "json", stream)
    async with endpoint(section, patient):
        await get("/health")
        await get("/metrics?whose=alice")
        await get("/alice")
    assert stream.getvalue() == ""
    assert not logging.getLogger("aiohttp.access").handlers


async def test_a_port_that_is_taken_is_named(section, patient):
    taken = rf"port {section.port} is taken.*\[monitoring\] port"
    with (
        socket.create_server((section.address, section.port)),
        pytest.raises(ConfigError, match=taken) as refused,
    ):
        async with endpoint(section, patient):
            pass
    assert refused.value.exit_code == 78


async def test_it_lets_go_of_its_port(section, patient, get):
    for _ in range(2):
        async with endpoint(section, patient):
            assert (await get("/health")).status == 200
    with pytest.raises(ConnectionRefusedError):
        await get("/health")


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.2", "example.org", "localhost", ""])
def test_it_can_be_set_to_listen_for_nobody_but_this_machine(address):
    with pytest.raises(ValidationError, match=r"must be '127\.0\.0\.1' or '::1'"):
        MonitoringSection(address=address)


# --- asking it ----------------------------------------------------------------------------------------------------


async def test_who_asks_hears_what_it_says(section, patient):
    patient.trouble = ["discord has ended"]
    async with endpoint(section, patient):
        answer = await asyncio.to_thread(ask, section)
    assert (answer.reasons, answer.told["status"]) == (("discord has ended",), "unwell")


def test_where_nobody_listens_the_asker_is_told_so(section):
    assert "nothing answers" in ask(section).reasons[0]


@pytest.mark.parametrize("said", [b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\n\r\n[1, 2]", b"HTTP/1.1 200 OK\r\n\r\n"])
async def test_another_program_at_the_port_is_not_believed(section, said):
    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        writer.close()

    async with await asyncio.start_server(answer, section.address, section.port):
        answer = await asyncio.to_thread(ask, section)
    assert "is not Folkmoot" in answer.reasons[0]


async def test_it_can_be_asked_by_the_newer_protocol_too(section, patient):
    newer = section.model_copy(update={"address": "::1"})
    try:
        async with endpoint(newer, patient):
            answer = await asyncio.to_thread(ask, newer)
    except ConfigError:
        pytest.skip("this machine has no IPv6")
    assert answer.told["status"] == "ok"
