"""What stands in Discord's answers, read without trusting that it does. Pure."""

from collections.abc import Iterator
from typing import Any

_NOTHING = 0


def text(answer: Any, name: str) -> str:
    """Empty where there is none."""
    value = answer.get(name) if isinstance(answer, dict) else None
    return value if isinstance(value, str) else ""


def number(answer: Any, name: str) -> int:
    """A number, or an id, which is one in quotation marks; 0 where there is none."""
    value = answer.get(name) if isinstance(answer, dict) else None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 20:  # noqa: PLR2004 - an id's
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else _NOTHING


def flag(answer: Any, name: str) -> bool:
    return isinstance(answer, dict) and answer.get(name) is True


def entries(answer: Any, name: str | None = None) -> Iterator[dict[str, Any]]:
    """The objects of a list, which the answer is itself or has under a name."""
    value = answer.get(name) if isinstance(answer, dict) and name is not None else answer
    return (one for one in (value if isinstance(value, list) else ()) if isinstance(one, dict))


def ids(answer: Any, name: str) -> frozenset[int]:
    """A list of ids."""
    value = answer.get(name) if isinstance(answer, dict) else None
    return frozenset(number({"id": one}, "id") for one in (value if isinstance(value, list) else ())) - {_NOTHING}


def named(name: str) -> str:
    """A name for one line of a terminal."""
    clean = "".join(character for character in name if character.isprintable())
    return clean if len(clean) <= 60 else f"{clean[:60]}…"  # noqa: PLR2004 - no name that people can read is longer
