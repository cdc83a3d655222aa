"""Custom ids of buttons and forms: by these a press finds back to its prompt, also after a restart. Pure.

`fm:choice:COG:LABEL:CHOICE` for a choice on a prompt; `fm:yes:` and `fm:no:` with the same for its second step;
`fm:form:` for a form; `fm:read:NOTE` for a letter that could not be delivered; `fm:menu:COMMAND:MESSAGE` for what a
message's menu asks. What does not fit into Discord's 100 characters is named by its message instead:
`fm:choice:::CHOICE`, found again with `Prompts.at`. A second step, which stands on a message of its own, then names the
prompt's: `fm:yes::CHANNEL/MESSAGE:CHOICE`.
"""

from dataclasses import dataclass
from urllib.parse import quote, unquote

LONGEST = 100
"""Characters that Discord allows."""

_MARK = "fm"
STEPS = ("choice", "yes", "no", "form")


@dataclass(frozen=True, slots=True)
class Pressed:
    """One press.

    `cog` and `label` are empty where they did not fit: then the message with the button says which prompt. Where only
    `cog` is, `label` is the native id of the message that the prompt stands on.
    """

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


def menu_id(command: str, target: str) -> str:
    """Of a form that a message's menu opened; `target` is that message's native id."""
    return ":".join((_MARK, "menu", quote(command, safe=""), target))


def read_menu(custom_id: str) -> tuple[str, str] | None:
    """Command and native id of the message; None: no such form."""
    match custom_id.split(":"):
        case [mark, "menu", command, target] if mark == _MARK and command and target:
            return unquote(command), target
    return None


def letter_id(note: str) -> str:
    return f"{_MARK}:read:{note}"


def read_letter(custom_id: str) -> str | None:
    """The note of a letter; None: no such button."""
    head, _, note = custom_id.partition(":read:")
    return note if head == _MARK and note else None
