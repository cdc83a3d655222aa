"""Which names a declared host covers, and which never leave the machine."""

import pytest

from bot.egress.hosts import Host, stays_here


@pytest.mark.parametrize(
    ("declared", "asked", "covered"),
    [
        ("matrix.example.org", "matrix.example.org", True),
        ("matrix.example.org", "MATRIX.example.org.", True),
        ("matrix.example.org", "evil-matrix.example.org", False),
        ("matrix.example.org", "matrix.example.org.evil.net", False),
        ("matrix.example.org", "sub.matrix.example.org", False),
        (".discord.com", "gateway.discord.com", True),
        (".discord.com", "discord.com", False),
        (".discord.com", "notdiscord.com", False),
        (".discord.com", "discord.com.evil.net", False),
    ],
)
def test_a_declared_host_covers_its_own_names_alone(declared, asked, covered):
    assert Host(declared, "talk").covers(asked) is covered


@pytest.mark.parametrize(
    "name", ["localhost", "Localhost.", "127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1", "", "::"]
)
def test_this_machine_is_no_way_out(name):
    assert stays_here(name)


@pytest.mark.parametrize(
    "name",
    [
        "example.org",
        "localhost.evil.net",
        "127.0.0.1.evil.net",
        "10.0.0.1",
        "192.168.1.1",
        "fe80::1%eth0",
        "2001:db8::1",
    ],
)
def test_everything_else_is(name):
    assert not stays_here(name)
