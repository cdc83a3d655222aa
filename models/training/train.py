"""Fine-tunes the encoder into the attack classifier: one seeded run, from the sets to a checkpoint."""

# Checked with and without the training libraries, which the ordinary environment does not have.
# mypy: disable-error-code="import-not-found,import-untyped,misc,untyped-decorator,unused-ignore,no-untyped-call"

import argparse
import json
import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from models.attacks.answered import CONTEXT_TOKENS
from models.attacks.judgement import TARGETS
from models.attacks.windows import WINDOW_TOKENS, suspicion, windows
from models.training.network import AttackNetwork, load_encoder
from models.training.sources import Example, corpus, examples

BATCH = 32
# Long posts: an attack sits in one window, so a post is a bag of windows; a few of them are enough to learn from.
MOST_WINDOWS = 8
_UNSAID: Final = -1


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides the weights besides the data."""

    seed: int = 7
    epochs: int = 2
    share: float = 1.0
    rate: float = 1.2e-4
    head_rate: float = 1e-3
    positive_weight: float = 2.0
    corpus_weight: float = 1.0
    smoothing: float = 0.02
    target_weight: float = 0.5
    drop: float = 0.4
    stranger: float = 0.15


# The second stage: smoothed labels keep the worst attacks from standing out among the attacks, and the threshold lies
# just there.
SHARPENING: Final = Recipe(epochs=1, share=0.12, rate=4e-5, head_rate=5e-4, positive_weight=1.5, smoothing=0.0)


@dataclass(slots=True)
class Bag:
    """The tokenised windows of one example, what it answers, and the window that stands for it in this epoch."""

    example: Example
    windows: list[list[int]]
    answered: list[int]
    chosen: int


Pair = tuple[Sequence[int], Sequence[int]]
"""Token ids of a window, markers included, and of what it answers, with its closing marker; the second may be empty."""


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


def presented(bag: Bag, contexts: Sequence[list[int]], chance: random.Random, recipe: Recipe) -> Pair:
    """The bag's window with its context, without, or with some other post's.

    A label that does not hang on the context must not change with it: so the model meets the same words alone, and
    under strangers' posts, friendly and abusive alike.
    """
    own = bag.windows[bag.chosen]
    if bag.example.hinges:
        return own, bag.answered
    dice = chance.random()
    if bag.answered:
        return own, [] if dice < recipe.drop else bag.answered
    return own, chance.choice(contexts) if contexts and dice < recipe.stranger else []


def batches(items: Sequence[Bag], chance: random.Random) -> Iterator[list[Bag]]:
    """Batches of similar length in random order: padding costs time and teaches nothing."""
    order = sorted(items, key=lambda bag: len(bag.windows[bag.chosen]) + len(bag.answered) + chance.random() * 8)
    groups = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    chance.shuffle(groups)
    yield from groups


@torch.no_grad()
def logits(network: AttackNetwork, pairs: Sequence[Pair]) -> np.ndarray:
    """The attack logit of each pair."""
    network.eval()
    order = sorted(range(len(pairs)), key=lambda index: sum(map(len, pairs[index])))
    result = np.zeros(len(pairs), dtype=np.float32)
    for start in range(0, len(order), BATCH):
        part = order[start : start + BATCH]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            output = network(*padded([pairs[index] for index in part]))
        result[part] = output[:, 0].float().numpy()
    return result


def choose_again(network: AttackNetwork, items: Sequence[Bag]) -> None:
    """Let the model pick each long post's window: where it sees an attack in a 1, where it errs in a 0."""
    long = [bag for bag in items if len(bag.windows) > 1]
    flat = [(ids, bag.answered) for bag in long for ids in bag.windows]
    scores = logits(network, flat)
    position = 0
    for bag in long:
        bag.chosen = int(scores[position : position + len(bag.windows)].argmax())
        position += len(bag.windows)


def loss_of(network: AttackNetwork, batch: Sequence[Bag], pairs: Sequence[Pair], recipe: Recipe) -> Tensor:
    labels = torch.tensor([float(bag.example.label) for bag in batch])
    weights = torch.tensor([bag.example.weight for bag in batch])
    weights = weights * (1.0 + labels * (recipe.positive_weight - 1.0))
    smooth = labels * (1 - 2 * recipe.smoothing) + recipe.smoothing
    with torch.autocast("cpu", dtype=torch.bfloat16):
        output = network(*padded(pairs)).float()
    attack = nn.functional.binary_cross_entropy_with_logits(output[:, 0], smooth, reduction="none")
    targets = torch.tensor(
        [_UNSAID if bag.example.target is None else TARGETS.index(bag.example.target) for bag in batch]
    )
    said = targets != _UNSAID
    aim = (
        nn.functional.cross_entropy(output[said, 1:], targets[said], reduction="sum")
        if said.any()
        else output.sum() * 0
    )
    return (attack * weights).mean() + recipe.target_weight * aim / len(batch)


def optimiser(network: AttackNetwork, recipe: Recipe, steps: int) -> tuple[torch.optim.Optimizer, Callable[[], None]]:
    groups = [
        {"params": list(network.encoder.parameters()), "lr": recipe.rate},
        {"params": list(network.head.parameters()), "lr": recipe.head_rate},
    ]
    adam = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    warm = max(1, steps // 16)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        adam, lambda step: min((step + 1) / warm, max(0.02, (steps - step) / (steps - warm)))
    )
    return adam, schedule.step


def fit(network: AttackNetwork, items: Sequence[Bag], recipe: Recipe, *, trained: bool) -> None:
    chance = random.Random(recipe.seed)  # noqa: S311 — an order, not a secret
    per_epoch = math.ceil(len(items) / BATCH)
    adam, advance = optimiser(network, recipe, per_epoch * recipe.epochs)
    contexts = [bag.answered for bag in items if bag.answered]
    started = time.monotonic()
    for epoch in range(recipe.epochs):
        if epoch or trained:
            choose_again(network, items)
        network.train()
        running = 0.0
        for step, batch in enumerate(batches(items, chance), 1):
            pairs = [presented(bag, contexts, chance, recipe) for bag in batch]
            loss = loss_of(network, batch, pairs, recipe)
            adam.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            adam.step()
            advance()
            running += loss.item()
            if step % 50 == 0 or step == per_epoch:
                elapsed = time.monotonic() - started
                print(f"epoch {epoch} step {step}/{per_epoch} loss {running / step:.4f} {elapsed:.0f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with attacks/*.jsonl.zst")
    parser.add_argument("--encoder", type=Path, required=True, help="all-MiniLM-L6-v2: config, safetensors, tokenizer")
    parser.add_argument("--out", type=Path, required=True, help="folder for the checkpoint")
    parser.add_argument("--sharpen", type=Path, help="folder of a checkpoint: run the second stage on it")
    parser.add_argument("--public-only", action="store_true", help="leave our own corpus out")
    parser.add_argument("--share", type=float, help="take fewer examples, for a quick try")
    chosen = parser.parse_args()
    recipe = SHARPENING if chosen.sharpen else Recipe()
    recipe = replace(recipe, share=chosen.share or recipe.share)
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(2)
    encoder, tokenizer = load_encoder(chosen.encoder)
    found = examples(chosen.data, share=recipe.share, seed=recipe.seed)
    found += [] if chosen.public_only else corpus(weight=recipe.corpus_weight)
    items = bags(found, tokenizer)
    print(f"{len(items)} examples, {sum(bag.example.label for bag in items)} attacks", flush=True)
    network = AttackNetwork(encoder)
    if chosen.sharpen:
        network.load_state_dict(torch.load(chosen.sharpen / "checkpoint.pt", weights_only=True))
    fit(network, items, recipe, trained=chosen.sharpen is not None)
    chosen.out.mkdir(parents=True, exist_ok=True)
    torch.save(network.state_dict(), chosen.out / "checkpoint.pt")
    (chosen.out / "recipe.json").write_text(json.dumps(asdict(recipe)))


if __name__ == "__main__":
    main()
