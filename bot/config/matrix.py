"""The Matrix section: which account on which homeserver, whom it trusts, what it shows."""

import re
from typing import Annotated, Self

from pydantic import AfterValidator, model_validator

from bot.config.section import Section, setting


def _user(text: str) -> str:
    if not re.fullmatch(r"@[^:\s]+:\S+", text):
        raise ValueError(f"{text!r} must be written @name:server, as in '@folkmoot:example.org'")
    return text


def _user_pattern(text: str) -> str:
    if not re.fullmatch(r"@[^:\s]+:\S+", text):
        raise ValueError(f"{text!r} must be written @name:server, * for any letters, as in '@_discord_*:example.org'")
    return text


def _inviter(text: str) -> str:
    if not re.fullmatch(r"(@[^:\s]+:)?[a-zA-Z0-9.\-:\[\]]+", text):
        raise ValueError(f"{text!r} must be a user such as '@ada:example.org' or a server such as 'example.org'")
    return text


def _address(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", text):
        raise ValueError(f"{text!r} must be an address such as 'https://matrix.example.org'")
    return text.rstrip("/")


def _matrix_room(text: str) -> str:
    if not re.fullmatch(r"[!#]\S+", text):
        raise ValueError(f"{text!r} must be a room such as '#list:example.org' or '!abc:example.org'")
    return text


def matrix_id(text: str) -> str:
    """What stands behind `matrix:` in a community: a room, its alias, or an account.

    Raises:
        ValueError: it is none of these; the text says how they are written.
    """
    if not re.fullmatch(r"!\S+|[#@][^:\s]+:\S+", text):
        raise ValueError(
            f"'matrix:{text}' must be a room such as 'matrix:#square:example.org' or 'matrix:!abc:example.org', or an "
            "account such as 'matrix:@ada:example.org'"
        )
    return text


UserId = Annotated[str, AfterValidator(_user)]
UserPattern = Annotated[str, AfterValidator(_user_pattern)]
Inviter = Annotated[str, AfterValidator(_inviter)]
Address = Annotated[str, AfterValidator(_address)]
MatrixRoom = Annotated[str, AfterValidator(_matrix_room)]


class BridgeSection(Section):
    """A bridge that brings people of another network into rooms: they count as people."""

    puppets: UserPattern = setting(
        ..., "The accounts that stand for people, * for any letters.", examples=["@_discord_*:example.org"]
    )
    bot: UserId | None = setting(
        None, "The bridge's own account, which is no person.", examples=["@discordbot:example.org"]
    )
    paired: tuple[MatrixRoom, ...] = setting(
        (),
        "Rooms whose other side the bot reads itself, on that network: there it leaves the puppets out, so that "
        "nobody is heard twice.",
        examples=[["!abc:example.org"]],
    )


class MatrixSection(Section):
    """The bot's account on Matrix, as docs/matrix.md explains.

    Its access token or password comes from the environment: FOLKMOOT_MATRIX_TOKEN or FOLKMOOT_MATRIX_PASSWORD, or
    either with _FILE behind it as the path of a file. FOLKMOOT_MATRIX_ADMIN_TOKEN, of a server admin, lets the bot show
    Synapse's reports, too.
    """

    homeserver: Address | None = setting(
        None,
        "The homeserver's address; without one the bot is not on Matrix.",
        examples=["https://matrix.example.org"],
        chat=False,
    )
    user: UserId | None = setting(None, "The bot's account there.", examples=["@folkmoot:example.org"], chat=False)
    device_name: str = setting(
        "Folkmoot", "What the bot's login is called in lists of devices.", min_length=1, max_length=100
    )
    encryption: bool = setting(
        True,
        "Take part in encrypted rooms. Their messages are then kept readable by the bot, as those of other rooms are; "
        "each such room is told so once. Switch it off to stay out of what is encrypted.",
    )
    inviters: tuple[Inviter, ...] = setting(
        (),
        "Whose invitations are accepted besides those of the communities' stewards: users, or servers for everybody "
        "there. All others are declined.",
        examples=[["@ada:example.org", "example.org"]],
    )
    bots: tuple[UserPattern, ...] = setting(
        (),
        "Accounts that are no people: what they write is neither judged nor summed up. * stands for any letters.",
        examples=[["@feeds:example.org"]],
    )
    report_emoji: str = setting(
        "🚩",
        "Whoever reacts to a message with it reports the message to the moderators; empty: nobody can.",
        max_length=16,
    )
    policy_lists: tuple[MatrixRoom, ...] = setting(
        (),
        "Rooms with policy rules (m.policy.rule) of people whom others have banned: shown on cards, never acted on. "
        "The bot must be able to join them.",
        examples=[["#bans:example.org"]],
    )
    bridge: tuple[BridgeSection, ...] = setting((), "Bridges to other networks.")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.homeserver is None and self.user is not None:
            raise ValueError(
                "homeserver is missing beside user: the homeserver's address, such as 'https://matrix.example.org'; "
                "without both the bot is not on Matrix"
            )
        if self.user is None and self.homeserver is not None:
            raise ValueError(
                "user is missing beside homeserver: the bot's account, such as '@folkmoot:example.org'; without both "
                "the bot is not on Matrix"
            )
        return self

    @property
    def is_on(self) -> bool:
        return self.homeserver is not None
