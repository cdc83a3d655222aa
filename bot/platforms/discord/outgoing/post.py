"""One message as it is to be sent, and how discord.py wants it."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import discord

from bot.domain.document import Picture
from bot.domain.text import harmless
from bot.platforms.discord.render.blocks import LONGEST_DESCRIPTION
from bot.platforms.discord.render.cards import Button, Card
from bot.platforms.discord.render.contents import Content
from bot.platforms.discord.render.spans import clipped

_LONGEST_NAME = 60
_UNFIT = re.compile(r"[^\w .()-]")
WHOLE = "whole-text.txt"
"""The file that a text goes into where it is too long to be posted."""


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    data: bytes
    description: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """`card` or else `text`, which is content with `rows` of buttons under it."""

    text: str = ""
    card: Card | None = None
    meant: tuple[int, ...] = ()
    files: tuple[Attachment, ...] = ()
    rows: tuple[tuple[Button, ...], ...] = ()
    reply_to: int | None = None

    @property
    def allowed(self) -> discord.AllowedMentions:
        """Exactly those whom it is meant to notify."""
        users = [discord.Object(user) for user in self.meant]
        return discord.AllowedMentions(everyone=False, roles=False, replied_user=False, users=users)

    def attached(self) -> list[discord.File]:
        """New ones for each request: sending uses them up."""
        return [
            discord.File(io.BytesIO(file.data), filename=file.name, description=file.description or None)
            for file in self.files
        ]


def of_content(content: Content) -> Post:
    whole = (Attachment(WHOLE, content.whole.encode("utf-8", "replace")),) if content.whole is not None else ()
    return Post(content.text, meant=content.meant, files=(*pictures(content.pictures), *whole))


def of_card(card: Card) -> Post:
    return Post(card=card, meant=card.meant, files=pictures(card.pictures))


def pictures(given: Sequence[Picture]) -> tuple[Attachment, ...]:
    """With what each shows, for whoever does not see it."""
    return tuple(
        Attachment(f"picture-{number}.png", picture.png, _described(picture)) for number, picture in enumerate(given, 1)
    )


def layout(card: Card, marker: int) -> discord.ui.LayoutView:
    """Text, pictures and buttons in one frame. It is at rest from the beginning: presses come by their custom ids."""
    frame: discord.ui.Container[discord.ui.LayoutView] = discord.ui.Container(
        discord.ui.TextDisplay(card.text), accent_colour=int(card.colour), id=marker
    )
    if card.pictures:
        shown = [
            discord.MediaGalleryItem(f"attachment://{file.name}", description=file.description or None)
            for file in pictures(card.pictures)
        ]
        frame.add_item(discord.ui.MediaGallery(*shown))
    if card.rows:
        frame.add_item(discord.ui.Separator())
    for row in card.rows:
        frame.add_item(discord.ui.ActionRow(*map(_button, row)))
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(frame)
    view.stop()
    return view


def under(rows: Sequence[Sequence[Button]]) -> discord.ui.View:
    """Buttons below a message's content, at rest likewise."""
    view = discord.ui.View(timeout=None)
    for number, row in enumerate(rows):
        for each in row:
            button = _button(each)
            button.row = number
            view.add_item(button)
    view.stop()
    return view


def file_name(name: str) -> str:
    """The name without the folders before it, and with what Discord keeps in names, which are a header's part, too."""
    bare = PurePosixPath(harmless(name).replace("\\", "/").replace("\ufffd", "")).name
    stem, dot, kind = " ".join(_UNFIT.sub("_", bare).split()).rpartition(".")
    whole = f"{stem[:_LONGEST_NAME]}{dot}{kind[:_LONGEST_NAME]}".strip()
    return whole if whole.strip("._ ") else "file"


def _button(button: Button) -> "discord.ui.Button[discord.ui.View]":
    style = discord.ButtonStyle.danger if button.danger else discord.ButtonStyle.secondary
    return discord.ui.Button(
        style=style, label=button.label or None, emoji=button.emoji or None, custom_id=button.custom_id
    )


def _described(picture: Picture) -> str:
    return " ".join(clipped(harmless(picture.description), LONGEST_DESCRIPTION).split()) or "picture"
