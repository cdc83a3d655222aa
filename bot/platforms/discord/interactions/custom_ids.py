"""Custom ids of buttons and forms: by these a press finds back to its prompt, also after a restart. Pure.

`fm:choice:COG:LABEL:CHOICE` for a choice on a prompt; `fm:yes:` and `fm:no:` with the same for its second step;
`fm:form:` for a form; `fm:read:NOTE` for a letter that could not be delivered. What does not fit into Discord's 100
characters is named by its message instead: `fm:choice:::CHOICE`, found again with `Prompts.at`.
"""

from dataclasses import dataclass
from urllib.parse import quote, unquote

LONGEST = 100
"""Characters that Discord allows."""

_MARK = "fm"
STEPS = ("choice", "yes", "no", "form")


@dataclass(frozen=True, slots=True)
class Pressed:
    """`cog` and `label` are empty where they did not fit: then the message with the button says which prompt."""

    step: str
    cog: str
    label: str
    choice: str


def choice_id(step: str, cog: str, label: str, choice: str) -> str:
    """`step` is one of `STEPS`."""
    whole = ":".join((_MARK, step, *(quote(part, safe="") for part in (cog, label, choice))))
    return whole if len(whole) <= LONGEST else ":".join((_MARK, step, "", "", quote(choice, safe="")))[:LONGEST]


def read_choice(custom_id: str) -> Pressed | None:
    """None: not of our making."""
    match custom_id.split(":"):
        case [mark, step, cog, label, choice] if mark == _MARK and step in STEPS:
            return Pressed(step, unquote(cog), unquote(label), unquote(choice))
    return None


def letter_id(note: str) -> str:
    return f"{_MARK}:read:{note}"


def read_letter(custom_id: str) -> str | None:
    """The note of a letter; None: no such button."""
    head, _, note = custom_id.partition(":read:")
    return note if head == _MARK and note else None
