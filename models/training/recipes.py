"""The settings of every training run that has a part in the shipped weights."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides the weights besides the data.

    Attributes:
        share: part of the public sets' examples that is taken.
        own: whether our own corpus is learnt from.
        drop: how often a post is shown without what it answers.
        stranger: how often a post that answers nothing is shown under some other post.
        trust: weight of the teacher's scores beside the labels.
        frozen_layers: so many of the encoder's layers, and its embeddings, stay as they came.
    """

    seed: int = 7
    epochs: int = 2
    share: float = 1.0
    own: bool = True
    rate: float = 1.2e-4
    head_rate: float = 1e-3
    positive_weight: float = 2.0
    smoothing: float = 0.02
    target_weight: float = 0.5
    drop: float = 0.4
    stranger: float = 0.15
    trust: float = 0.0
    frozen_layers: int = 0


RECIPES: Final = {
    # The small network on the public sets alone: the longest run, and none of it hangs on our own corpus.
    "first": Recipe(own=False),
    # Smoothed labels keep the worst attacks from standing out among the attacks, and the threshold lies just there.
    "sharpen": Recipe(epochs=2, share=0.3, rate=5e-5, head_rate=5e-4, positive_weight=1.5, smoothing=0.0),
    "teacher": Recipe(share=0.5, rate=3e-5, head_rate=5e-4, positive_weight=1.5, smoothing=0.0, frozen_layers=3),
    # More public posts than any of the others saw: of those the teacher has not learnt the answer, only judged.
    "student": Recipe(epochs=3, share=2.0, rate=1e-4, head_rate=5e-4, positive_weight=1.5, smoothing=0.0, trust=0.7),
}
