"""The command line: `folkmoot`, with one function per subcommand."""

import asyncio
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.commandline.app import DEFAULT_CONFIG, ConfigPath, app
from bot.commandline.connections import connections, hosts_of, prepared
from bot.commandline.progress import steps
from bot.commandline.replay import replay as replay_file
from bot.commandline.report import require_place, show, write
from bot.commandline.run import serve
from bot.config import load_config
from bot.demo.show import play
from bot.domain.text import harmless
from bot.egress.guard import guarding
from bot.errors import FolkmootError
from bot.loading.packages import refuse_foreign_packages
from bot.loading.settings import section_models
from bot.log import configure_logging, logger, masked, said_by
from bot.uncaught import log_the_uncaught

WIDTH_WITHOUT_TERMINAL = 100


@app.command()
def demo() -> None:
    """Show everything on a bundled discussion, offline; on a terminal it ends in a console to try the commands."""
    configure_logging("error", "console")
    width = None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL
    asyncio.run(play(Console(highlight=False, width=width), interactive=sys.stdin.isatty() and sys.stdout.isatty()))


@app.command()
def run(
    config: ConfigPath = DEFAULT_CONFIG,
    *,
    safe: Annotated[
        bool, typer.Option("--safe", help="Without models, and without cogs but admin; nothing is lost meanwhile.")
    ] = False,
) -> None:
    """Run the bot until it is told to stop."""
    refuse_foreign_packages()
    if safe:  # what belongs to the other cogs is not even looked at: it may be what is wrong
        settings = load_config(config, lambda read: section_models(read.in_safe_mode())).in_safe_mode()
    else:
        settings = load_config(config, section_models)
    configure_logging(settings.log.level, settings.log.format)
    with guarding(hosts_of(connections(settings))):
        asyncio.run(serve(lambda: prepared(settings)))


@app.command()
def replay(
    file: Annotated[
        Path, typer.Argument(help="DiscordChatExporter JSON, Element's JSON export, JSON lines or plain text.")
    ],
    report: Annotated[Path | None, typer.Option(help="Write the whole result as JSON, for scripts.")] = None,
    threshold: Annotated[
        float | None, typer.Option(min=0.01, max=1.0, help="Flag from this score on; the model has its own.")
    ] = None,
    summaries: Annotated[int, typer.Option(min=0, help="Sum up the largest rooms, at most so many.")] = 3,
) -> None:
    """Show what would have been flagged in a real export, and sum it up. Nothing is kept or posted."""
    configure_logging("warning", "console")
    if report is not None:
        require_place(report)
    with steps() as shown:
        found = asyncio.run(replay_file(file, shown, threshold=threshold, most_summaries=summaries))
    show(found, Console(highlight=False))
    if report is not None:
        write(found, report)


def main() -> None:
    """Run `folkmoot`; errors of ours become one line and their exit code, anything else is a crash (70)."""
    configure_logging("warning", "console")  # until the configuration is read: a crash must not show members' words
    log_the_uncaught()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: temporary folders go
    code: object = 0
    try:
        app()
    except SystemExit as ended:  # done, help shown, wrong usage (2), interrupted (130)
        code = ended.code
    except FolkmootError as error:
        typer.echo(f"folkmoot: {harmless(masked(said_by(error)))}", err=True)
        code = error.exit_code
    except Exception as error:  # noqa: BLE001 - the last place: log it without members' words
        logger("folkmoot").critical("crashed; please report this", exc_info=error)
        code = FolkmootError.exit_code
    _leave(code if isinstance(code, int) else 0)


def _leave(code: int) -> None:
    """Exit without waiting for a model that is still busy: what it works on is stored and done again."""
    sys.stdout.flush()
    sys.stderr.flush()
    if threading.active_count() > 1:
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    main()
