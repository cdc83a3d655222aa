"""One line of `folkmoot doctor`."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    OK = "ok"
    NOTE = "note"
    MEND = "mend"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at and what to do about it; `exit_code` is 0 unless the bot could not run like this."""

    subject: str
    verdict: Verdict
    words: str
    exit_code: int = 0


def ok(subject: str, words: str) -> Finding:
    return Finding(subject, Verdict.OK, words)


def note(subject: str, words: str) -> Finding:
    """Worth knowing; the bot runs all the same."""
    return Finding(subject, Verdict.NOTE, words)


def mend(subject: str, words: str, exit_code: int) -> Finding:
    return Finding(subject, Verdict.MEND, words, exit_code)
