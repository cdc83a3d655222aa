"""A command as its handler's signature declares it."""

import inspect
import types
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from bot.cog import CommandMark, Invocation, Rest
from bot.commands.arguments import Converter, choices_of, converter_for, kind_of
from bot.domain.effect import Reply
from bot.domain.ids import MessageId
from bot.errors import CogError
from bot.ports.knowledge import Kind

_LONGEST_MENU = 32
"""Characters of a name in a message's menu: what the platforms that have menus allow."""


class Form(StrEnum):
    WORD = "word"
    REST = "rest of the line"
    OPTION = "option with a value"
    SWITCH = "option"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument; `is_target` marks a message argument that a reply or context menu fills in."""

    name: str
    form: Form
    required: bool
    convert: Converter
    kind: Kind = Kind.TEXT
    choices: tuple[str, ...] = ()
    is_target: bool = False

    @property
    def usage(self) -> str:
        label = self.name.replace("_", "-")
        shown = {
            Form.WORD: "|".join(self.choices) or label.upper(),
            Form.REST: f"{label.upper()}...",
            Form.OPTION: f"--{label} {'|'.join(self.choices) or 'VALUE'}",
            Form.SWITCH: f"--{label}",
        }[self.form]
        return shown if self.required else f"[{shown}]"


@dataclass(frozen=True, slots=True)
class CommandSpec:
    cog: str
    mark: CommandMark
    parameters: tuple[Parameter, ...]
    handler: Callable[..., Awaitable[Reply]]

    @property
    def name(self) -> str:
        return self.mark.name

    @property
    def usage(self) -> str:
        return " ".join([self.name, *(parameter.usage for parameter in self.parameters)])


def read_command(cog: str, mark: CommandMark, handler: Callable[..., Awaitable[Reply]]) -> CommandSpec:
    """Read a bound handler's signature, once, when its cog is loaded.

    Raises:
        CogError: a parameter that no text could fill, or a name for menus that none could show.
    """
    hints = get_type_hints(handler, include_extras=True)
    first, *others = inspect.signature(handler).parameters.values()
    if hints.get(first.name) is not Invocation:
        raise CogError(f"cog '{cog}': !{mark.name} must take an Invocation first")
    if mark.menu is not None and not (mark.menu.strip() == mark.menu and 0 < len(mark.menu) <= _LONGEST_MENU):
        raise CogError(f"cog '{cog}': !{mark.name}: its name in menus must have 1 to {_LONGEST_MENU} characters")
    try:
        parameters = tuple(_read_parameter(parameter, hints[parameter.name]) for parameter in others)
    except (KeyError, TypeError) as error:
        raise CogError(f"cog '{cog}': !{mark.name}: {error}") from error
    return CommandSpec(cog, mark, parameters, handler)


def _read_parameter(parameter: inspect.Parameter, hint: Any) -> Parameter:
    hint, takes_rest = _without_rest(hint)
    hint = _without_none(hint)
    required = parameter.default is inspect.Parameter.empty
    if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
        form = Form.SWITCH if hint is bool else Form.OPTION
        required = False
    else:
        form = Form.REST if takes_rest else Form.WORD
    return Parameter(
        name=parameter.name,
        form=form,
        required=required,
        convert=converter_for(hint),
        kind=kind_of(hint),
        choices=choices_of(hint),
        is_target=hint is MessageId,
    )


def _without_rest(hint: Any) -> tuple[Any, bool]:
    if get_origin(hint) is Annotated:
        inner, *notes = get_args(hint)
        return inner, any(isinstance(note, Rest) for note in notes)
    return hint, False


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        inner = [part for part in get_args(hint) if part is not type(None)]
        if len(inner) == 1:
            return inner[0]
    return hint
