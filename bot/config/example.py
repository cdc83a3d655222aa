"""The example configuration: every setting with its default, its unit and why one would change it."""

import json
from collections.abc import Iterator, Mapping
from textwrap import wrap
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from bot.config.core import Core
from bot.config.section import Section, section_in

_WIDTH = 110
_HEAD = """\
# Every setting of Folkmoot with its default. Copy what you change into your own file (`folkmoot init` makes one);
# what a file leaves out has the value that stands here. Lines that begin with "#" and no space are examples of what
# has no default. Secrets never stand in a file like this one.
# Moderators can change the cogs' settings for their community with `!set`, save those marked "in this file only".
# Made by `folkmoot init --example`.
"""
_BOUNDS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}


def example(cogs: Mapping[str, tuple[str, type[Section]]]) -> str:
    """The text of config.example.toml.

    Args:
        cogs: cog name to its description and the model of its section.
    """
    core = Core()
    parts = [_HEAD]
    for name, field in Core.model_fields.items():
        model = section_in(field.annotation)
        if model is not None:
            repeated = not isinstance(getattr(core, name), Section)
            parts.append(_section(name, model, (model.__doc__ or "").strip(), repeated=repeated))
    for name, (description, model) in cogs.items():
        if model.model_fields:
            parts.append(_section(name, model, f"The cog {name}: {description}", repeated=False))
    return "\n".join(parts)


def _section(path: str, model: type[Section], description: str, *, repeated: bool) -> str:
    """One section; a `repeated` one (`[[path]]`) is an example as a whole, since by default there is none."""
    lines = [f"[[{path}]]" if repeated else f"[{path}]"]
    nested: list[str] = []
    for name, field in model.model_fields.items():
        inner = section_in(field.annotation)
        if inner is None:
            lines += ["", *_setting(name, field, is_example=repeated)]
        else:
            nested.append(_section(f"{path}.{name}", inner, field.description or "", repeated=True))
    for preset, values in model.presets.items():
        changes = ", ".join(f"{name} = {_toml(value)}" for name, value in values.items())
        lines += ["", *_comment(f"Preset {preset}: {changes}")]
    if repeated:
        lines[0] = f"#{lines[0]}"
    return "\n".join(["", *_comment(description), *lines, *nested])


def _setting(name: str, field: FieldInfo, *, is_example: bool) -> Iterator[str]:
    yield from _comment(" ".join([field.description or "", *_notes(field)]))
    has_default = not field.is_required() and field.default is not None
    value = field.examples[0] if field.examples and (is_example or not has_default) else field.default
    yield f"{'' if has_default and not is_example else '#'}{name} = {_toml(value)}"


def _notes(field: FieldInfo) -> Iterator[str]:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    if unit := extra.get("unit"):
        yield f"Unit: {unit}."
    if get_origin(field.annotation) is Literal:
        yield f"One of: {', '.join(get_args(field.annotation))}."
    limits = [
        f"{words} {getattr(bound, name)}"
        for bound in field.metadata
        for name, words in _BOUNDS.items()
        if hasattr(bound, name)
    ]
    if limits:
        yield f"{', '.join(limits).capitalize()}."
    if not extra.get("chat", True):
        yield "In this file only."
    if field.is_required():
        yield "Must be given."
    elif field.examples:
        yield f"Default: {'none' if field.default in (None, ()) else _toml(field.default)}."


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in wrap(" ".join(text.split()), _WIDTH)]


def _toml(value: Any) -> str:
    """A value as TOML; JSON's texts, numbers, truth values and lists are TOML's too."""
    return json.dumps(to_jsonable_python(value), ensure_ascii=False)
