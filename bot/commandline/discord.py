"""Discord as the configuration has it: what the platform is told, and the hosts that it talks to."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.app import PlatformFactory
from bot.config import Config
from bot.config.discord import WebhookSection
from bot.config.secret import secret
from bot.domain.ids import ConversationId, MemberId, platform_of
from bot.egress.hosts import Host, asked_as, stays_here
from bot.errors import ConfigError
from bot.platforms.discord.names import PLATFORM, conversation_id, user_of
from bot.platforms.discord.options import Bridge, Options
from bot.ports.core import CoreOf
from bot.ports.platform import Platform
from bot.scheduling import SystemClock

_TOKEN = "discord_token"  # noqa: S105 - the name of one
_HOSTS = (
    Host("discord.com", "Discord's interface, where requests go"),
    Host(".discord.gg", "Discord's gateways, where events come from; which one, Discord says anew each time"),
)


def discord_platform(config: Config, environment: Mapping[str, str]) -> PlatformFactory:
    """Connects once it is called; until then neither secrets nor libraries are looked for."""

    def connect(core_of: CoreOf) -> Platform:
        from bot.platforms.discord.platform import DiscordPlatform  # noqa: PLC0415 - a second, for those who use it

        options = options_of(config, environment)
        return DiscordPlatform(options, SystemClock(), core_of(PLATFORM))

    return connect


def is_on(config: Config) -> bool:
    """Whether the bot is on Discord: a community has a room there."""
    return config.has_rooms_on(PLATFORM)


def discord_hosts(config: Config) -> tuple[Host, ...]:
    """Discord's own, or those of another server, unless it runs on this machine."""
    section = config.discord
    if section.api_base is None or section.gateway is None:
        return _HOSTS
    named = dict.fromkeys(asked_as(urlsplit(address).hostname or "") for address in (section.api_base, section.gateway))
    return tuple(Host(name, "the server under [discord]") for name in named if not stays_here(name))


def options_of(config: Config, environment: Mapping[str, str]) -> Options:
    """What the platform is told.

    Raises:
        ConfigError: the token is missing or cannot be read; the text says what to set.
    """
    section = config.discord
    accounts = [account for one in config.communities for steward in one.stewards for account in steward.accounts]
    return Options(
        token=token_of(environment),
        api_base=section.api_base,
        gateway=section.gateway,
        shard_count=section.shard_count,
        shard_ids=section.shard_ids,
        communities=tuple(_rooms(community.rooms) for community in config.communities),
        review_rooms=_rooms(community.review_room for community in config.communities),
        stewards=frozenset(user for account in accounts if (user := user_of(MemberId(account))) is not None),
        bridges=tuple(map(_bridge, section.bridge)),
        automod=section.automod,
        command_servers=section.command_servers,
    )


def token_of(environment: Mapping[str, str]) -> SecretStr:
    """The bot's token.

    Raises:
        ConfigError: it is missing or cannot be read; the text says what to set.
    """
    variable = f"FOLKMOOT_{_TOKEN.upper()}"
    if variable not in environment and f"{variable}_FILE" not in environment:
        raise ConfigError(
            f"The bot cannot log in on Discord: set {variable}, or {variable}_FILE to the path of a file that holds "
            "the bot's token. The Developer Portal shows it once: https://discord.com/developers/applications, the "
            "application, Bot, Reset Token."
        )
    return secret(_TOKEN, environment)


def _rooms(rooms: Iterable[str | None]) -> frozenset[ConversationId]:
    return frozenset(ConversationId(room) for room in rooms if room and platform_of(ConversationId(room)) == PLATFORM)


def _bridge(section: WebhookSection) -> Bridge:
    return Bridge(section.webhook, frozenset(map(conversation_id, section.paired)))
