"""`folkmoot init`: six questions and a configuration file."""

import json
import os
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import typer

from bot.commandline.accounts import (
    Accounts,
    Find,
    accounts_of,
    ask_the_server,
    located,
    next_step,
    section_text,
    steward_text,
    valid,
)
from bot.commandline.application import (
    HOW_TO_NAME,
    application_of,
    channel_of,
    looks_like_one,
    next_steps,
)
from bot.commandline.application import section_text as discord_section
from bot.commandline.connections import DISCORD, MATRIX
from bot.config import load_config
from bot.config.core import PlatformId, ShortName, Zone
from bot.errors import ConfigError, UserError
from bot.scheduling import read_rule

Answer = TypeVar("Answer")

_TEMPLATE = """\
# Folkmoot's configuration, made by `folkmoot init`.
# `folkmoot init --example` prints every setting there is, with its default and what it is good for.

{places}[[community]]
id = {id}
rooms = {rooms}
review_room = {review_room}
mode = "suggest"  # observe: only count; suggest: flags go before the moderators; enforce: rules act by themselves
zone = {zone}

[[community.rules]]
id = "no-personal-attacks"
text = "Argue with the claim, not with the person."

{stewards}{weekly}"""
_CONSOLE_SECTION = """\
[console]
room = {room}
review_room = {review_room}

"""
_NO_STEWARDS = """\
# Whoever moderates on several platforms is one person here. Moderators of a platform need no entry.
# [[community.stewards]]
# name = "Noor"
# accounts = ["console:noor"]
"""
_WEEKLY = """\

# Set up when the bot first starts; from then on `!weekly` in the moderators' room changes it.
[[reading.weekly]]
community = {id}
room = {room}
rule = {rule}
"""
_NEVER, _NONE = "never", "none"
_CONSOLE = "console"
_ANOTHER_FILE = "{path} is there already. `--force` overwrites it, `--config` names another file."


@dataclass(frozen=True, slots=True)
class Answers:
    """What `init` asks; the defaults make a bot that works on the console at once."""

    matrix: Accounts | None = None
    discord: int | None = None
    community: str = "assembly"
    rooms: tuple[str, ...] = ("console:square",)
    review_room: str = "console:moderators"
    zone: str = "UTC"
    weekly: str = "mon 18:00"


@dataclass(frozen=True, slots=True)
class Given:
    """What stands in the command itself.

    `matrix` and `own` are accounts, `homeserver` the address of theirs, `discord` an application; `rooms` and
    `review_room` as they are answered.
    """

    matrix: str | None = None
    own: str | None = None
    homeserver: str | None = None
    discord: str | None = None
    rooms: str | None = None
    review_room: str | None = None

    def accounts(self) -> Accounts | None:
        """Raises ConfigError where they are none."""
        if self.matrix is None:
            if self.own or self.homeserver:
                raise ConfigError("--own and --homeserver belong to --matrix, which names the bot's account.")
            return None
        try:
            return accounts_of(" ".join(filter(None, (self.matrix, self.own))))
        except typer.BadParameter as error:
            raise ConfigError(f"--matrix: {error.message}.") from None

    def application(self) -> int | None:
        """Raises ConfigError where it is none."""
        try:
            return None if self.discord is None else application_of(self.discord)
        except typer.BadParameter as error:
            raise ConfigError(f"--discord: {error.message}.") from None


def write_config(
    path: Path, *, ask: bool, force: bool, given: Given | None = None, find: Find = ask_the_server
) -> None:
    """Write a configuration to `path`, with answers from the terminal if `ask`.

    Raises:
        ConfigError: the file is there and `force` is not given, or it cannot be written.
    """
    if path.exists() and not force:
        raise ConfigError(_ANOTHER_FILE.format(path=path))
    given = given or Given()
    defaults = _defaults(given.accounts(), given.application())
    answers = _ask(defaults, given) if ask else _unasked(_with_rooms(defaults, given))
    if answers.matrix is not None:
        try:
            answers = replace(answers, matrix=located(answers.matrix, given.homeserver, find))
        except typer.BadParameter as error:
            raise ConfigError(f"--homeserver: {error.message}.") from None
    _write(path, _text(answers))
    option = "" if path == Path("config.toml") else f" --config {path}"
    typer.echo(f"{path} is written. Next: `folkmoot doctor{option}`, then `folkmoot run{option}`.")
    if answers.matrix is not None:
        typer.echo(next_step(answers.matrix))
    for step in next_steps(answers.discord) if answers.discord is not None else ():
        typer.echo(step)


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.draft")
    try:
        draft.write_text(text, encoding="utf-8")
        load_config(draft)  # never replace a file by one that cannot be read
        draft.replace(path)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}. `--config` names another place.") from error
    finally:
        draft.unlink(missing_ok=True)


def _defaults(accounts: Accounts | None, application: int | None) -> Answers:
    zone = _zone_of_this_machine()
    if application is not None:  # channels there have numbers that nobody can guess
        return Answers(accounts, application, rooms=(), review_room="", zone=zone)
    if accounts is None:
        return Answers(zone=zone)
    rooms, review_room = (f"{MATRIX}:#square:{accounts.server}",), f"{MATRIX}:#moderators:{accounts.server}"
    return Answers(accounts, rooms=rooms, review_room=review_room, zone=zone)


def _with_rooms(defaults: Answers, given: Given) -> Answers:
    """Raises ConfigError for rooms in the command that are none."""
    option = "--rooms"
    try:
        if given.rooms is not None:
            defaults = replace(defaults, rooms=_rooms(given.rooms, defaults))
        option = "--review-room"
        if given.review_room is not None:
            defaults = replace(defaults, review_room=_review_room(given.review_room, defaults.rooms, defaults))
    except typer.BadParameter as error:
        raise ConfigError(f"{option}: {error.message}.") from None
    return defaults


def _unasked(defaults: Answers) -> Answers:
    if not defaults.rooms or not defaults.review_room:
        raise ConfigError(
            "Nobody can guess channels of Discord: leave --yes out, or name them as --rooms LINK --review-room LINK."
        )
    return defaults


def _ask(defaults: Answers, given: Given) -> Answers:
    number = count(1)
    placed = defaults.matrix is not None or defaults.discord is not None
    typer.echo(f"{'Five' if placed else 'Six'} questions; Enter takes what stands in brackets.")
    try:
        if not placed:
            accounts, application = _question(
                f"{next(number)}. On Matrix the bot's account and yours, as @folkmoot:example.org @ada:example.org; on "
                "Discord the application's id",
                _NONE,
                _places_of,
            )
            defaults = _defaults(accounts, application)
        defaults = _with_rooms(defaults, given)
        community = _question(
            f"{next(number)}. The community's name", defaults.community, lambda text: valid(ShortName, _slug(text))
        )
        if defaults.discord is not None:
            typer.echo(HOW_TO_NAME)
        rooms = _question(
            f"{next(number)}. Rooms to read along in, with commas between",
            ", ".join(map(_short, defaults.rooms)) or None,
            lambda text: _rooms(text, defaults),
        )
        review_room = _question(
            f"{next(number)}. The room that only moderators can open",
            _short(defaults.review_room) or None,
            lambda text: _review_room(text, rooms, defaults),
        )
        zone = _question(f"{next(number)}. Time zone", defaults.zone, lambda text: valid(Zone, text))
        weekly = _question(f"{next(number)}. When to post a weekly prompt, or {_NEVER}", defaults.weekly, _weekly)
    except typer.Abort:
        raise ConfigError("Nothing was written. `folkmoot init --yes` asks nothing and takes the defaults.") from None
    return Answers(defaults.matrix, defaults.discord, community, rooms, review_room, zone, weekly)


def _places_of(text: str) -> tuple[Accounts | None, int | None]:
    """Accounts on Matrix and an application of Discord, either or both, in any order."""
    named = [part for part in text.replace(",", " ").split() if part != "and"]
    numbers = [part for part in named if looks_like_one(part)]
    others = [part for part in named if part not in numbers]
    if len(numbers) > 1:
        raise typer.BadParameter("one application of Discord is enough")
    application = application_of(numbers[0]) if numbers else None
    return (accounts_of(" ".join(others)) if others or not numbers else None), application


def _question(text: str, default: str | None, read: Callable[[str], Answer]) -> Answer:
    """Ask until `read` takes the answer; it raises BadParameter with what is wrong. None: there is no default."""
    answer: Answer = typer.prompt(text, default=default, value_proc=lambda given: read(given.strip()))
    return answer


def _slug(text: str) -> str:
    """A name in words as an id: 'Rat der Städte' becomes 'rat-der-stadte'."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or text[:40]


def _rooms(text: str, known: Answers) -> tuple[str, ...]:
    names = [_room(part, known) for part in text.split(",") if part.strip()]
    if not names:
        raise typer.BadParameter("name at least one room")
    return tuple(valid(PlatformId, name) for name in names)


def _room(text: str, known: Answers) -> str:
    """A plain name is a room of the homeserver, where the bot is on one, else of the console."""
    name = text.strip()
    if channel := channel_of(name):
        return channel
    if name.startswith("!") or (name.startswith("#") and ":" in name):
        return f"{MATRIX}:{name}"
    if ":" in name:
        return name
    if known.matrix is not None:
        return f"{MATRIX}:#{name.removeprefix('#')}:{known.matrix.server}"
    return f"{DISCORD if known.discord is not None else _CONSOLE}:{name}"


def _short(room: str) -> str:
    """As people write it: `_room` takes it for the same."""
    return room.removeprefix(f"{MATRIX}:")


def _review_room(text: str, rooms: tuple[str, ...], known: Answers) -> str:
    room: str = valid(PlatformId, _room(text, known))
    if room in rooms:
        raise typer.BadParameter(f"{room} is a room of the members: everyone would see the flags")
    return room


def _weekly(text: str) -> str:
    try:
        if text != _NEVER:
            read_rule(text, "UTC")
    except UserError as error:
        raise typer.BadParameter(str(error)) from None
    return text


def _text(answers: Answers) -> str:
    accounts = answers.matrix
    return _TEMPLATE.format(
        places=_places(answers),
        id=json.dumps(answers.community),
        rooms=json.dumps(answers.rooms, ensure_ascii=False),
        review_room=json.dumps(answers.review_room, ensure_ascii=False),
        zone=json.dumps(answers.zone),
        stewards=steward_text(accounts) if accounts and accounts.own else _NO_STEWARDS,
        weekly="" if answers.weekly == _NEVER else _weekly_text(answers),
    )


def _places(answers: Answers) -> str:
    """The section of every platform that has a room."""
    console = _CONSOLE_SECTION.format(
        room=_console_name(answers.rooms, "square"), review_room=_console_name((answers.review_room,), "moderators")
    )
    if answers.matrix is None and answers.discord is None:
        return console
    here = any(room.startswith(f"{_CONSOLE}:") for room in (*answers.rooms, answers.review_room))
    matrix = section_text(answers.matrix) if answers.matrix is not None else ""
    discord = discord_section(answers.discord) if answers.discord is not None else ""
    return matrix + discord + (console if here else "")


def _weekly_text(answers: Answers) -> str:
    return _WEEKLY.format(
        id=json.dumps(answers.community),
        room=json.dumps(answers.rooms[0], ensure_ascii=False),
        rule=json.dumps(answers.weekly),
    )


def _console_name(rooms: tuple[str, ...], default: str) -> str:
    """What the console calls the first of its own among these rooms."""
    platform = f"{_CONSOLE}:"
    names = (room.removeprefix(platform) for room in rooms if room.startswith(platform))
    return json.dumps(next(names, default), ensure_ascii=False)


def _zone_of_this_machine() -> str:
    """The IANA name behind TZ or /etc/localtime, UTC where there is none."""
    target = str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2]
    for name in (os.environ.get("TZ", "").lstrip(":"), target.removeprefix("Etc/")):
        try:
            return ZoneInfo(name).key
        except (KeyError, ValueError, OSError):
            continue
    return "UTC"
