"""What a large network says of every example, written down once for the small one to learn from."""

# Checked with and without the training libraries, which the ordinary environment does not have.
# mypy: disable-error-code="import-not-found,import-untyped,misc,untyped-decorator,unused-ignore,no-untyped-call"

import argparse
import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.attacks.judgement import TARGETS
from models.training.bags import BATCH, Bag, Pair, bags, padded
from models.training.network import AttackNetwork, load_encoder
from models.training.sources import Example, corpus, examples


@torch.no_grad()
def outputs(network: AttackNetwork, pairs: Sequence[Pair]) -> NDArray[np.float32]:
    """The attack logit and the target logits of each pair, of shape (pairs, 1 + targets)."""
    network.eval()
    order = sorted(range(len(pairs)), key=lambda index: sum(map(len, pairs[index])))
    result = np.zeros((len(pairs), 1 + len(TARGETS)), dtype=np.float32)
    for start in range(0, len(order), BATCH):
        part = order[start : start + BATCH]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            output = network(*padded([pairs[index] for index in part]))
        result[part] = output.float().numpy()
    return result


def write_lessons(network: AttackNetwork, items: Sequence[Bag], path: Path) -> None:
    """Score every example: the window that looks most like an attack, under what the post answers and alone."""
    flat: list[Pair] = [(ids, []) for bag in items for ids in bag.windows]
    scores = outputs(network, flat)
    ends = np.cumsum([len(bag.windows) for bag in items])
    alone = np.zeros((len(items), scores.shape[1]), np.float32)
    for index, (bag, end) in enumerate(zip(items, ends, strict=True)):
        own = scores[end - len(bag.windows) : end]
        bag.chosen = int(own[:, 0].argmax())
        alone[index] = own[bag.chosen]
    replies = [index for index, bag in enumerate(items) if bag.answered]
    in_context = alone.copy()
    in_context[replies] = outputs(network, [items[index].in_context for index in replies])
    np.savez(
        path,
        names=np.array([_name(bag.example) for bag in items]),
        chosen=np.array([bag.chosen for bag in items]),
        outputs=np.stack([in_context, alone], axis=1),
    )


def take_lessons(items: Sequence[Bag], path: Path) -> None:
    """Give every bag its lesson, and the window that the teacher chose.

    Raises:
        ValueError: if the teacher has not seen one of them.
    """
    with np.load(path) as file:
        names, chosen, taught = file["names"], file["chosen"], file["outputs"]
    places = {str(name): index for index, name in enumerate(names)}
    for bag in items:
        place = places.get(_name(bag.example))
        if place is None:
            raise ValueError(f"{path} has no lesson for a message of {bag.example.source}: write the lessons anew")
        bag.chosen, bag.taught = int(chosen[place]), taught[place]


def _name(example: Example) -> str:
    return hashlib.sha256(f"{example.text}\0{example.answered}".encode()).hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with attacks/*.jsonl.zst")
    parser.add_argument("--teacher", type=Path, required=True, help="folder of the teacher's checkpoint")
    parser.add_argument("--encoder", type=Path, required=True, help="folder of the teacher's own encoder")
    parser.add_argument("--out", type=Path, required=True, help="file to write, .npz")
    chosen = parser.parse_args()
    torch.set_num_threads(2)
    encoder, tokenizer = load_encoder(chosen.encoder)
    network = AttackNetwork(encoder)
    network.load_state_dict(torch.load(chosen.teacher / "checkpoint.pt", weights_only=True))
    items = bags(examples(chosen.data, seed=7) + corpus(), tokenizer)
    write_lessons(network, items, chosen.out)
    print(f"{len(items)} lessons")


if __name__ == "__main__":
    main()
