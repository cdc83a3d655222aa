"""Fine-tunes the encoder into the attack classifier: one seeded run, from the sets to a checkpoint."""

# Checked with and without the training libraries, which the ordinary environment does not have.
# mypy: disable-error-code="import-not-found,import-untyped,misc,untyped-decorator,unused-ignore,no-untyped-call"

import argparse
import json
import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

from models.attacks.judgement import TARGETS
from models.training.bags import BATCH, Bag, Pair, bags, batches, padded, presented
from models.training.lessons import Lessons, outputs
from models.training.network import AttackNetwork, load_encoder
from models.training.recipes import RECIPES, Recipe
from models.training.sources import corpus, examples

_UNSAID: Final = -1


def choose_again(network: AttackNetwork, items: Sequence[Bag]) -> None:
    """Let the model pick each long post's window: where it sees an attack in a 1, where it errs in a 0."""
    long = [bag for bag in items if len(bag.windows) > 1]
    flat = [(ids, bag.answered) for bag in long for ids in bag.windows]
    scores = outputs(network, flat)[:, 0]
    position = 0
    for bag in long:
        bag.chosen = int(scores[position : position + len(bag.windows)].argmax())
        position += len(bag.windows)


def goals(batch: Sequence[Bag], pairs: Sequence[Pair], recipe: Recipe) -> tuple[Tensor, Tensor, Tensor]:
    """What the network should say: chances of an attack and of each target, and how much the targets count.

    Shapes (posts,), (posts, targets), (posts,).
    """
    labels = torch.tensor([float(bag.example.label) for bag in batch])
    attack = labels * (1 - 2 * recipe.smoothing) + recipe.smoothing
    named = [_UNSAID if bag.example.target is None else TARGETS.index(bag.example.target) for bag in batch]
    said = torch.tensor([float(index != _UNSAID) for index in named])
    aim = nn.functional.one_hot(torch.tensor(named).clamp(min=0), len(TARGETS)).float()
    taught = [bag.lesson(pair) for bag, pair in zip(batch, pairs, strict=True)]
    if not recipe.trust or any(each is None for each in taught):
        return attack, aim, said
    lessons = torch.from_numpy(np.stack([each for each in taught if each is not None]))
    attack = recipe.trust * torch.sigmoid(lessons[:, 0]) + (1 - recipe.trust) * attack
    own_share = ((1 - recipe.trust) * said).unsqueeze(1)
    aim = own_share * aim + (1 - own_share) * torch.softmax(lessons[:, 1:], dim=1)
    return attack, aim, recipe.trust + (1 - recipe.trust) * said


def loss_of(network: AttackNetwork, batch: Sequence[Bag], pairs: Sequence[Pair], recipe: Recipe) -> Tensor:
    weights = torch.tensor([bag.example.weight for bag in batch])
    weights = weights * torch.tensor([recipe.positive_weight if bag.example.label else 1.0 for bag in batch])
    with torch.autocast("cpu", dtype=torch.bfloat16):
        output = network(*padded(pairs)).float()
    attack_goal, aim_goal, counts = goals(batch, pairs, recipe)
    attack = nn.functional.binary_cross_entropy_with_logits(output[:, 0], attack_goal, reduction="none")
    aim = nn.functional.cross_entropy(output[:, 1:], aim_goal, reduction="none") * counts
    return (attack * weights).mean() + recipe.target_weight * aim.mean()


def optimiser(network: AttackNetwork, recipe: Recipe, steps: int) -> tuple[torch.optim.Optimizer, Callable[[], None]]:
    groups = [
        {"params": [each for each in network.encoder.parameters() if each.requires_grad], "lr": recipe.rate},
        {"params": list(network.head.parameters()), "lr": recipe.head_rate},
    ]
    adam = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    warm = max(1, steps // 16)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        adam, lambda step: min((step + 1) / warm, max(0.02, (steps - step) / (steps - warm)))
    )
    return adam, schedule.step


def freeze(network: AttackNetwork, layers: int) -> None:
    if layers:
        for frozen in (network.encoder.embeddings, *network.encoder.encoder.layer[:layers]):
            frozen.requires_grad_(requires_grad=False)


def fit(network: AttackNetwork, items: Sequence[Bag], recipe: Recipe, *, chosen: bool) -> None:
    """Train `network`; `chosen` says that each long post's window is already well chosen for the first epoch."""
    chance = random.Random(recipe.seed)  # noqa: S311 — an order, not a secret
    per_epoch = math.ceil(len(items) / BATCH)
    adam, advance = optimiser(network, recipe, per_epoch * recipe.epochs)
    contexts = [bag.answered for bag in items if bag.answered]
    started = time.monotonic()
    for epoch in range(recipe.epochs):
        if epoch and not chosen:
            choose_again(network, items)
        network.train()
        running = 0.0
        for step, batch in enumerate(batches(items, chance), 1):
            pairs = [presented(bag, contexts, chance, drop=recipe.drop, stranger=recipe.stranger) for bag in batch]
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
    parser.add_argument("--recipe", choices=RECIPES, required=True)
    parser.add_argument("--encoder", type=Path, required=True, help="folder: config, safetensors, tokenizer")
    parser.add_argument("--out", type=Path, required=True, help="folder for the checkpoint")
    parser.add_argument("--onto", type=Path, help="folder of a checkpoint to go on from")
    parser.add_argument("--lessons", type=Path, help="file of a teacher's scores, for the student")
    parser.add_argument("--share", type=float, help="take fewer examples, for a quick try")
    chosen = parser.parse_args()
    recipe = RECIPES[chosen.recipe]
    recipe = replace(recipe, share=chosen.share or recipe.share)
    if recipe.trust and not chosen.lessons:
        parser.error(f"the recipe {chosen.recipe} needs --lessons")
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(2)
    encoder, tokenizer = load_encoder(chosen.encoder)
    found = examples(chosen.data, share=recipe.share, seed=recipe.seed) + (corpus() if recipe.own else [])
    items = bags(found, tokenizer)
    if chosen.lessons:
        Lessons.read(chosen.lessons).teach(items)
    print(f"{len(items)} examples, {sum(bag.example.label for bag in items)} attacks", flush=True)
    network = AttackNetwork(encoder)
    if chosen.onto:
        network.load_state_dict(torch.load(chosen.onto / "checkpoint.pt", weights_only=True))
    freeze(network, recipe.frozen_layers)
    fit(network, items, recipe, chosen=bool(chosen.lessons))
    chosen.out.mkdir(parents=True, exist_ok=True)
    torch.save(network.state_dict(), chosen.out / "checkpoint.pt")
    (chosen.out / "recipe.json").write_text(json.dumps(asdict(recipe)))


if __name__ == "__main__":
    main()
