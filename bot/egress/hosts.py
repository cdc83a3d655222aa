"""Hosts that somebody declared, and which names and addresses never leave the machine."""

import ipaddress
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Host:
    """A host that the bot talks to.

    Attributes:
        name: "matrix.example.org", or with a leading dot every name below: ".discord.com".
        why: what for, as `folkmoot doctor --egress` says it.
    """

    name: str
    why: str

    def covers(self, name: str) -> bool:
        """Whether a name, as a program gave it, is this host or lies below it."""
        own, asked = self.name.lower(), plain_name(name)
        return asked.endswith(own) if own.startswith(".") else asked == own


def plain_name(name: str) -> str:
    """Without what makes no difference to a resolver."""
    return name.lower().removesuffix(".")


def stays_here(name: str) -> bool:
    """Whether a host is this machine: loopback, or the address that stands for any of its own."""
    if plain_name(name) in {"", "localhost"}:
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback or address.is_unspecified


def asked_as(host: str) -> str:
    """A host of an address as a resolver is asked for it: letters of all alphabets in their plain form."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host
