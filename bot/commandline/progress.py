"""Progress bars for anything that takes longer than a moment; on standard error, so that output stays clean."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

Step = Callable[[int, int | None], None]
"""Called with what is done and, once known, how much there is."""


class Steps:
    """The bars of one command, one for each step."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def step(self, name: str) -> Step:
        task = self._progress.add_task(name, total=None)

        def show(done: int, total: int | None) -> None:
            self._progress.update(task, completed=done, total=total)

        return show


@contextmanager
def steps(console: Console | None = None) -> Iterator[Steps]:
    """Bars that stay until the block ends; nothing is drawn where standard error is no terminal."""
    console = console or Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        yield Steps(progress)
