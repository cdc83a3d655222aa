"""All commands of all loaded cogs, by name."""

import difflib
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from bot.commands.spec import CommandSpec
from bot.errors import CogError
from bot.ports.knowledge import CommandInfo, ParameterInfo


class CommandTable:
    """Immutable; a reload builds a new one."""

    def __init__(self, specs: Iterable[CommandSpec]) -> None:
        """Raises CogError where two commands share a name or alias, or a name in menus."""
        names: dict[str, CommandSpec] = {}
        menus: dict[str, CommandSpec] = {}
        for spec in specs:
            if spec.mark.menu is not None and (other := menus.setdefault(spec.mark.menu, spec)) is not spec:
                raise CogError(f"!{other.name} of '{other.cog}' and !{spec.name} of '{spec.cog}' share a name in menus")
            for name in (spec.mark.name, *spec.mark.aliases):
                other = names.setdefault(name, spec)
                if other is not spec:
                    raise CogError(f"!{name} is declared by the cogs '{other.cog}' and '{spec.cog}'")
        self._names: Mapping[str, CommandSpec] = MappingProxyType(names)

    def find(self, name: str) -> CommandSpec | None:
        return self._names.get(name)

    def nearest(self, name: str) -> str | None:
        """The known command that a mistyped name most likely meant."""
        close = difflib.get_close_matches(name, list(self._names), n=1, cutoff=0.7)
        return self._names[close[0]].name if close else None

    def all(self) -> list[CommandInfo]:
        """Every command once, by name."""
        unique = {spec.name: spec for spec in self._names.values()}
        return [_info(unique[name]) for name in sorted(unique)]


def _info(spec: CommandSpec) -> CommandInfo:
    return CommandInfo(
        name=spec.name,
        usage=spec.usage,
        help=spec.mark.help,
        arguments={p.name: ", ".join(p.choices) or p.form.value for p in spec.parameters},
        aliases=spec.mark.aliases,
        standing=spec.mark.standing,
        place=spec.mark.place.value,
        cog=spec.cog,
        audience=spec.mark.audience,
        parameters=tuple(ParameterInfo(p.name, p.kind, p.required, p.choices, p.is_target) for p in spec.parameters),
        menu=spec.mark.menu,
    )
