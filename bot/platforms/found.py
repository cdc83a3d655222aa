"""One thing that a platform's checkup looked at, in plain words: for `folkmoot doctor`."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """`NOTE`: worth knowing, the bot runs all the same. `MEND`: something is to be done. `LATER`: passing trouble."""

    OK = "ok"
    NOTE = "note"
    MEND = "mend"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Found:
    """What was looked at, how it stands, and in words what it is or what to do."""

    subject: str
    state: State
    words: str


def ok(subject: str, words: str) -> Found:
    return Found(subject, State.OK, words)


def note(subject: str, words: str) -> Found:
    return Found(subject, State.NOTE, words)


def mend(subject: str, words: str) -> Found:
    return Found(subject, State.MEND, words)


def later(subject: str, words: str) -> Found:
    return Found(subject, State.LATER, words)
