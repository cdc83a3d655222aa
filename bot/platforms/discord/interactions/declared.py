"""The command table as Discord's own commands: slash commands and menus of messages, within Discord's limits. Pure."""

import inspect
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import discord
from discord import app_commands

from bot.domain.member import Standing
from bot.platforms.discord.interactions.arguments import LARGEST_NUMBER, shortened, shown_as
from bot.ports.knowledge import CommandInfo, Kind, ParameterInfo

MOST_COMMANDS, MOST_MENUS, MOST_OPTIONS, MOST_CHOICES = 100, 5, 25, 25
LONGEST_VALUE, LONGEST_MENU = 100, 32
LONGEST_COMMAND = 8_000
"""Characters of names, descriptions and values of one command, all together."""

ANYWHERE = "anywhere"
"""What `CommandInfo.place` says of commands that may be given in direct messages."""

Declared = app_commands.Command[Any, ..., None] | app_commands.ContextMenu

_PHRASES = {
    Kind.TEXT: "Text",
    Kind.WHOLE_NUMBER: "A whole number",
    Kind.NUMBER: "A number",
    Kind.YES_OR_NO: "Yes or no",
    Kind.DURATION: "How long: 90s, 15m, 2h, 3d or 1w",
    Kind.MEMBER: "A member, also one who has left",
    Kind.MESSAGE: "The link of a message",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """What Discord is told; `left_out` are commands and menus for which there was no room, by the names they have."""

    commands: tuple[Declared, ...]
    left_out: tuple[str, ...] = ()


def offer(infos: Iterable[CommandInfo]) -> Offer:
    """All commands that fit, in the order given; those of members come first where there are too many."""
    ordered = sorted(infos, key=lambda info: info.standing >= Standing.MODERATOR)
    slash: dict[str, Declared] = {}
    menus: dict[str, Declared] = {}
    left_out: list[str] = []
    for info in ordered:
        name = shown_as(info.name)
        command = _slash(info, name) if name and name not in slash and len(slash) < MOST_COMMANDS else None
        if command is None:
            left_out.append(info.name)
        else:
            slash[name] = command
        if info.menu is None:
            continue
        title = shortened(info.menu, LONGEST_MENU)
        if title in menus or len(menus) == MOST_MENUS:
            left_out.append(info.menu)
        else:
            menus[title] = _menu(info, title)
    return Offer((*slash.values(), *menus.values()), tuple(left_out))


def behind_menu(infos: Iterable[CommandInfo], title: str) -> CommandInfo | None:
    """The command that a menu's line stands for."""
    return next((info for info in infos if info.menu is not None and shortened(info.menu, LONGEST_MENU) == title), None)


def offered(info: CommandInfo) -> tuple[ParameterInfo, ...]:
    """The parameters that become options: required ones first, at most 25; the others can be given in a message."""
    ordered = sorted(info.parameters, key=lambda parameter: not parameter.required)
    unique = {shown_as(parameter.name): parameter for parameter in reversed(ordered)}
    return tuple(parameter for parameter in ordered if unique.get(shown_as(parameter.name)) is parameter)[:MOST_OPTIONS]


def completions(parameter: ParameterInfo, typed: str) -> list[str]:
    """Choices that go on as was typed, then those that hold it anywhere."""
    sought = typed.strip().lower()
    fitting = [choice for choice in parameter.choices if len(choice) <= LONGEST_VALUE and sought in choice.lower()]
    return sorted(fitting, key=lambda choice: not choice.lower().startswith(sought))[:MOST_CHOICES]


# --- commands ---------------------------------------------------------------------------------------------------------


def _slash(info: CommandInfo, name: str) -> Declared | None:
    """With its choices spelled out where there is room for them, else completed while somebody types."""
    spelled = [p for p in offered(info) if 0 < len(p.choices) <= MOST_CHOICES and not _too_long(p)]
    while True:
        command = _built(info, name, spelled)
        if _length(command) <= LONGEST_COMMAND:
            return command
        if not spelled:
            return None
        spelled.remove(max(spelled, key=lambda parameter: sum(map(len, parameter.choices))))


def _too_long(parameter: ParameterInfo) -> bool:
    return any(not 1 <= len(choice) <= LONGEST_VALUE for choice in parameter.choices)


def _built(info: CommandInfo, name: str, spelled: Sequence[ParameterInfo]) -> "app_commands.Command[Any, ..., None]":
    parameters = offered(info)
    callback = _callback(parameters)
    app_commands.describe(**{p.name: _described(p) for p in parameters})(callback)
    app_commands.rename(**{p.name: shown_as(p.name) for p in parameters})(callback)
    app_commands.choices(
        **{p.name: [app_commands.Choice(name=choice, value=choice) for choice in p.choices] for p in spelled}
    )(callback)
    completed = [parameter for parameter in parameters if parameter.choices and parameter not in spelled]
    app_commands.autocomplete(**dict.fromkeys((p.name for p in completed), _nothing_more))(callback)
    command: app_commands.Command[Any, ..., None] = app_commands.Command(
        name=name, description=shortened(info.help) or name, callback=callback
    )
    _bound(command, info)
    return command


def _menu(info: CommandInfo, title: str) -> Declared:
    async def opened(interaction: discord.Interaction, message: discord.Message) -> None:
        """Taken before it gets here: see `Tree`."""

    menu = app_commands.ContextMenu(name=title, callback=opened)
    _bound(menu, info)
    return menu


def _bound(command: Declared, info: CommandInfo) -> None:
    """Who sees it where. Discord only hides it: whether it may be given is for the core to say."""
    direct = info.place == ANYWHERE
    command.guild_only = not direct
    command.allowed_contexts = app_commands.AppCommandContext(guild=True, dm_channel=direct, private_channel=False)
    command.allowed_installs = app_commands.AppInstallationType(guild=True, user=False)
    command.default_permissions = _permissions(info.standing)


def _permissions(standing: Standing) -> discord.Permissions | None:
    if standing >= Standing.ADMIN:
        return discord.Permissions(manage_guild=True)
    return discord.Permissions(moderate_members=True) if standing >= Standing.MODERATOR else None


def _callback(parameters: Sequence[ParameterInfo]) -> Callable[..., Coroutine[Any, Any, None]]:
    """A function with that signature, which is all that discord.py reads of it."""

    async def given(interaction: discord.Interaction, **values: object) -> None:
        """Taken before it gets here: see `Tree`."""

    first = inspect.Parameter("interaction", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=discord.Interaction)
    others = [
        inspect.Parameter(
            parameter.name,
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            default=inspect.Parameter.empty if parameter.required else None,
            annotation=_annotation(parameter),
        )
        for parameter in parameters
    ]
    given.__signature__ = inspect.Signature([first, *others])  # type: ignore[attr-defined] # inspect's own protocol
    return given


async def _nothing_more(_interaction: discord.Interaction, _typed: str) -> list[app_commands.Choice[str]]:
    """Answered before it gets here: see `Tree`."""
    return []


def _annotation(parameter: ParameterInfo) -> Any:
    match parameter.kind:
        case Kind.WHOLE_NUMBER:
            return app_commands.Range[int, -LARGEST_NUMBER, LARGEST_NUMBER]
        case Kind.NUMBER:
            return app_commands.Range[float, -LARGEST_NUMBER, LARGEST_NUMBER]
        case Kind.YES_OR_NO:
            return bool
        case Kind.MEMBER:
            return discord.User
        case _:
            return str


def _described(parameter: ParameterInfo) -> str:
    if parameter.choices:
        return shortened(f"One of: {', '.join(parameter.choices)}")
    return _PHRASES.get(parameter.kind, "Text")


def _length(command: "app_commands.Command[Any, ..., None]") -> int:
    options = sum(
        len(option.display_name)
        + len(option.description)
        + sum(len(choice.name) + len(str(choice.value)) for choice in option.choices)
        for option in command.parameters
    )
    return len(command.name) + len(command.description) + options
