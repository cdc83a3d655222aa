"""What a message says, as people see it: its content, and all else in which words can stand. Pure.

Forwarded messages, polls, components and embeds show words that `content` does not hold: whoever judges the content
alone judges less than what stands in the room.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import discord
from discord import components

from bot.domain.text import storable

_MARK = re.compile(
    r"<(?:@!?(?P<user>\d{1,20})|@&(?P<role>\d{1,20})|#(?P<channel>\d{1,20})|a?:(?P<emoji>\w{1,32}):\d{1,20}"
    r"|t:(?P<time>-?\d{1,17})(?::[tTdDfFR])?|/(?P<command>[^<>:\n]{1,100}):\d{1,20}"
    r"|id:(?P<page>browse|customize|guide|home|linked-roles(?::\d{1,20})?))>"
)
_PAGES = {"browse": "Browse Channels", "customize": "Channels & Roles", "guide": "Server Guide", "home": "Server Guide"}
_MOST_PARTS = 400
"""Components, embeds and their fields of one message; Discord allows 40 components and 10 embeds of 25 fields."""

_DEEPEST = 8
_MOST_OPTIONS = 25


class Names:
    """How the marks in a message's content are shown: by names that the message brings, or that the server knows."""

    def __init__(self, message: discord.Message) -> None:
        self._guild = message.guild
        self._mentioned = {user.id: user.display_name for user in message.mentions}

    def shown(self, content: str) -> str:
        """The content with mentions, channels, emoji and times written as clients write them."""
        return _MARK.sub(self._one, text(content))

    def _one(self, found: re.Match[str]) -> str:
        kind = found.lastgroup
        value = found[kind] if kind else ""
        match kind:
            case "user":
                return f"@{self._user(int(value))}"
            case "role":
                role = self._guild.get_role(int(value)) if self._guild else None
                return f"@{role.name if role else 'deleted-role'}"
            case "channel":
                channel = self._guild.get_channel_or_thread(int(value)) if self._guild else None
                return f"#{channel.name if channel else 'unknown'}"
            case "emoji":
                return f":{value}:"
            case "time":
                return _time(int(value)) or found[0]
            case "command":
                return f"/{value}"
        return f"#{_PAGES.get(value, 'Linked Roles')}"

    def _user(self, user: int) -> str:
        known = self._guild.get_member(user) if self._guild else None
        return known.display_name if known else self._mentioned.get(user, "unknown-user")


def words_of(message: discord.Message, *, embeds: bool) -> str:
    """Everything that a message says, its parts on lines of their own.

    `embeds`: whether its author writes embeds. Those of people are what Discord makes of links, and nobody's words.
    """
    names = Names(message)
    parts = [
        names.shown(message.content),
        *_poll(message.poll),
        *_components(message.components, names),
        *(_embeds(message.embeds, message.content, names) if embeds else ()),
        *(text(attachment.description) for attachment in message.attachments),
    ]
    for snapshot in message.message_snapshots:
        parts += _forwarded(snapshot, names)
    return "\n".join(part for part in parts[:_MOST_PARTS] if part.strip())


def files_of(message: discord.Message) -> tuple[str, ...]:
    """Names of attached files and stickers, also of forwarded ones."""
    found, parts = list[str](), list[discord.Message | discord.MessageSnapshot]([message, *message.message_snapshots])
    for part in parts:
        found += (_file_name(attachment) for attachment in part.attachments)
        found += (text(sticker.name) for sticker in part.stickers)
        found += (text(name) for name in _shown_files(part.components))
    return tuple(name for name in found if name)


def mentioned_in(message: discord.Message) -> tuple[int, ...]:
    """Accounts that the content names, in its order; whom a reply merely notifies is not among them."""
    found = (int(mark["user"]) for mark in _MARK.finditer(message.content) if mark["user"])
    return tuple(dict.fromkeys(user for user in found if user > 0))


def shows_words(message: discord.Message) -> bool:
    """Whether it brings anything of what Discord withholds from bots that may not read what people write."""
    parts = list[discord.Message | discord.MessageSnapshot]([message, *message.message_snapshots])
    return message.poll is not None or any(
        part.content or part.attachments or part.embeds or part.components for part in parts
    )


def text(value: str | None) -> str:
    """What may come as text, or not at all; lines end in a line feed, what no store takes is replaced."""
    return storable(value).replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else ""


# --- parts ------------------------------------------------------------------------------------------------------


def _time(seconds: int) -> str | None:
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError, OSError):
        return None


def _poll(poll: discord.Poll | None) -> Iterator[str]:
    if poll is None:
        return
    yield " ".join(text(poll.question).split())
    for answer in poll.answers:
        said = " ".join(text(answer.text).split())
        if said:
            yield f"- {said}"


def _forwarded(snapshot: discord.MessageSnapshot, names: Names) -> Iterator[str]:
    """Somebody's words that stand elsewhere: a quote. Who said them, Discord does not tell."""
    parts = (
        names.shown(snapshot.content),
        *_components(snapshot.components, names),
        *_embeds(snapshot.embeds, snapshot.content, names),
        *(text(attachment.description) for attachment in snapshot.attachments),
    )
    for part in parts:
        if part.strip():
            yield "\n".join(f"> {line}" for line in part.split("\n"))


def _embeds(embeds: Iterable[discord.Embed], content: str, names: Names) -> Iterator[str]:
    """What an app wrote into embeds, without those that Discord makes of links."""
    for embed in embeds:
        if embed.type != "rich" or (embed.url and embed.url in content):
            continue
        yield names.shown(embed.author.name or "")
        yield names.shown(embed.title or "")
        yield names.shown(embed.description or "")
        for field in embed.fields:
            yield f"{names.shown(field.name or '')}: {names.shown(field.value or '')}"
        yield names.shown(embed.footer.text or "")


def _components(parts: Iterable[object], names: Names, depth: int = 0) -> Iterator[str]:
    for part in parts if depth < _DEEPEST else ():
        yield from _component(part, names, depth)


def _component(part: object, names: Names, depth: int) -> Iterator[str]:
    match part:
        case components.TextDisplay():
            yield names.shown(part.content)
        case components.ActionRow() | components.Container():
            yield from _components(part.children, names, depth + 1)
        case components.SectionComponent():
            yield from _components((*part.children, part.accessory), names, depth + 1)
        case components.LabelComponent():
            yield text(part.label)
            yield text(part.description)
            yield from _components((part.component,), names, depth + 1)
        case components.Button():
            yield text(part.label)
        case components.SelectMenu():
            yield text(part.placeholder)
            yield from (text(option.label) for option in part.options[:_MOST_OPTIONS])
        case components.RadioGroupComponent() | components.CheckboxGroupComponent():
            yield from (text(option.label) for option in part.options[:_MOST_OPTIONS])
        case components.TextInput():
            yield text(part.label)
            yield text(part.value)
        case components.MediaGalleryComponent():
            yield from (text(item.description) for item in part.items)
        case components.ThumbnailComponent():
            yield text(part.description)


def _shown_files(parts: Iterable[object], depth: int = 0) -> Iterator[str]:
    for part in parts if depth < _DEEPEST else ():
        if isinstance(part, components.FileComponent):
            yield part.name or ""
        elif isinstance(part, components.Container):
            yield from _shown_files(part.children, depth + 1)


def _file_name(attachment: discord.Attachment) -> str:
    """The name that people gave it, where Discord had to change it for its address."""
    return " ".join(text(attachment.title or attachment.filename).split()) or "unnamed"
