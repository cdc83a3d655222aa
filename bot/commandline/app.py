"""The Typer application behind `folkmoot`, with the subcommands that need no running bot."""

import asyncio
import sys
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.commandline.audit import verify
from bot.commandline.backup import back_up
from bot.commandline.classify import explain, stream, utf8_lines
from bot.commandline.cogs import show_cogs
from bot.commandline.doctor import examine
from bot.commandline.egress import show_egress
from bot.commandline.evaluate import evaluations
from bot.commandline.example import example_text
from bot.commandline.health import show_health
from bot.commandline.init import Given, write_config
from bot.commandline.progress import steps
from bot.commandline.restore import rehearse, restore_from
from bot.config import Config, load_config
from bot.errors import ConfigError
from bot.loading.settings import section_models
from bot.log import configure_logging

DEFAULT_CONFIG = Path("config.toml")
ConfigPath = Annotated[Path, typer.Option("--config", help="The configuration file.", show_default=True)]

app = typer.Typer(add_completion=False, no_args_is_help=True)
app.add_typer(evaluations, name="evaluate")


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - as Typer calls it
    if wanted:
        typer.echo(f"folkmoot {metadata.version('folkmoot')}")
        raise typer.Exit


@app.callback()
def folkmoot(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    """Flag personal attacks, sum up threads and keep the weekly discussion going, all on this machine."""


@app.command()
def init(
    config: ConfigPath = DEFAULT_CONFIG,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing, take the defaults.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file if it is there.")] = False,
    example: Annotated[bool, typer.Option("--example", help="Print every setting with its default instead.")] = False,
    matrix: Annotated[str | None, typer.Option(help="The bot's account on Matrix, as @folkmoot:example.org.")] = None,
    own: Annotated[str | None, typer.Option(help="Your own account there: it may invite the bot.")] = None,
    homeserver: Annotated[str | None, typer.Option(help="The address of theirs, where it is not to be found.")] = None,
    discord: Annotated[str | None, typer.Option(help="The id of the bot's application on Discord.")] = None,
    rooms: Annotated[str | None, typer.Option(help="The rooms to read along in, with commas between.")] = None,
    review_room: Annotated[str | None, typer.Option(help="The room that only moderators can open.")] = None,
) -> None:
    """Ask six questions and write a configuration file."""
    if example:
        typer.echo(example_text(), nl=False)
    else:
        given = Given(matrix, own, homeserver, discord, rooms, review_room)
        write_config(config, ask=not yes, force=force, given=given)


@app.command()
def doctor(
    config: ConfigPath = DEFAULT_CONFIG,
    *,
    egress: Annotated[
        bool, typer.Option("--egress", help="Instead: whom the bot talks to, and a drill without any network.")
    ] = False,
) -> None:
    """Check everything that the bot needs; each line says ok or what to do."""
    console = Console(highlight=False)
    configure_logging("error", "console")  # that cogs are built without models is no news here
    raise typer.Exit(show_egress(config, console) if egress else examine(config, console))


@app.command()
def health(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Ask the running bot how it is; exit code 0 where it is well."""
    raise typer.Exit(show_health(load_config(config), Console(highlight=False)))


@app.command()
def backup(
    file: Annotated[
        Path | None, typer.Argument(help="Where to; for a folder, the file in it is named after the time.")
    ] = None,
    config: ConfigPath = DEFAULT_CONFIG,
    *,
    keep: Annotated[int | None, typer.Option(min=1, help="Remove all but the newest so many in that folder.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file if it is there.")] = False,
) -> None:
    """Copy the store, also while the bot runs; without FILE into the folder backups beside it."""
    raise typer.Exit(back_up(load_config(config), Console(highlight=False), file, keep=keep, force=force))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    config: ConfigPath = DEFAULT_CONFIG,
    *,
    verify: Annotated[bool, typer.Option("--verify", help="Only try it, in a scratch folder; touch nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing.")] = False,
) -> None:
    """Put a backup in the place of the store, once it has passed the drill; the old store is kept."""
    settings, console = load_config(config, section_models), Console(highlight=False)
    configure_logging("error", "console")
    if verify:
        raise typer.Exit(asyncio.run(rehearse(settings, file, console)))
    raise typer.Exit(asyncio.run(restore_from(settings, file, console, agreed=_yes if yes else _agreed)))


def _yes(_: str) -> bool:
    return True


def _agreed(question: str) -> bool:
    try:
        return typer.confirm(question)
    except typer.Abort:
        raise ConfigError("Nothing was changed. `--yes` asks nothing.") from None


@app.command()
def classify(
    text: Annotated[str | None, typer.Argument(help="The message to judge.")] = None,
    *,
    reply_to: Annotated[str | None, typer.Option(help="The message that it answers.")] = None,
    jsonl: Annotated[
        bool,
        typer.Option("--jsonl", help="Instead: judge lines {id, text, context} of standard input, in the same order."),
    ] = False,
) -> None:
    """Show what the attack classifier makes of a text. Nothing is kept."""
    if jsonl == (text is not None):
        raise typer.BadParameter("give either a text or --jsonl")
    if text is not None:
        explain(text, reply_to, Console(highlight=False))
        return
    if reply_to is not None:
        raise typer.BadParameter("--reply-to goes with a text; with --jsonl each line has its own context")
    with steps() as shown, utf8_lines() as lines:
        stream(lines, sys.stdout, shown.step("Judging"))


@app.command()
def verify_audit(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Check that nobody changed, removed or inserted a line of the audit trail."""
    raise typer.Exit(asyncio.run(verify(load_config(config), Console(highlight=False))))


@app.command()
def cogs(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """List the cogs that can be found, with their commands."""
    without_a_file = config == DEFAULT_CONFIG and not config.exists()
    show_cogs(Config() if without_a_file else load_config(config), Console(highlight=False))
