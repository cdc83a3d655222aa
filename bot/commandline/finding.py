"""One line of `folkmoot doctor`, and of the drill before a restore."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from rich.table import Table
from rich.text import Text


class Verdict(StrEnum):
    OK = "ok"
    NOTE = "note"
    MEND = "mend"


_STYLES = {Verdict.OK: "green", Verdict.NOTE: "yellow", Verdict.MEND: "bold red"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at and what to do about it; `exit_code` is 0 unless the bot could not run like this."""

    subject: str
    verdict: Verdict
    words: str
    exit_code: int = 0

    @property
    def is_address(self) -> bool:
        """Whether the words are one address, which nobody can copy once it is broken into lines."""
        return self.words.startswith("https://") and " " not in self.words


def ok(subject: str, words: str) -> Finding:
    return Finding(subject, Verdict.OK, words)


def note(subject: str, words: str) -> Finding:
    """Worth knowing; the bot runs all the same."""
    return Finding(subject, Verdict.NOTE, words)


def mend(subject: str, words: str, exit_code: int) -> Finding:
    return Finding(subject, Verdict.MEND, words, exit_code)


def lines(findings: Iterable[Finding]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    for finding in findings:
        table.add_row(Text(finding.verdict, _STYLES[finding.verdict]), Text(finding.subject), Text(finding.words))
    return table
