"""`!help`: the commands that the asker may give here, and how to write each."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from itertools import groupby

from bot.api import (
    Audience,
    Block,
    Code,
    Cog,
    CommandCatalog,
    CommandInfo,
    Document,
    Faint,
    Inlines,
    Invocation,
    Place,
    Standing,
    UserError,
    command,
    heading,
    inlines,
    listing,
    paragraph,
)

_LONGEST_NAME = 40


class Help(Cog):
    """Show the commands that you may give here."""

    name = "help"

    def __init__(self, catalog: CommandCatalog) -> None:
        self._catalog = catalog

    @command(
        "help",
        help="Show the commands you may give here, or how to write one",
        aliases=("commands",),
        place=Place.ANYWHERE,
        audience=Audience.ASIDE,
    )
    async def help(self, call: Invocation, command: str = "") -> Document:
        here = [info for info in self._catalog.all() if usable(info, call)]
        wanted = command.removeprefix(self._catalog.prefix).lower()
        if not wanted:
            return overview(here, self._catalog.prefix, elsewhere=_more_elsewhere(self._catalog.all(), call))
        found = next((info for info in here if wanted in (info.name, *info.aliases)), None)
        if found is None:
            raise UserError(self._unknown(wanted, here))
        return explained(found, self._catalog.prefix)

    def _unknown(self, wanted: str, here: Sequence[CommandInfo]) -> str:
        prefix = self._catalog.prefix
        near = get_close_matches(wanted, [name for info in here for name in (info.name, *info.aliases)], n=1)
        hint = f"Did you mean {prefix}{near[0]}?" if near else f"{prefix}help shows what there is."
        return f"There is no command {prefix}{wanted[:_LONGEST_NAME]} that you may give here. {hint}"


def usable(info: CommandInfo, call: Invocation) -> bool:
    """Whether the caller may give this command where they asked for help."""
    if call.community is None:
        return info.place == Place.ANYWHERE and info.standing is Standing.MEMBER
    in_review_room = call.conversation.room == call.community.review_room
    return info.standing <= call.standing and (info.place != Place.REVIEW_ROOM or in_review_room)


def _more_elsewhere(commands: Iterable[CommandInfo], call: Invocation) -> bool:
    """Whether the caller has further commands in the moderators' room."""
    if call.community is None or call.conversation.room == call.community.review_room:
        return False
    return any(info.place == Place.REVIEW_ROOM and info.standing <= call.standing for info in commands)


def overview(commands: Iterable[CommandInfo], prefix: str, *, elsewhere: bool = False) -> Document:
    """One line per command, grouped by cog; `elsewhere`: there are more in the moderators' room."""
    blocks: list[Block] = []
    by_cog = sorted(commands, key=lambda info: (info.cog, info.name))
    for cog, group in groupby(by_cog, key=lambda info: info.cog):
        blocks += [heading(cog.capitalize(), level=3), listing(*(_line(info, prefix) for info in group))]
    more = " In the moderators' room you have more." if elsewhere else ""
    blocks.append(paragraph(Faint(f"{prefix}help and a command's name shows how to write it.{more}")))
    return Document(tuple(blocks))


def explained(info: CommandInfo, prefix: str) -> Document:
    parts: list[Block] = [paragraph(Code(f"{prefix}{info.usage}")), paragraph(info.help, ".")]
    if info.aliases:
        names = ", ".join(f"{prefix}{alias}" for alias in info.aliases)
        parts.append(paragraph(Faint(f"Also: {names}")))
    return Document(tuple(parts))


def _line(info: CommandInfo, prefix: str) -> Inlines:
    return inlines(Code(f"{prefix}{info.name}"), f" {info.help}")
