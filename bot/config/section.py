"""What every section of the configuration is made of, the core's and the cogs'."""

from typing import Any, ClassVar, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    """Base of every settings section.

    `presets` maps a preset's name (strict, balanced, gentle) to the settings that it changes in this section.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    presets: ClassVar[dict[str, dict[str, Any]]] = {}


def setting(
    default: Any,
    description: str,
    *,
    unit: str = "",
    chat: bool = True,
    names: Literal["", "rule"] = "",
    **limits: Any,
) -> Any:
    """A documented field of a `Section`.

    Args:
        default: the value without configuration; `...` where one must be given.
        description: what it does and why one would change it; becomes the comment in config.example.toml.
        unit: of the value, where it has one.
        chat: whether `!set` may change it for a community.
        names: what of the community the value is the id of, if of anything; `folkmoot doctor` looks for it there.
        **limits: pydantic's `ge`, `le`, `gt`, `lt`, `min_length`...
    """
    extra: dict[str, Any] = {"unit": unit, "chat": chat, "names": names}
    return Field(default=default, description=description, json_schema_extra=extra, **limits)


def section_in(annotation: Any) -> type[Section] | None:
    """The section in `Section`, `tuple[Section, ...]` or `Section | None`."""
    candidates = (annotation, *get_args(annotation))
    return next((one for one in candidates if isinstance(one, type) and issubclass(one, Section)), None)
