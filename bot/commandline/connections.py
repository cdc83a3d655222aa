"""The platforms that a configuration connects to, and the hosts that each of them talks to."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.app import PlatformFactory
from bot.commandline.aliases import settled
from bot.commandline.discord import discord_hosts, discord_platform, is_on, token_of
from bot.commandline.matrix import login_secrets, matrix_hosts, matrix_platform
from bot.commandline.run import console_platform
from bot.config import Config
from bot.egress.hosts import Host
from bot.platforms.discord import names as discord_names
from bot.platforms.matrix import names as matrix_names

CONSOLE, MATRIX, DISCORD = "console", matrix_names.PLATFORM, discord_names.PLATFORM


@dataclass(frozen=True, slots=True)
class Connection:
    """One platform; `hosts` are all that it ever talks to, this machine left out."""

    name: str
    connect: PlatformFactory
    hosts: tuple[Host, ...] = ()


def connections(config: Config) -> list[Connection]:
    """In the order in which they are connected.

    The console is left out where the bot is elsewhere and no community has a room on it: what is typed there would
    belong nowhere, and a service has no terminal.
    """
    found: list[Connection] = []
    if config.matrix.is_on:
        found.append(Connection(MATRIX, matrix_platform(config, os.environ), matrix_hosts(config)))
    if is_on(config):
        found.append(Connection(DISCORD, discord_platform(config, os.environ), discord_hosts(config)))
    if not found or config.has_rooms_on(CONSOLE):
        found.append(Connection(CONSOLE, console_platform(config)))
    return found


async def prepared(config: Config) -> tuple[Config, Sequence[PlatformFactory]]:
    """What must be asked for before the bot can be built: ids of rooms that are named by their addresses.

    Raises:
        ConfigError: there is no such room, or a secret is missing.
    """
    if config.matrix.is_on:
        login_secrets(os.environ)  # before anything is loaded or asked
    if is_on(config):
        token_of(os.environ)
    config = await settled(config)
    return config, [connection.connect for connection in connections(config)]


def hosts_of(connected: Iterable[Connection]) -> list[Host]:
    return [host for connection in connected for host in connection.hosts]
