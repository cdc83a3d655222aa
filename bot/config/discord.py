"""The Discord section: where it is, how it is shared out, whom webhooks carry; how ids are written."""

import re
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, model_validator

from bot.config.section import Section, setting

_NUMBER = re.compile(r"[1-9]\d{0,19}", re.ASCII)
_LINK = re.compile(
    r"<?(?:https?://)?(?:(?:www|ptb|canary)\.)?discord(?:app)?\.com/channels/(?P<server>@me|\d{1,20})"
    r"(?:/(?P<channel>\d{1,20}))?(?:/\d{1,20})?/?(?:[?#]\S{0,200})?>?",
    re.ASCII | re.IGNORECASE,
)
_INVITE = re.compile(
    r"(?:https?://)?(?:(?:www\.)?discord\.gg|(?:\w{1,10}\.)?discord(?:app)?\.com/invite)/\S*", re.ASCII | re.IGNORECASE
)
_MENTION = re.compile(r"<(?P<sign>#|@!?|@&)(?P<number>\d{1,20})>", re.ASCII)
_PREFIX = "discord:"
_EXAMPLE = 1098765432109876543
_COPY = (
    "in Discord switch on User Settings, Advanced, Developer Mode; then right-click the channel (or the person), Copy "
    "Channel ID (Copy User ID)"
)
_LARGEST_SHARD_COUNT = 10_000


def discord_id(text: str) -> str:
    """What stands behind `discord:` in a community: the number of a channel, or of an account.

    Raises:
        ValueError: it is none; the text says how it is written, with the number where what was pasted holds it.
    """
    if _NUMBER.fullmatch(text):
        return text
    raise ValueError(_wrong(text))


def without_links(text: str) -> str:
    """A text that is no link of Discord's, which would pass for an id of the platform "https".

    Raises:
        ValueError: it is one, or a mention; the text says what to write.
    """
    if _LINK.fullmatch(text) or _INVITE.fullmatch(text) or _MENTION.fullmatch(text):
        raise ValueError(_wrong(text))
    return text


def channel_linked(text: str) -> str | None:
    """The number of the channel that a link or a mention names; None for anything else."""
    if link := _LINK.fullmatch(text):
        return None if link["server"] == "@me" else link["channel"]
    mention = _MENTION.fullmatch(text)
    return mention["number"] if mention and mention["sign"] == "#" else None


def _wrong(text: str) -> str:
    shown = f"'{text}'" if _LINK.fullmatch(text) or _INVITE.fullmatch(text) else f"'{_PREFIX}{text}'"
    if link := _LINK.fullmatch(text):
        if link["server"] == "@me":
            return f"{shown} is a private conversation, which nobody else is in: name a channel of a server"
        if link["channel"] is None:
            return f"{shown} is a whole server: name its channels one by one; {_COPY}"
        return f"{shown} is a link: write '{_PREFIX}{link['channel']}'"
    if _INVITE.fullmatch(text):
        return f"{shown} is an invitation to a server, not a channel: {_COPY}, and write '{_PREFIX}NUMBER'"
    if mention := _MENTION.fullmatch(text):
        if mention["sign"] == "@&":
            return f"'{text}' is a role, not a channel or a person: {_COPY}, and write '{_PREFIX}NUMBER'"
        return f"'{text}' is a mention: write '{_PREFIX}{mention['number']}'"
    return f"{shown} must be a number, as in '{_PREFIX}{_EXAMPLE}': names can be changed there, numbers stay; {_COPY}"


def _number(value: Any) -> Any:
    """A number, also in quotation marks or written as communities write it."""
    if isinstance(value, bool):
        raise ValueError(f"{str(value).lower()} must be an id such as {_EXAMPLE}")  # noqa: TRY004 - pydantic asks for it
    if not isinstance(value, str):
        return value
    text = without_links(value.strip()).removeprefix(_PREFIX)
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{value!r} must be an id such as {_EXAMPLE}; {_COPY}")
    return int(text)


def _id(number: int) -> int:
    if number < 1 or not _NUMBER.fullmatch(str(number)):
        raise ValueError(f"{number} must be an id such as {_EXAMPLE}")
    return number


def _api(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", text):
        raise ValueError(f"{text!r} must be an address such as 'http://127.0.0.1:8080/api/v10'")
    return text.rstrip("/")


def _gateway(text: str) -> str:
    if not re.fullmatch(r"wss?://[^\s/?#]+(/[^\s?#]*)?", text):
        raise ValueError(f"{text!r} must be an address such as 'ws://127.0.0.1:8080/'")
    return text


DiscordId = Annotated[int, BeforeValidator(_number), AfterValidator(_id)]
ApiBase = Annotated[str, AfterValidator(_api)]
Gateway = Annotated[str, AfterValidator(_gateway)]


class WebhookSection(Section):
    """A webhook that carries people: a bridge from another network, a proxy such as PluralKit. All others are bots."""

    webhook: DiscordId = setting(
        ...,
        "The webhook's id (the first number in its address), or the id of the application that makes such webhooks: "
        "466378653216014359 is PluralKit's.",
        examples=[466378653216014359],
    )
    paired: tuple[DiscordId, ...] = setting(
        (),
        "Channels whose other side the bot reads itself, on that network: there it leaves this webhook out, so that "
        "nobody is heard twice.",
        examples=[[_EXAMPLE]],
    )


class DiscordSection(Section):
    """The bot on Discord, as docs/discord.md explains. It is there as soon as a community has a room `discord:NUMBER`.

    Its token comes from the environment: FOLKMOOT_DISCORD_TOKEN, or FOLKMOOT_DISCORD_TOKEN_FILE as the path of a file.
    """

    application: DiscordId | None = setting(
        None,
        "The application's id, from the Developer Portal: `folkmoot doctor` can then show the invite link before there "
        "is a token, and says so if the token is another bot's.",
        examples=[_EXAMPLE],
        chat=False,
    )
    automod: bool = setting(
        True, "Bring the alerts of Discord's own AutoMod before the moderators, as cards like all others."
    )
    command_servers: tuple[DiscordId, ...] = setting(
        (),
        "Servers that alone get the slash commands, and at once; none: every server, where clients may take an hour to "
        "show a change.",
        examples=[[_EXAMPLE]],
    )
    shard_count: int | None = setting(
        None,
        "How many connections the servers are shared out to; without it as many as Discord advises.",
        examples=[2],
        ge=1,
        le=_LARGEST_SHARD_COUNT,
        chat=False,
    )
    shard_ids: tuple[int, ...] | None = setting(
        None,
        "Which of these connections this process makes, counted from 0; without it all of them.",
        examples=[[0, 1]],
        chat=False,
    )
    api_base: ApiBase | None = setting(
        None,
        "Where requests go to, for another server that speaks Discord's language; without it Discord itself.",
        examples=["http://127.0.0.1:8080/api/v10"],
        chat=False,
    )
    gateway: Gateway | None = setting(
        None, "Where events come from, beside api_base.", examples=["ws://127.0.0.1:8080/"], chat=False
    )
    bridge: tuple[WebhookSection, ...] = setting((), "Webhooks that carry people.")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.api_base is None) != (self.gateway is None):
            missing, given = ("gateway", "api_base") if self.gateway is None else ("api_base", "gateway")
            raise ValueError(
                f"{missing} is missing beside {given}: both name another server, or neither does; the token would go "
                "to two places"
            )
        return self

    @model_validator(mode="after")
    def _shards_exist(self) -> Self:
        if self.shard_ids is None:
            return self
        if self.shard_count is None:
            raise ValueError("shard_count is missing beside shard_ids: how many there are altogether")
        wrong = [one for one in self.shard_ids if not 0 <= one < self.shard_count]
        if wrong or not self.shard_ids or len(set(self.shard_ids)) < len(self.shard_ids):
            raise ValueError(
                f"shard_ids must be different numbers from 0 to {self.shard_count - 1}, since shard_count is "
                f"{self.shard_count}"
            )
        return self
