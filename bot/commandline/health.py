"""`folkmoot health`: asks the bot that runs with this configuration how it is."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from bot.config import Config
from bot.errors import ConfigError
from bot.monitoring.asking import ask

UNWELL = 75


def show_health(config: Config, console: Console) -> int:
    """Print what it says; gives the exit code: 0 where it is well, 75 where it is not or does not answer.

    Raises:
        ConfigError: this configuration has no endpoint to ask.
    """
    if not config.monitoring.enabled:
        raise ConfigError(
            f"{config.path} switches the endpoint off: set enabled = true under [monitoring], and restart."
        )
    answer = ask(config.monitoring)
    console.print(Text("unwell", "bold red") if answer.reasons else Text("ok", "green"))
    for line in (*answer.reasons, *_listed(answer.told, "warnings")):
        console.print(Text(f"  {line}"))
    for name, count in _mapped(answer.told, "waiting").items():
        console.print(Text(f"  waiting: {count} {name}{_since(answer.told, name)}"))
    return UNWELL if answer.reasons else 0


def _since(told: Mapping[str, Any], name: str) -> str:
    lag = _mapped(told, "lag_seconds").get(name)
    return f", the oldest for {lag:.0f} s" if isinstance(lag, int | float) and lag >= 1 else ""


def _listed(told: Mapping[str, Any], name: str) -> list[str]:
    found = told.get(name)
    return [str(one) for one in found] if isinstance(found, list) else []


def _mapped(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = told.get(name)
    return found if isinstance(found, dict) else {}
