"""The table of every measure, one column for each classifier."""

from collections.abc import Iterator
from pathlib import Path

from models.evaluation.attacks.bars import Figure, Rater, figures
from models.evaluation.attacks.peers import baseline, peers, shipped

POSTS = 4000


def raters(data: Path, *, weights: Path | None, alone: bool) -> Iterator[Rater]:
    """The classifier under test first; `alone` leaves the baseline and the peers out."""
    yield shipped(weights)
    if not alone:
        yield baseline(data)
        yield from peers(data)


def evaluate(data: Path, *, weights: Path | None = None, alone: bool = False, posts: int = POSTS) -> Iterator[str]:
    """The table's lines, in Markdown.

    Args:
        data: folder with attacks/ and threads/.
        weights: folder of other weights than those that ship.
        alone: measure no baseline and no peers, which need scikit-learn and a checkout.
        posts: how many debate posts to score.

    Raises:
        MissingData: a set is not in the folder.
        ImportError: what the comparison needs is not installed.
    """
    columns = [
        (f"{rater.name} (flags from {rater.threshold:.3f})", list(figures(data, rater, posts=posts)))
        for rater in raters(data, weights=weights, alone=alone)
    ]
    yield "| measure | bar | " + " | ".join(head for head, _ in columns) + " |"
    yield "|---|---|" + "---|" * len(columns)
    of = [{figure.name.split(" (")[0]: figure for figure in found} for _, found in columns]
    for figure in columns[0][1]:
        name = figure.name.split(" (")[0]
        yield f"| {figure.name} | {figure.bar} | " + " | ".join(_cell(each.get(name), figure) for each in of) + " |"


def _cell(figure: Figure | None, asked: Figure) -> str:
    if figure is None:
        return "-"
    return f"{figure.value:.3f}{' (missed)' if asked.bar and not met(figure.value, asked.bar) else ''}"


def met(value: float, bar: str) -> bool:
    sign, border = bar.split()
    return value >= float(border) if sign == ">=" else value <= float(border)
