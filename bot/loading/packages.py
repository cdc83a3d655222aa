"""Whether `bot`, `cogs` and `models` are Folkmoot's own: the names are generic, and others use them too."""

from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

from bot.errors import ConfigError

DISTRIBUTION = "folkmoot"
PACKAGES = ("bot", "cogs", "models")
_REMEDY = "Install Folkmoot into a virtual environment of its own."


def refuse_foreign_packages() -> None:
    """Raise ConfigError where another package shares one of our names: start-up ends there."""
    problems = list(foreign_packages(_places(), packages_distributions()))
    if problems:
        raise ConfigError("\n".join([*problems, _REMEDY]))


def foreign_packages(places: Mapping[str, Sequence[str]], owners: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """What is wrong, one sentence each.

    Args:
        places: package to the folders that Python takes it from.
        owners: package to the distributions that say they installed it.
    """
    home = Path(__file__).parents[2]
    for package in PACKAGES:
        strange = [place for place in places.get(package, ()) if Path(place).resolve() != (home / package).resolve()]
        if strange:
            yield f"Python takes the package '{package}' from {', '.join(strange)}, not from {home / package}."
        others = sorted({owner for owner in owners.get(package, ()) if owner != DISTRIBUTION})
        if others:
            yield f"The package '{package}' was also installed by: {', '.join(others)}."


def _places() -> dict[str, list[str]]:
    specs = {package: find_spec(package) for package in PACKAGES}
    return {package: list(spec.submodule_search_locations or ()) for package, spec in specs.items() if spec}
