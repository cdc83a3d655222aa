"""What is wrong with a configuration, in words: where, which value, what is allowed, the nearest known name."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from bot.config.lines import Location, line_of
from bot.config.section import Section, section_in
from bot.errors import ConfigError

_LONGEST_VALUE = 60
_OURS = {
    "a tuple": "a list",
    "a string": "a text in quotation marks",
    "a integer": "a whole number",
    "a boolean": "true or false",
    "greater than or equal to": "at least",
    "less than or equal to": "at most",
    "greater than": "more than",
}
"""Pydantic's words to those of someone who edits a file."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend; `where` is the setting's path, `line` None where it has none."""

    where: str
    what: str
    line: int | None = None

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        return f"{place}{self.where}: {self.what}" if self.where else f"{place}{self.what}"


def problems_of(
    error: ValidationError, model: type[Section], lines: Mapping[Location, int], prefix: Location = ()
) -> list[Problem]:
    """Each problem that pydantic found in a section whose own location is `prefix`."""
    found = []
    for detail in error.errors(include_url=False):
        location = (*prefix, *detail["loc"])
        if detail["type"] == "extra_forbidden":
            known = fields_at(model, detail["loc"][:-1])
            message = f"there is no such setting{nearest(str(detail['loc'][-1]), known)}"
        elif detail["type"] == "missing":
            message = "is missing"
        elif detail["type"] == "model_type":
            message = "must be a section of its own"
        else:
            message = _in_words(detail["msg"], detail["input"])
        found.append(Problem(path_of(location) if location else "", message, line_of(lines, location)))
    return found


def refusal(path: Path, problems: Iterable[Problem]) -> ConfigError:
    """All problems of the file at `path` as one error, in the file's order."""
    in_order = sorted(problems, key=lambda problem: problem.line or 0)
    count = "a problem" if len(in_order) == 1 else f"{len(in_order)} problems"
    return ConfigError("\n  ".join([f"{path} has {count}:", *map(str, in_order)]))


def path_of(location: Location) -> str:
    """A location as people write it: `[commands] prefix`, `[community.rules #1.2] id`, `[community #1] rooms #3`.

    Numbers count from 1: which of the sections with that name, which entry of a list.
    """
    last = max(place for place, part in enumerate(location) if isinstance(part, str))
    inside = location[:last] or location
    section = ".".join(str(part) for part in inside if isinstance(part, str))
    numbers = ".".join(str(part + 1) for part in inside if isinstance(part, int))
    header = f"[{section} #{numbers}]" if numbers else f"[{section}]"
    rest = (f"#{part + 1}" if isinstance(part, int) else part for part in location[len(inside) :])
    return " ".join([header, *rest])


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint to the known name that comes nearest, or to all of them where none does."""
    names = sorted(known)
    close = get_close_matches(name.lower(), names, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; there are: {', '.join(names)}" if names else ""


def fields_at(model: type[Section], location: Location) -> list[str]:
    """The names of the fields that a model has at a location inside it."""
    for part in location:
        if isinstance(part, str):
            model = section_in(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def _in_words(message: str, value: Any) -> str:
    """Pydantic's sentence as ours, with the value before it."""
    if message.startswith("Value error, "):  # raised by our own validators, which name the value
        return message.removeprefix("Value error, ")
    sentence = re.sub(r"^(Input|\w+) should be a valid (\w+).*", r"must be a \2", message)
    sentence = re.sub(r"^(Input|\w+) should ", "must ", sentence)
    for theirs, ours in _OURS.items():
        sentence = sentence.replace(theirs, ours)
    shown = "" if isinstance(value, dict | BaseModel) else repr(value)
    if len(shown) > _LONGEST_VALUE:
        shown = f"{shown[:_LONGEST_VALUE]}…"
    return f"{shown} {sentence[0].lower()}{sentence[1:]}".strip()
