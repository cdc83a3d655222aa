"""The configuration file: its sections, how they are read, and what is said when one is wrong."""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    """Base of every settings section, the core's and the cogs'.

    `presets` maps a preset's name (strict, balanced, gentle) to the settings that it changes in this section.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    presets: ClassVar[dict[str, dict[str, Any]]] = {}


def setting(default: Any, description: str, *, unit: str = "", chat: bool = True, **limits: Any) -> Any:
    """A documented field of a `Section`.

    Args:
        default: the value without configuration.
        description: what it does and why one would change it; becomes the comment in config.example.toml.
        unit: of the value, where it has one.
        chat: whether `!set` may change it for a community.
        **limits: pydantic's `ge`, `le`, `gt`, `lt`, `min_length`...
    """
    return Field(default=default, description=description, json_schema_extra={"unit": unit, "chat": chat}, **limits)
