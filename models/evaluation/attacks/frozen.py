"""Our own held-out suite of messages: never trained on, never tuned to."""

from pathlib import Path
from typing import Final

from models.evaluation.diversity import one_feature
from models.evaluation.written import Line, read

__all__ = ["frozen_messages", "one_feature"]

MESSAGES: Final = Path(__file__).parents[1] / "frozen" / "messages.txt"


def frozen_messages() -> list[Line]:
    return list(read(MESSAGES))
