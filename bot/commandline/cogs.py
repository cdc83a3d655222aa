"""`folkmoot cogs`: a table of what is there."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.commandline.survey import Surveyed, survey
from bot.config import Config


def show_cogs(config: Config, console: Console) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("cog", "enabled", "from", "what it does", "commands"):
        table.add_column(title, overflow="fold", vertical="top")
    for cog in survey(config):
        table.add_row(cog.name, "yes" if cog.enabled else "no", Text(cog.origin), _description(cog), _commands(cog))
    console.print(table)


def _description(cog: Surveyed) -> Text:
    if cog.problem:
        return Text(cog.problem, style="red")
    return Text(cog.description or "not enabled, so not imported", style="" if cog.description else "dim")


def _commands(cog: Surveyed) -> Text:
    return Text(" ".join(f"!{command.name}" for command in cog.commands))
