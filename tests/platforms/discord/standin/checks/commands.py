"""What Discord checks in application commands."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tests.platforms.discord.standin.refusals import Errors, Refused

FIELDS = frozenset(
    (
        "id", "type", "name", "name_localizations", "description", "description_localizations", "options",
        "default_member_permissions", "dm_permission", "default_permission", "nsfw", "integration_types", "contexts",
        "handler",
    )
)  # fmt: skip
_OPTION_FIELDS = frozenset(
    (
        "type", "name", "name_localizations", "description", "description_localizations", "required", "choices",
        "options",
        "channel_types", "min_value", "max_value", "min_length", "max_length", "autocomplete",
    )
)  # fmt: skip
MOST, MOST_MENUS, MOST_OPTIONS, MOST_CHARACTERS = 100, 5, 25, 8_000
CHAT, ON_PERSON, ON_MESSAGE = 1, 2, 3
_SUBCOMMAND, _GROUP = 1, 2
_NAME = re.compile(r"[-_'\w]{1,32}")

Path = list[str | int]


def check_commands(commands: Any) -> None:
    """All of an application in one place.

    Raises:
        Refused: 30032 for too many, 50035 for what is wrong in them.
    """
    if not isinstance(commands, list):
        raise Refused(50109)
    kinds = [command.get("type") or CHAT for command in commands]
    if kinds.count(CHAT) > MOST or any(kinds.count(kind) > MOST_MENUS for kind in (ON_PERSON, ON_MESSAGE)):
        raise Refused(30032)
    errors = Errors()
    seen = set()
    for number, command in enumerate(commands):
        check_command(errors, [number], command)
        key = (command.get("type") or CHAT, command.get("name"))
        if key in seen:
            errors.add(
                [number, "name"], "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique"
            )
        seen.add(key)
    errors.raise_if_any()


def check_command(errors: Errors, path: Path, command: Mapping[str, Any]) -> None:
    kind = command.get("type") or CHAT
    unknown = set(command) - FIELDS
    if unknown:
        errors.add([*path, min(unknown)], "UNKNOWN_FIELD", "This field is not known.")
    if kind not in (CHAT, ON_PERSON, ON_MESSAGE):
        errors.add([*path, "type"], "BASE_TYPE_CHOICES", "Value must be one of (1, 2, 3).")
    elif kind == CHAT:
        _name(errors, path, command.get("name"))
        errors.length([*path, "description"], command.get("description"), 1, 100)
        _options(errors, path, command.get("options") or [], depth=0)
        if _characters(command) > MOST_CHARACTERS:
            errors.add(path, "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({MOST_CHARACTERS})")
    else:
        errors.length([*path, "name"], command.get("name"), 1, 32)
        for name in ("description", "options"):
            if command.get(name):
                errors.add([*path, name], f"APPLICATION_COMMAND_MENU_{name.upper()}", f"Context menus have no {name}")
    permissions = command.get("default_member_permissions")
    if permissions is not None and not str(permissions).isdigit():
        errors.add([*path, "default_member_permissions"], "NUMBER_TYPE_COERCE", "Not a number.")


def _name(errors: Errors, path: Path, name: Any) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name != name.lower():
        words = "Command name is invalid"
        errors.add([*path, "name"], "APPLICATION_COMMAND_INVALID_NAME", words)


def _options(errors: Errors, path: Path, options: Sequence[Mapping[str, Any]], *, depth: int) -> None:
    if len(options) > MOST_OPTIONS:
        errors.add([*path, "options"], "BASE_TYPE_MAX_LENGTH", f"Must be {MOST_OPTIONS} or fewer in length.")
    nested = [option.get("type") in (_SUBCOMMAND, _GROUP) for option in options]
    if any(nested) and not all(nested):
        errors.add(
            [*path, "options"], "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-commands stand beside no options"
        )
    names = [option.get("name") for option in options]
    if len(set(names)) < len(names):
        errors.add([*path, "options"], "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option names must be unique")
    optional = False
    for number, option in enumerate(options):
        place = [*path, "options", number]
        if optional and option.get("required"):
            words = "Required options must be placed before non-required options"
            errors.add(place, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", words)
        optional = optional or not option.get("required")
        _option(errors, place, option, depth)


def _option(errors: Errors, path: Path, option: Mapping[str, Any], depth: int) -> None:
    kind = option.get("type")
    errors.number([*path, "type"], kind, 1, 11)
    _name(errors, path, option.get("name"))
    errors.length([*path, "description"], option.get("description"), 1, 100)
    unknown = set(option) - _OPTION_FIELDS
    if unknown:
        errors.add([*path, min(unknown)], "UNKNOWN_FIELD", "This field is not known.")
    if kind in (_SUBCOMMAND, _GROUP):
        if depth > 1 or (kind == _GROUP and depth > 0):
            errors.add([*path, "type"], "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Nested too deeply")
        _options(errors, path, option.get("options") or [], depth=depth + 1)
        return
    choices = option.get("choices") or []
    if choices and option.get("autocomplete"):
        errors.add(
            [*path, "choices"], "APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES", "Not both choices and autocomplete"
        )
    check_choices(errors, [*path, "choices"], choices, kind)
    for name, most in (("min_length", 6000), ("max_length", 6000)):
        if option.get(name) is not None:
            errors.number([*path, name], option[name], 0 if name == "min_length" else 1, most)


def check_choices(errors: Errors, path: Path, choices: Sequence[Mapping[str, Any]], kind: Any) -> None:
    """Of an option, or what an option is completed with."""
    if len(choices) > MOST_OPTIONS:
        errors.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {MOST_OPTIONS} or fewer in length.")
    for number, choice in enumerate(choices):
        errors.length([*path, number, "name"], choice.get("name"), 1, 100)
        if kind == 3:
            errors.length([*path, number, "value"], choice.get("value"), 1, 100)
        elif not isinstance(choice.get("value"), int | float):
            errors.add([*path, number, "value"], "NUMBER_TYPE_COERCE", "Not a number.")
    names = [choice.get("name") for choice in choices]
    if len(set(names)) < len(names):
        errors.add(path, "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS", "Choice names must be unique")


def _characters(each: Mapping[str, Any]) -> int:
    own = len(each.get("name") or "") + len(each.get("description") or "")
    own += sum(len(str(one.get("name"))) + len(str(one.get("value"))) for one in each.get("choices") or ())
    return own + sum(_characters(option) for option in each.get("options") or ())
