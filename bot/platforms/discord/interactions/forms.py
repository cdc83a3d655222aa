"""What is asked before a choice counts: forms as modals, and yes or no. Pure: nothing here is sent."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import discord
from discord import ui

from bot.domain.effect import Choice, Field
from bot.platforms.discord.interactions.arguments import shortened
from bot.platforms.discord.render.escaping import escaped

LONGEST_TITLE, LONGEST_LABEL, LONGEST_DESCRIPTION = 45, 45, 100
_LONGEST_QUESTION = 2_000
_MOST_PARTS = 5
_LONG, _SHORT = 1_000, 200
"""Characters that a box and a line take."""

YES, NO = "Yes", "No"


def form(choice: Choice, custom_id: str) -> ui.Modal:
    """The form of a choice, its question at the top."""
    return modal(choice.text, custom_id, choice.form, choice.confirm)


def modal(title: str, custom_id: str, fields: Sequence[Field], question: str | None = None) -> ui.Modal:
    """At most five parts; it is not kept by discord.py, since what is filled in is read from what Discord sends."""
    opened = ui.Modal(title=shortened(title, LONGEST_TITLE) or "…", custom_id=custom_id)
    opened.stop()
    if question is not None:
        opened.add_item(ui.TextDisplay(_plain(question)))
    for field in fields[: _MOST_PARTS - len(opened.children)]:
        opened.add_item(_labelled(field))
    return opened


def question(choice: Choice, yes: str, no: str) -> tuple[str, ui.View]:
    """Words and two buttons, of those custom ids; not kept by discord.py either."""
    view = ui.View(timeout=None)
    style = discord.ButtonStyle.danger if choice.danger else discord.ButtonStyle.primary
    view.add_item(ui.Button(label=YES, style=style, custom_id=yes))
    view.add_item(ui.Button(label=NO, style=discord.ButtonStyle.secondary, custom_id=no))
    view.stop()
    return _plain(choice.confirm or choice.text), view


def filled_in(components: object) -> dict[str, str]:
    """Custom id of each text input to what was written, from what Discord sends when a form is submitted."""
    found: dict[str, str] = {}
    for part in _mappings(components):
        inner = part.get("component")
        nested = [inner] if isinstance(inner, Mapping) else _mappings(part.get("components"))
        for each in nested:
            name, value = each.get("custom_id"), each.get("value")
            if isinstance(name, str) and isinstance(value, str):
                found[name] = value.strip()
    return found


def missing(fields: Iterable[Field], answers: Mapping[str, str]) -> Field | None:
    """The first one that must be filled in and was not: spaces are nothing."""
    return next((field for field in fields if field.required and not answers.get(field.id)), None)


def _labelled(field: Field) -> "ui.Label[Any]":
    label = shortened(field.text, LONGEST_LABEL) or "…"
    entry: ui.TextInput[Any] = ui.TextInput(
        custom_id=field.id,
        style=discord.TextStyle.paragraph if field.long else discord.TextStyle.short,
        required=field.required,
        max_length=_LONG if field.long else _SHORT,
    )
    whole = shortened(field.text, LONGEST_DESCRIPTION) if label.endswith("…") and label != field.text else None
    return ui.Label(text=label, component=entry, description=whole)


def _plain(words: str) -> str:
    """A cog's question may hold somebody's name: nothing of it is markup."""
    return escaped(words)[:_LONGEST_QUESTION]


def _mappings(parts: object) -> list[Mapping[str, Any]]:
    return [part for part in parts if isinstance(part, Mapping)] if isinstance(parts, list) else []
