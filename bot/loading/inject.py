"""Building a cog from its constructor's annotations."""

import inspect
from collections.abc import Callable, Container, Hashable, Mapping
from typing import Any, get_args, get_origin, get_type_hints

from bot.cog import Cog
from bot.errors import CogError
from bot.ownership import Owner

Provider = Callable[[type[Cog]], Any]
"""Makes a capability for one cog: bound to its name where that matters."""


def build(cog: type[Cog], providers: Mapping[Any, Provider], owner: Owner | None = None) -> Cog:
    """An instance with everything that its constructor names.

    Args:
        cog: the class.
        providers: by annotation; a generic such as `Settings[CivilitySettings]` is looked up by its origin.
        owner: whose is what the constructor starts on the event loop.

    Raises:
        CogError: nothing provides one of them, or the constructor raised.
    """
    needed = needs(cog, providers)
    arguments = {name: providers[capability](cog) for name, capability in needed.items()}
    try:
        return (owner or Owner(cog.name)).call(cog, **arguments)
    except CogError:
        raise
    except (Exception, SystemExit) as error:
        raise CogError(f"cog '{cog.name}' cannot be built: {type(error).__name__}: {error}") from error


def needs(cog: type[Cog], provided: Container[Any]) -> dict[str, Any]:
    """Constructor parameter to the capability it asks for.

    Raises:
        CogError: one that is not among `provided`, or another cog's settings.
    """
    try:
        hints = get_type_hints(cog.__init__)
    except Exception as error:  # an annotation is whatever its author wrote
        raise CogError(f"cog '{cog.name}': __init__: {type(error).__name__}: {error}") from error
    found: dict[str, Any] = {}
    for parameter in list(inspect.signature(cog.__init__).parameters.values())[1:]:
        if parameter.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
            continue
        hint = hints.get(parameter.name)
        capability = get_origin(hint) or hint
        if not isinstance(capability, Hashable) or capability not in provided:
            raise CogError(f"cog '{cog.name}': nothing provides {parameter.name}: {_shown(hint)}")
        _check_settings(cog, parameter.name, hint)
        found[parameter.name] = capability
    return found


def _check_settings(cog: type[Cog], name: str, hint: Any) -> None:
    arguments = get_args(hint)
    if arguments and arguments[0] is not cog.settings:
        raise CogError(f"cog '{cog.name}': {name} asks for {_shown(hint)}, but its settings are {_shown(cog.settings)}")


def _shown(hint: Any) -> str:
    if get_args(hint):
        return f"{_shown(get_origin(hint))}[{', '.join(_shown(part) for part in get_args(hint))}]"
    return getattr(hint, "__name__", None) or str(hint)
