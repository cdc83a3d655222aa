"""From a line of chat, or a platform's own command, to a handler's arguments."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.commands.arguments import Scope
from bot.commands.spec import CommandSpec, Form, Parameter
from bot.errors import UserError

_WORD = re.compile(r"\"([^\"]*)\"|“([^”]*)”|(\S+)")
_NAME = re.compile(r"[a-zA-Z][\w-]{0,31}", re.ASCII)
_LONGEST_LINE = 4_000
_TOO_LONG = f"That is too long for a command: at most {_LONGEST_LINE} characters"


@dataclass(frozen=True, slots=True)
class Line:
    """A command's name and what follows it."""

    name: str
    rest: str


def read_line(text: str, prefix: str) -> Line | None:
    """The command in a message, or None where the message is none ("!", "!!!", "! no")."""
    if not text.startswith(prefix):
        return None
    match = _NAME.match(text, len(prefix))
    if match is None or (match.end() < len(text) and not text[match.end()].isspace()):
        return None
    return Line(match.group().lower(), text[match.end() :].strip())


def bind_text(spec: CommandSpec, rest: str, scope: Scope) -> dict[str, Any]:
    """Arguments from the text behind the command's name.

    Raises:
        UserError: too few, too many, or one that cannot be read; the message shows the usage.
    """
    if len(rest) > _LONGEST_LINE:
        raise UserError(_TOO_LONG)
    return _bind(spec, _split(spec, rest, scope), scope)


def bind_named(spec: CommandSpec, arguments: Mapping[str, str], scope: Scope) -> dict[str, Any]:
    """Arguments that the platform has parsed by name already.

    Raises:
        UserError: an unknown name, one missing, one that cannot be read, or all together too long.
    """
    if sum(len(name) + len(text) for name, text in arguments.items()) > _LONGEST_LINE:
        raise UserError(_TOO_LONG)
    unknown = arguments.keys() - {parameter.name for parameter in spec.parameters}
    if unknown:
        raise UserError(f"{spec.name} takes no {', '.join(sorted(unknown))}")
    return _bind(spec, dict(arguments), scope)


def _bind(spec: CommandSpec, given: dict[str, str], scope: Scope) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for parameter in spec.parameters:
        if parameter.name in given:
            values[parameter.name] = _convert(spec, parameter, given[parameter.name], scope)
        elif parameter.is_target and scope.target is not None:
            values[parameter.name] = scope.target
        elif parameter.required:
            raise UserError(f"{parameter.name.replace('_', ' ')} is missing. {_usage(spec, scope)}")
    return values


def _convert(spec: CommandSpec, parameter: Parameter, text: str, scope: Scope) -> Any:
    try:
        return parameter.convert(text, scope)
    except UserError as error:
        raise UserError(f"{error}. {_usage(spec, scope)}") from error


def _usage(spec: CommandSpec, scope: Scope) -> str:
    return f"Write: {scope.prefix}{spec.usage}"


def _split(spec: CommandSpec, rest: str, scope: Scope) -> dict[str, str]:
    options = {f"--{p.name.replace('_', '-')}": p for p in spec.parameters if p.form in (Form.OPTION, Form.SWITCH)}
    positional = [p for p in spec.parameters if p.form in (Form.WORD, Form.REST)]
    given: dict[str, str] = {}
    at = 0
    while match := _WORD.search(rest, at):
        word = next(group for group in match.groups() if group is not None)
        option = options.get(word)
        if option is not None:
            at = _take_option(option, rest, match.end(), given, _usage(spec, scope))
        elif not positional:
            raise UserError(f"“{word}” is too much. {_usage(spec, scope)}")
        elif positional[0].form is Form.REST:
            given[positional.pop(0).name] = rest[match.start() :].strip()
            break
        else:
            given[positional.pop(0).name] = word
            at = match.end()
    return given


def _take_option(option: Parameter, rest: str, at: int, given: dict[str, str], usage: str) -> int:
    if option.form is Form.SWITCH:
        given[option.name] = "yes"
        return at
    match = _WORD.search(rest, at)
    if match is None:
        raise UserError(f"--{option.name} needs a value. {usage}")
    given[option.name] = next(group for group in match.groups() if group is not None)
    return match.end()
