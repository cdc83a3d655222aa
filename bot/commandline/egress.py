"""`folkmoot doctor --egress`: whom the bot talks to and why, and a drill that shows that nothing else leaves."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.text import Text

import models.runtime
from bot.commandline.connections import CONSOLE, connections
from bot.commandline.finding import Finding, Verdict, lines, mend, note, ok
from bot.config import Config, load_config
from bot.egress.seal import Seal, was_refused
from bot.errors import ConfigError, FolkmootError
from bot.loading.find import BUNDLED_ORIGIN, available
from bot.loading.settings import section_models

DRILL = ("bot", "demo")
"""What is run under the seal: everything that the bot does, on the bundled discussion."""

_FAILED = FolkmootError.exit_code
_TELEMETRY = {"ONNX Runtime": "ORT_DISABLE_TELEMETRY", "Hugging Face": "HF_HUB_DISABLE_TELEMETRY"}
_LINES_SHOWN = 12


def show_egress(path: Path, console: Console) -> int:
    """Print what is found; gives the exit code: 0, 78 where the configuration cannot be read, 70 for a failed drill."""
    try:
        findings = list(_findings(load_config(path, section_models)))
    except ConfigError as error:
        console.print(lines([mend("configuration", str(error), error.exit_code)]))
        return error.exit_code
    console.print(lines(findings))
    console.print("\nThe drill: the whole demonstration, in a process that cannot open a network socket.")
    with console.status("It takes a few seconds"):
        result = drill()
    console.print(lines([result]))
    findings.append(result)
    console.print()
    if all(finding.verdict is not Verdict.MEND for finding in findings):
        console.print(Text("Nothing leaves this machine but what is listed here."))
    else:
        console.print(Text("Something is to be set right before anybody relies on it that nothing leaves."))
    return max(finding.exit_code for finding in findings)


def _findings(config: Config) -> Iterator[Finding]:
    for connection in connections(config):
        if not connection.hosts:
            here = "" if connection.name == CONSOLE else " but this machine, where its server runs"
            yield ok(connection.name, f"talks to no host{here}")
        for host in connection.hosts:
            name = f"every host below {host.name[1:]}" if host.name.startswith(".") else host.name
            yield note(connection.name, f"talks to {name}: {host.why}")
    yield ok("models", f"run on this machine, from the files in {Path(models.__path__[0])}; nothing is fetched")
    yield from _telemetry()
    yield _cogs(config)
    section = config.monitoring
    where = f"answers at {section.address} port {section.port}, programs on this machine only"
    yield ok("monitoring", where if section.enabled else "is switched off: nothing is listened at")
    yield ok(
        "guard", "while the bot runs, Python code that wants to connect anywhere else is refused, and the log says so"
    )


def _telemetry() -> Iterator[Finding]:
    """What libraries would tell their makers; `models.runtime` switches it off before it loads them."""
    for library, variable in _TELEMETRY.items():
        if os.environ.get(variable) == "1":
            yield ok("telemetry", f"{library}: switched off ({variable}=1)")
        else:
            yield mend("telemetry", f"{library}: set {variable}=1 before the start", _FAILED)


def _cogs(config: Config) -> Finding:
    origins = available([config.beside(path) for path in config.cogs.paths])
    foreign = [name for name in config.cogs.enabled if origins.get(name) != BUNDLED_ORIGIN]
    if not foreign:
        return ok("cogs", "all of them come with the bot and talk to nobody")
    return note(
        "cogs",
        f"{', '.join(foreign)}: from elsewhere, and not in the drill. The guard refuses what their Python code asks "
        "for, but not what native code in them or programs that they start do; keep those in by a firewall",
    )


def drill(module: tuple[str, ...] = DRILL) -> Finding:
    """Run a module in a process of its own that cannot open a network socket and live."""
    ended = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-P", "-m", "bot.egress.sealed", *module],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    seal, _, complaints = ended.stderr.partition("\n")
    if was_refused(ended.returncode):
        where = complaints.strip() or "It was native code, which leaves no trace of where."
        return mend("drill", f"something opened a network socket and was stopped.\n{_last(where)}", _FAILED)
    if ended.returncode != 0:
        return mend("drill", f"it ended with exit code {ended.returncode}.\n{_last(complaints)}", _FAILED)
    if seal != Seal.KERNEL.value:
        return note("drill", f"it ran to its end. {seal} So this proves less than on Linux.")
    return ok("drill", f"it ran to its end. {seal}")


def _last(said: str) -> str:
    return "\n".join(said.splitlines()[-_LINES_SHOWN:])
