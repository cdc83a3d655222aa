"""What a server's own audit log says about a measure. Pure."""

from urllib.parse import quote

from bot.domain.effect import LiftTimeout, Restore, Sanction, Unban
from bot.domain.text import harmless
from bot.platforms.cutting import between_characters

_LONGEST = 512
"""Bytes of the header once it is percent-encoded."""

_LONGEST_NAME = 40


def reason_of(effect: Sanction, by: str | None) -> str:
    """Case, rule, reason and who asked for it; the reason is what is shortened. `by` is that person's name."""
    case = f"case {effect.case}: " if effect.case is not None else ""
    asked = f", by {_one_line(by)[:_LONGEST_NAME]}'s account" if by else ""
    rule = f"{effect.ground.rule}: " if effect.ground.rule else ""
    undone = "taken back: " if isinstance(effect, Restore | LiftTimeout | Unban) else ""
    words = _one_line(f"{undone}{rule}{effect.ground.reason}").rstrip(".")
    return f"{case}{_fitting(words, _LONGEST - _bytes(case) - _bytes(asked))}{asked}"


def _fitting(words: str, room: int) -> str:
    if _bytes(words) <= room:
        return words
    fits, taken = 0, _bytes("…")
    for character in words:
        taken += _bytes(character)
        if taken > room:
            break
        fits += 1
    return f"{words[: between_characters(words, fits)] if fits else ''}…"


def _bytes(text: str) -> int:
    return len(quote(text, safe="/ "))


def _one_line(text: str) -> str:
    return " ".join(harmless(text).split())
