"""Decks of discussion prompts: TOML files, and how a broken one is told of."""

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.api import CogError

WEEKLY = Path(__file__).parent / "decks" / "weekly.toml"

HINTS = {
    "steelman": "Give the strongest case for the side that you do not hold.",
    "say-it-back": "Before you answer somebody, say their point in your own words until they agree that it is theirs.",
    "crux hunt": "Name the one fact that would change your mind if it were otherwise.",
    "fact-or-value": "Say whether your reason is about what is so or about what matters to you.",
}
"""What a format asks of those who answer; a format that is not here speaks for itself."""

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1500)]


class Prompt(BaseModel):
    """One prompt; `id` is remembered, so that it is not drawn again before all others were."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,60}$")]
    format: Words
    question: Words
    follow_up: Words | None = None
    tags: tuple[Words, ...] = ()


class Deck(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    title: Words
    prompts: Annotated[tuple[Prompt, ...], Field(alias="prompt", min_length=1)]


def read_deck(path: Path) -> Deck:
    """Read a deck.

    Raises:
        CogError: the file cannot be read, is no TOML, or an entry is not right; the text names the line and the entry.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CogError(f"deck {path} cannot be read: {error}") from error
    try:
        deck = Deck.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise CogError(f"deck {path} is not TOML: {error}") from error
    except ValidationError as error:
        raise CogError(f"deck {path}: {_described(error, text)}") from error
    ids = [prompt.id for prompt in deck.prompts]
    for number, name in enumerate(ids):
        if name in ids[:number]:
            raise CogError(
                f"deck {path}: {_entry(number, text)}: the id “{name}” is taken by prompt {ids.index(name) + 1}"
            )
    return deck


def _described(error: ValidationError, text: str) -> str:
    first = error.errors(include_url=False)[0]
    match first["loc"]:
        case ("prompt", int(number), *field):
            where = f"{_entry(number, text)}: {'.'.join(map(str, field))}"
        case location:
            where = ".".join(map(str, location))
    return f"{where}: {first['msg']}"


def _entry(number: int, text: str) -> str:
    lines = [line for line, words in enumerate(text.splitlines(), start=1) if words.strip().startswith("[[prompt]]")]
    at = f" (line {lines[number]})" if number < len(lines) else ""
    return f"prompt {number + 1}{at}"
