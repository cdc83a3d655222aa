"""Where a cog's class comes from: bundled, a package's entry point, or a folder of one's own."""

import importlib
import importlib.util
import sys
from collections.abc import Container, Iterator, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import TypeGuard

from bot.cog import Cog
from bot.errors import CogError
from bot.ownership import CORE, Owner
from bot.registry import FoundCog

ENTRY_POINT_GROUP = "folkmoot.cogs"
BUNDLED = "cogs"
BUNDLED_ORIGIN = "bundled"


def available(paths: Sequence[Path]) -> dict[str, str]:
    """Names that `find` would accept, with where each comes from; nothing is imported."""
    names: dict[str, str] = {}
    for path in reversed(paths):
        names.update({name: str(path) for name in _names_in(path)})
    names.update({point.name: f"package {point.value}" for point in entry_points(group=ENTRY_POINT_GROUP)})
    spec = importlib.util.find_spec(BUNDLED)
    for location in (spec.submodule_search_locations or []) if spec else []:
        names.update(dict.fromkeys(_names_in(Path(location)), BUNDLED_ORIGIN))
    return names


def find(name: str, paths: Sequence[Path], owner: Owner | None = None) -> FoundCog:
    """Import the cog called `name`; what its modules start on the event loop belongs to `owner`.

    Raises:
        CogError: there is none, it cannot be imported, or it declares another name.
    """
    if not name.isidentifier():
        raise CogError(f"'{name}' is not a cog's name: letters, digits and _ only")
    if name == CORE:
        raise CogError(f"'{name}' is not a cog's name: the bot itself goes by it")
    before = set(sys.modules)
    try:
        module, origin = _import(name, paths, owner or Owner(name))
        types = {value for value in vars(module).values() if _is_cog(value, name)}
    except CogError:
        raise
    except (Exception, SystemExit) as error:  # a module may do anything when it is imported
        raise CogError(f"cog '{name}' cannot be imported: {type(error).__name__}: {error}") from error
    if len(types) != 1:
        forget_modules(module.__name__, but=before)
        raise CogError(f"cog '{name}': {module.__name__} must hold exactly one Cog class with name = \"{name}\"")
    return FoundCog(types.pop(), module.__name__, origin)


def forget_modules(module: str, but: Container[str] = ()) -> dict[str, ModuleType]:
    """Drop a cog's modules, so that the next import reads the files; gives them, to put back on failure."""
    names = [name for name in sys.modules if name == module or name.startswith(f"{module}.")]
    importlib.invalidate_caches()
    return {name: sys.modules.pop(name) for name in names if name not in but}


def _is_cog(value: object, name: str) -> TypeGuard[type[Cog]]:
    return isinstance(value, type) and issubclass(value, Cog) and getattr(value, "name", None) == name


def _names_in(folder: Path) -> Iterator[str]:
    if not folder.is_dir():
        return
    for entry in sorted(folder.iterdir()):
        is_package = entry.is_dir() and (entry / "__init__.py").is_file()
        is_module = entry.suffix == ".py" and entry.is_file()
        if (is_package or is_module) and not entry.name.startswith("_"):
            yield entry.stem


def _import(name: str, paths: Sequence[Path], owner: Owner) -> tuple[ModuleType, str]:
    if importlib.util.find_spec(f"{BUNDLED}.{name}") is not None:
        return _import_installed(f"{BUNDLED}.{name}", owner), BUNDLED_ORIGIN
    for point in entry_points(group=ENTRY_POINT_GROUP, name=name):
        return _import_installed(point.module, owner), f"package {point.value}"
    for path in paths:
        if name in _names_in(path):
            return _import_file(name, path, owner), str(path)
    raise CogError(f"there is no cog '{name}'; known are: {', '.join(sorted(available(paths)))}")


def _import_installed(module: str, owner: Owner) -> ModuleType:
    before = set(sys.modules)
    try:
        return owner.call(importlib.import_module, module)
    except BaseException:
        forget_modules(module, but=before)  # Python drops the module that failed, not those below it
        raise


def _import_file(name: str, folder: Path, owner: Owner) -> ModuleType:
    """A cog from `[cogs] paths` gets a module name of its own, so that it cannot shadow anything."""
    qualified = f"folkmoot_cog_{name}"
    if qualified in sys.modules:
        return sys.modules[qualified]
    package = folder / name / "__init__.py"
    file = package if package.is_file() else folder / f"{name}.py"
    spec = importlib.util.spec_from_file_location(qualified, file)
    if spec is None or spec.loader is None:
        raise CogError(f"cog '{name}': {file} cannot be read as Python")
    module = importlib.util.module_from_spec(spec)
    sys.modules[qualified] = module
    try:
        owner.call(spec.loader.exec_module, module)
    except BaseException:
        forget_modules(qualified)
        raise
    return module
