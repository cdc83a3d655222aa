"""`folkmoot health`, and the endpoint and signs of life of a bot that runs."""

import socket
import urllib.request

import pytest


@pytest.fixture
def port(config):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = probe.getsockname()[1]
    config.write_text(f"{config.read_text()}\n[monitoring]\nenabled = true\nport = {number}\n")
    return number


@pytest.fixture
def systemd(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.bind(str(tmp_path / "notify"))
        end.settimeout(20)
        yield end


def test_a_running_bot_says_how_it_is(process, folkmoot, config, port, systemd):
    environment = {"NOTIFY_SOCKET": systemd.getsockname(), "WATCHDOG_USEC": "30000000"}
    bot = process("run", "--config", config, **environment)
    assert systemd.recv(4096).startswith(b"READY=1\nSTATUS=running with ")
    assert systemd.recv(4096) == b"WATCHDOG=1"
    bot.type("hello", "!help", "!nosuch alice", "/as Hanna member", "!set civility.threshold 0.5")
    bot.until("how to write it")
    bot.until("moderators")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        metrics = answer.read().decode()
    asked = folkmoot("health", "--config", config)
    assert bot.terminate() == 0
    assert systemd.recv(4096) == b"STOPPING=1\nSTATUS=stopping"
    assert (asked.code, asked.out.splitlines()[0]) == (0, "ok")
    assert "folkmoot_up 1.0" in metrics
    assert 'folkmoot_commands_total{command="help",result="answered"} 1.0' in metrics
    assert 'folkmoot_commands_total{command="",result="unknown"} 1.0' in metrics
    assert 'folkmoot_commands_total{command="set",result="refused"} 1.0' in metrics
    assert 'folkmoot_handler_seconds_count{cog="help"} 1.0' in metrics
    assert 'folkmoot_posts_total{platform="console",result="applied"}' in metrics
    assert "folkmoot_messages_stored_total 4.0" in metrics
    for word in ("hello", "alice", "Hanna", "nosuch", "console:you"):
        assert word not in metrics
    assert "GET " not in bot.said


def test_where_no_bot_runs_it_says_so(folkmoot, config, port):
    asked = folkmoot("health", "--config", config)
    assert (asked.code, asked.err) == (75, "")
    assert "nothing answers at 127.0.0.1" in asked.out


def test_where_the_endpoint_is_off_it_says_how_to_switch_it_on(folkmoot, config):
    asked = folkmoot("health", "--config", config)
    assert asked.code == 78
    assert "[monitoring]" in asked.err


def test_a_port_that_is_taken_keeps_the_bot_from_starting(folkmoot, config, port):
    with socket.create_server(("127.0.0.1", port)):
        asked = folkmoot("run", "--config", config)
    assert asked.code == 78
    assert f"port {port} is taken" in asked.err
    assert "Traceback" not in asked.err


def test_it_listens_for_this_machine_only(folkmoot, config, port):
    config.write_text(config.read_text() + 'address = "0.0.0.0"\n')
    asked = folkmoot("run", "--config", config)
    assert asked.code == 78
    assert "must be '127.0.0.1' or '::1'" in asked.err
