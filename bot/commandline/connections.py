"""The platforms that a configuration connects to, and the hosts that each of them talks to."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.app import PlatformFactory
from bot.commandline.run import console_platform
from bot.config import Config
from bot.egress.hosts import Host


@dataclass(frozen=True, slots=True)
class Connection:
    """One platform; `hosts` are all that it ever talks to, this machine left out."""

    name: str
    connect: PlatformFactory
    hosts: tuple[Host, ...] = ()


def connections(config: Config) -> list[Connection]:
    """In the order in which they are connected."""
    return [Connection("console", console_platform(config))]


def hosts_of(connected: Iterable[Connection]) -> list[Host]:
    return [host for connection in connected for host in connection.hosts]
