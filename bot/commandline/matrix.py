"""Matrix as the configuration has it: what the platform is told, and the host that it talks to."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.app import PlatformFactory
from bot.commandline.aliases import matrix_folder
from bot.config import Config
from bot.config.matrix import BridgeSection
from bot.config.secret import secret
from bot.domain.ids import ConversationId, MemberId, platform_of
from bot.egress.hosts import Host, asked_as, stays_here
from bot.errors import ConfigError
from bot.platforms.matrix.names import PLATFORM, conversation_id, user_of
from bot.platforms.matrix.options import Bridge, Options
from bot.ports.core import CoreOf
from bot.ports.platform import Platform
from bot.scheduling import SystemClock

_TOKEN, _PASSWORD, _ADMIN_TOKEN = "matrix_token", "matrix_password", "matrix_admin_token"


def matrix_platform(config: Config, environment: Mapping[str, str]) -> PlatformFactory:
    """Connects once it is called; until then neither secrets nor libraries are looked for."""

    def connect(core_of: CoreOf) -> Platform:
        from bot.platforms.matrix.platform import MatrixPlatform  # noqa: PLC0415 - half a second, for those who use it

        options = options_of(config, environment)
        return MatrixPlatform(options, SystemClock(), core_of(PLATFORM))

    return connect


def matrix_hosts(config: Config) -> tuple[Host, ...]:
    """The homeserver, unless it runs on this machine."""
    name = asked_as(urlsplit(config.matrix.homeserver or "").hostname or "")
    return () if stays_here(name) else (Host(name, f"the homeserver of {config.matrix.user}"),)


def options_of(config: Config, environment: Mapping[str, str]) -> Options:
    """What the platform is told.

    Raises:
        ConfigError: a secret is missing or cannot be read; the text says what to set.
    """
    section = config.matrix
    token, password = login_secrets(environment)
    accounts = (account for one in config.communities for steward in one.stewards for account in steward.accounts)
    stewards = list(_users(accounts))
    return Options(
        homeserver=section.homeserver or "",
        user=section.user or "",
        folder=matrix_folder(config),
        token=token,
        password=password,
        admin_token=admin_secret(environment),
        device_name=section.device_name,
        encryption=section.encryption,
        inviters=tuple(dict.fromkeys([*section.inviters, *stewards])),
        stewards=frozenset(stewards),
        bots=section.bots,
        bridges=tuple(map(_bridge, section.bridge)),
        report_emoji=section.report_emoji,
        policy_lists=section.policy_lists,
        communities=tuple(_rooms(community.rooms) for community in config.communities),
        review_rooms=_rooms(community.review_room for community in config.communities),
        retention_days={
            room: community.retention_days
            for community in config.communities
            for room in _rooms([*community.rooms, community.review_room])
        },
        off_record=config.record.markers,
    )


def login_secrets(environment: Mapping[str, str]) -> tuple[SecretStr | None, SecretStr | None]:
    """Token and password, of which one is given.

    Raises:
        ConfigError: none is, or both are, or one cannot be read.
    """
    given = {name for name in (_TOKEN, _PASSWORD) if _is_given(name, environment)}
    if len(given) > 1:
        raise ConfigError(
            "Both an access token and a password are set for Matrix: unset FOLKMOOT_MATRIX_TOKEN(_FILE) or "
            "FOLKMOOT_MATRIX_PASSWORD(_FILE)."
        )
    if not given:
        raise ConfigError(
            "The bot cannot log in on Matrix: set FOLKMOOT_MATRIX_PASSWORD, or FOLKMOOT_MATRIX_PASSWORD_FILE to the "
            "path of a file that holds the password; or FOLKMOOT_MATRIX_TOKEN (or _FILE) with an access token."
        )
    (name,) = given
    found = secret(name, environment)
    return (found, None) if name == _TOKEN else (None, found)


def admin_secret(environment: Mapping[str, str]) -> SecretStr | None:
    """The token of a server admin, which need not be given.

    Raises:
        ConfigError: it is, and cannot be read.
    """
    return secret(_ADMIN_TOKEN, environment) if _is_given(_ADMIN_TOKEN, environment) else None


def _is_given(name: str, environment: Mapping[str, str]) -> bool:
    variable = f"FOLKMOOT_{name.upper()}"
    return variable in environment or f"{variable}_FILE" in environment


def _users(accounts: Iterable[str]) -> list[str]:
    return [user_of(MemberId(account)) for account in accounts if platform_of(MemberId(account)) == PLATFORM]


def _rooms(rooms: Iterable[str | None]) -> frozenset[ConversationId]:
    return frozenset(ConversationId(room) for room in rooms if room and platform_of(ConversationId(room)) == PLATFORM)


def _bridge(section: BridgeSection) -> Bridge:
    return Bridge(section.puppets, section.bot, frozenset(map(conversation_id, section.paired)))
