"""The bundled discussion and what the demonstration's moderator makes of it."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent
_REASONS = {
    "contempt_intelligence": "warn Say what is wrong with the argument, not with the people who make it.",
    "liar_shill": "warn If you have evidence of an interest, show it. Calling somebody a paid liar is not evidence.",
    "third_person": "hide Talk to people here, not about them.",
    "obfuscated": "warn Spelling it differently does not make it something else.",
    "last_clause": "none A fair post with an insult at its end; I asked her to take the end off.",
    "blunt_insult": "none Name-calling.",
}
_BANTER = "Two old friends joking; both said so."
_FAIR = "Harsh on the argument, not on the person."


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the discussion; ids are short and unique within it."""

    id: str
    author: str
    at: datetime
    text: str
    reply_to: str | None
    likes: int


def lines() -> list[Line]:
    """The discussion, oldest first."""
    found = (json.loads(text) for text in (_FOLDER / "thread.jsonl").read_text(encoding="utf-8").split("\n") if text)
    return [
        Line(
            one["id"],
            one["author"],
            datetime.fromisoformat(one["at"]),
            one["text"],
            one["reply_to"],
            one["likes"],
        )
        for one in found
    ]


def written_attacks() -> dict[str, str]:
    """Ids of the lines that were written as attacks, and of which kind each is."""
    attacks: dict[str, str] = _notes()["attacks"]
    return attacks


def _notes() -> Any:
    return json.loads((_FOLDER / "attacks.json").read_text(encoding="utf-8"))


def decision(line_id: str, number: int) -> str:
    """What the moderator of the demonstration types about a flagged line that became case `number`."""
    notes = _notes()
    kind = notes["attacks"].get(line_id)
    if line_id in notes["borderline"]:
        return f"!dismiss {number} {_BANTER}"
    if kind is None:
        return f"!dismiss {number} {_FAIR}"
    return f"!uphold {number} {_REASONS[kind]}"
