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

from models.attacks.windows import WINDOW_TOKENS, suspicion, windows
from models.training.network import AttackNetwork, load_encoder
from models.training.sources import Example, corpus, examples

BATCH = 32
# Long posts: an attack sits in one window, so a post is a bag of windows; a few of them are enough to learn from.
MOST_WINDOWS = 8


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


# The second stage: smoothed labels keep the worst attacks from standing out among the attacks, and the threshold lies
# just there.
SHARPENING: Final = Recipe(epochs=1, share=0.25, rate=4e-5, head_rate=4e-4, positive_weight=1.5, smoothing=0.0)


@dataclass(slots=True)
class Bag:
    """The tokenised windows of one example and the one that stands for it in this epoch."""

    example: Example
    windows: list[list[int]]
    chosen: int


def bags(found: Sequence[Example], tokenizer: Tokenizer) -> list[Bag]:
    def count(text: str) -> int:
        return len(tokenizer.encode(text).ids)

    made = []
    for example in found:
        ranges = windows(example.text, count, most=MOST_WINDOWS)
        parts = [example.text[start:end] for start, end in ranges]
        # Before the first epoch nothing but the cheap rank can say which window of a long post holds the attack.
        chosen = max(range(len(parts)), key=lambda index: suspicion(parts[index]))
        made.append(Bag(example, [tokenizer.encode(part).ids[:WINDOW_TOKENS] for part in parts], chosen))
    return made


def padded(sequences: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    longest = max(len(ids) for ids in sequences)
    tokens = torch.zeros(len(sequences), longest, dtype=torch.long)
    mask = torch.zeros(len(sequences), longest, dtype=torch.long)
    for row, ids in enumerate(sequences):
        tokens[row, : len(ids)] = torch.tensor(ids)
        mask[row, : len(ids)] = 1
    return tokens, mask


def batches(items: Sequence[Bag], chance: random.Random) -> Iterator[list[Bag]]:
    """Batches of similar length in random order: padding costs time and teaches nothing."""
    order = sorted(items, key=lambda bag: len(bag.windows[bag.chosen]) + chance.random() * 8)
    groups = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    chance.shuffle(groups)
    yield from groups


@torch.no_grad()
def logits(network: AttackNetwork, sequences: Sequence[Sequence[int]]) -> np.ndarray:
    network.eval()
    order = sorted(range(len(sequences)), key=lambda index: len(sequences[index]))
    result = np.zeros(len(sequences), dtype=np.float32)
    for start in range(0, len(order), BATCH):
        part = order[start : start + BATCH]
        tokens, mask = padded([sequences[index] for index in part])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            output = network(tokens, mask)
        result[part] = output.float().squeeze(1).numpy()
    return result


def choose_again(network: AttackNetwork, items: Sequence[Bag]) -> None:
    """Let the model pick each long post's window: where it sees an attack in a 1, where it errs in a 0."""
    long = [bag for bag in items if len(bag.windows) > 1]
    flat = [ids for bag in long for ids in bag.windows]
    scores = logits(network, flat)
    position = 0
    for bag in long:
        bag.chosen = int(scores[position : position + len(bag.windows)].argmax())
        position += len(bag.windows)


def loss_of(network: AttackNetwork, batch: Sequence[Bag], recipe: Recipe) -> Tensor:
    tokens, mask = padded([bag.windows[bag.chosen] for bag in batch])
    labels = torch.tensor([float(bag.example.label) for bag in batch])
    weights = torch.tensor([bag.example.weight for bag in batch])
    weights = weights * (1.0 + labels * (recipe.positive_weight - 1.0))
    smooth = labels * (1 - 2 * recipe.smoothing) + recipe.smoothing
    with torch.autocast("cpu", dtype=torch.bfloat16):
        output = network(tokens, mask)
    losses = nn.functional.binary_cross_entropy_with_logits(output.float().squeeze(1), smooth, reduction="none")
    return (losses * weights).mean()


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
    started = time.monotonic()
    for epoch in range(recipe.epochs):
        if epoch or trained:
            choose_again(network, items)
        network.train()
        running = 0.0
        for step, batch in enumerate(batches(items, chance), 1):
            loss = loss_of(network, batch, recipe)
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
    parser.add_argument("--share", type=float, help="take fewer examples, for a quick try")
    chosen = parser.parse_args()
    recipe = SHARPENING if chosen.sharpen else Recipe()
    recipe = replace(recipe, share=chosen.share or recipe.share)
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(2)
    encoder, tokenizer = load_encoder(chosen.encoder)
    found = examples(chosen.data, share=recipe.share, seed=recipe.seed)
    found += corpus(weight=recipe.corpus_weight)
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
