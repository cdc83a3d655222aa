"""`folkmoot evaluate`: the figures of the models that ship, measured again on a folder of labelled data."""

from pathlib import Path
from typing import Annotated

import typer

from bot.errors import DataError
from models.runtime import BundleError

evaluations = typer.Typer(no_args_is_help=True, help="Measure the models again on labelled data; for developers.")
_NEEDS = "install what it needs with: pip install 'folkmoot[evaluate]' (the baseline also needs a checkout)"


@evaluations.callback()
def evaluate() -> None:
    """Measure the models again on labelled data; for developers."""


@evaluations.command()
def attacks(
    data: Annotated[Path, typer.Option(help="The folder with attacks/ and threads/.")],
    *,
    weights: Annotated[Path | None, typer.Option(help="Other weights than those that ship.")] = None,
    alone: Annotated[bool, typer.Option("--alone", help="Without the baseline and the peers: much quicker.")] = False,
    posts: Annotated[int, typer.Option(min=100, help="How many debate posts to score.")] = 4000,
) -> None:
    """Print every figure of the attack classifier beside its bar, the baseline and the peers that are installed."""
    try:
        from models.evaluation import attacks as measured  # noqa: PLC0415 — needs more than the bot does
        from models.evaluation.sets import MissingData  # noqa: PLC0415 — likewise
    except ImportError as error:
        raise DataError(f"{error}; {_NEEDS}") from error
    try:
        for line in measured.evaluate(data, weights=weights, alone=alone, posts=posts):
            typer.echo(line)
    except (MissingData, BundleError) as error:
        raise DataError(str(error)) from error
    except ImportError as error:
        raise DataError(f"{error}; {_NEEDS}") from error
