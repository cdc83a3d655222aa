"""Posts as the networks take them: tokenised windows, what they answer, and batches of both."""

# Checked with and without the training libraries, which the ordinary environment does not have.
# mypy: disable-error-code="import-not-found,import-untyped,unused-ignore"

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from models.attacks.answered import CONTEXT_TOKENS
from models.attacks.windows import WINDOW_TOKENS, suspicion, windows
from models.training.sources import Example

BATCH = 32
# Long posts: an attack sits in one window, so a post is a bag of windows; a few of them are enough to learn from.
MOST_WINDOWS = 8


Pair = tuple[Sequence[int], Sequence[int]]
"""Token ids of a window, markers included, and of what it answers, with its closing marker; the second may be empty."""


@dataclass(slots=True)
class Bag:
    """The tokenised windows of one example, what it answers, and the window that stands for it in this epoch.

    Attributes:
        taught: a teacher's outputs for the chosen window under what it answers and alone, of shape (2, outputs).
    """

    example: Example
    windows: list[list[int]]
    answered: list[int]
    chosen: int
    taught: NDArray[np.float32] | None = None

    @property
    def alone(self) -> Pair:
        return self.windows[self.chosen], []

    @property
    def in_context(self) -> Pair:
        return self.windows[self.chosen], self.answered

    def lesson(self, pair: Pair) -> NDArray[np.float32] | None:
        """What the teacher says of `pair`; a stranger's post above it changes nothing."""
        if self.taught is None:
            return None
        lesson: NDArray[np.float32] = self.taught[0 if self.answered and pair[1] is self.answered else 1]
        return lesson


def bags(found: Sequence[Example], tokenizer: Tokenizer) -> list[Bag]:
    def count(text: str) -> int:
        return len(tokenizer.encode(text).ids)

    made = []
    for example in found:
        ranges = windows(example.text, count, most=MOST_WINDOWS)
        parts = [example.text[start:end] for start, end in ranges]
        # Before the first epoch nothing but the cheap rank can say which window of a long post holds the attack.
        chosen = max(range(len(parts)), key=lambda index: suspicion(parts[index]))
        context = tokenizer.encode(example.answered).ids[1:] if example.answered else []
        made.append(Bag(example, [tokenizer.encode(part).ids[:WINDOW_TOKENS] for part in parts], cut(context), chosen))
    return made


def cut(context: Sequence[int]) -> list[int]:
    return [*context[: CONTEXT_TOKENS - 1], context[-1]] if len(context) > CONTEXT_TOKENS else list(context)


def padded(pairs: Sequence[Pair]) -> tuple[Tensor, Tensor, Tensor]:
    """Token ids, mask and token types, each of shape (pairs, tokens)."""
    longest = max(len(own) + len(context) for own, context in pairs)
    tokens, mask, types = (torch.zeros(len(pairs), longest, dtype=torch.long) for _ in range(3))
    for row, (own, context) in enumerate(pairs):
        whole = len(own) + len(context)
        tokens[row, :whole] = torch.tensor([*own, *context])
        mask[row, :whole] = 1
        types[row, len(own) : whole] = 1
    return tokens, mask, types


def presented(bag: Bag, contexts: Sequence[list[int]], chance: random.Random, *, drop: float, stranger: float) -> Pair:
    """The bag's window with its context, without, or with some other post's.

    A label that does not hang on the context must not change with it: so the model meets the same words alone, and
    under strangers' posts, friendly and abusive alike.
    """
    if bag.example.hinges:
        return bag.in_context
    dice = chance.random()
    if bag.answered:
        return bag.alone if dice < drop else bag.in_context
    return (bag.alone[0], chance.choice(contexts)) if contexts and dice < stranger else bag.alone


def batches(items: Sequence[Bag], chance: random.Random) -> Iterator[list[Bag]]:
    """Batches of similar length in random order: padding costs time and teaches nothing."""
    order = sorted(items, key=lambda bag: len(bag.windows[bag.chosen]) + len(bag.answered) + chance.random() * 8)
    groups = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    chance.shuffle(groups)
    yield from groups
