"""The part of `folkmoot init` about Matrix: the bot's account, the operator's own, where their homeserver is."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import typer
from pydantic import TypeAdapter, ValidationError

from bot.config.matrix import Address, UserId
from bot.platforms.matrix.names import member_id

Find = Callable[[str], Coroutine[Any, Any, str | None]]
"""Server name to its homeserver's address, if it says one."""

_SECTION = """\
[matrix]
homeserver = {homeserver}
user = {user}
# Whose invitations are accepted besides those of the stewards below: "@name:server", or "server" for everybody there.
inviters = {inviters}

"""
_STEWARD = """\
# Moderators of a room need no entry. Whoever moderates on several platforms is one person here.
[[community.stewards]]
name = {name}
accounts = [{account}]
standing = "admin"
"""


@dataclass(frozen=True, slots=True)
class Accounts:
    """On Matrix; `own` is the operator's, who may invite the bot, and `homeserver` is None until it was looked for."""

    bot: str
    own: str | None = None
    homeserver: str | None = None

    @property
    def server(self) -> str:
        return self.bot.partition(":")[2]


def accounts_of(text: str) -> Accounts | None:
    """One account or two, with anything between; None for "none".

    Raises:
        BadParameter: it is neither; the text says what is wrong.
    """
    named = [part for part in text.replace(",", " ").split() if part != "and"]
    if named == ["none"]:
        return None
    if len(named) not in {1, 2}:
        raise typer.BadParameter(
            "write the bot's account and yours, as @folkmoot:example.org @ada:example.org, or none"
        )
    bot, *own = [valid(UserId, name) for name in named]
    if own == [bot]:
        raise typer.BadParameter("the bot needs an account of its own, beside yours")
    return Accounts(bot, *own)


def located(accounts: Accounts, homeserver: str | None, find: Find) -> Accounts:
    """With the homeserver's address: as given, as the server says, or else by its name; says which of these it is."""
    if homeserver is not None:
        return Accounts(accounts.bot, accounts.own, valid(Address, homeserver))
    found = asyncio.run(find(accounts.server))
    if found is None:
        found = f"https://{accounts.server}"
        typer.echo(
            f"{accounts.server} could not be asked for its homeserver: {found} is taken; correct it in the file."
        )
    else:
        typer.echo(f"The homeserver of {accounts.server} is at {found}.")
    return Accounts(accounts.bot, accounts.own, found)


async def ask_the_server(server: str) -> str | None:
    from bot.platforms.matrix.connection.discovery import homeserver_of  # noqa: PLC0415 - for those who use it

    return await homeserver_of(server)


def section_text(accounts: Accounts) -> str:
    return _SECTION.format(homeserver=_toml(accounts.homeserver), user=_toml(accounts.bot), inviters="[]")


def steward_text(accounts: Accounts) -> str:
    assert accounts.own is not None, "asked for where there is one"
    name = accounts.own.partition(":")[0].removeprefix("@")
    return _STEWARD.format(name=_toml(name), account=_toml(member_id(accounts.own)))


def next_step(accounts: Accounts) -> str:
    hint = "" if accounts.own else ' Nobody may invite it yet: set inviters = ["@you:server"] in the file.'
    return (
        f"Set FOLKMOOT_MATRIX_PASSWORD to the password of {accounts.bot}, or FOLKMOOT_MATRIX_PASSWORD_FILE to a file "
        f"with it; docs/matrix.md has the rest.{hint}"
    )


def valid(kind: Any, value: object) -> Any:
    """The value, if the configuration would take it. Raises BadParameter with what is wrong."""
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        raise typer.BadParameter(error.errors()[0]["msg"].removeprefix("Value error, ")) from None


def _toml(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
