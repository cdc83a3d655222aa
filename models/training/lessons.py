"""What a large network says of every example, written down once for the small one to learn from."""

# Checked with and without the training libraries, which the ordinary environment does not have.
# mypy: disable-error-code="import-not-found,import-untyped,misc,untyped-decorator,unused-ignore,no-untyped-call"

import argparse
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray

from models.attacks.judgement import TARGETS
from models.training.bags import BATCH, Bag, Pair, bags, padded
from models.training.network import AttackNetwork, load_encoder
from models.training.recipes import RECIPES
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


@dataclass(frozen=True, slots=True)
class Lessons:
    """What one teacher said.

    Attributes:
        teacher: sha256 of its checkpoint.
        chosen: by example, the window that looks most like an attack.
        said: by example, its outputs for that window under what the post answers and alone, of shape (2, 1 + targets).
    """

    teacher: str
    chosen: dict[str, int] = field(default_factory=dict)
    said: dict[str, NDArray[np.float32]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Self:
        with np.load(path) as file:
            names = [str(name) for name in file["names"]]
            chosen = dict(zip(names, map(int, file["chosen"]), strict=True))
            return cls(str(file["teacher"]), chosen, dict(zip(names, file["outputs"], strict=True)))

    def write(self, path: Path) -> None:
        names = list(self.said)
        np.savez(
            path,
            teacher=np.array(self.teacher),
            names=np.array(names),
            chosen=np.array([self.chosen[name] for name in names]),
            outputs=np.stack([self.said[name] for name in names]),
        )

    def add(self, network: AttackNetwork, items: Sequence[Bag]) -> None:
        """Score the examples that have no lesson yet."""
        new = [bag for bag in items if _name(bag.example) not in self.said]
        if not new:
            return
        scores = outputs(network, [(ids, []) for bag in new for ids in bag.windows])
        ends = np.cumsum([len(bag.windows) for bag in new])
        alone = np.zeros((len(new), scores.shape[1]), np.float32)
        for index, (bag, end) in enumerate(zip(new, ends, strict=True)):
            own = scores[end - len(bag.windows) : end]
            bag.chosen = int(own[:, 0].argmax())
            alone[index] = own[bag.chosen]
        replies = [index for index, bag in enumerate(new) if bag.answered]
        in_context = alone.copy()
        in_context[replies] = outputs(network, [new[index].in_context for index in replies])
        for bag, pair in zip(new, np.stack([in_context, alone], axis=1), strict=True):
            self.chosen[_name(bag.example)], self.said[_name(bag.example)] = bag.chosen, pair

    def teach(self, items: Sequence[Bag]) -> None:
        """Give every bag its lesson, and the window that the teacher chose.

        Raises:
            ValueError: if the teacher has not seen one of them.
        """
        for bag in items:
            name = _name(bag.example)
            if name not in self.said:
                raise ValueError(f"no lesson for a message of {bag.example.source}: write the lessons anew")
            bag.chosen, bag.taught = self.chosen[name], self.said[name]


def _name(example: Example) -> str:
    return hashlib.sha256(f"{example.text}\0{example.answered}".encode()).hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with attacks/*.jsonl.zst")
    parser.add_argument("--teacher", type=Path, required=True, help="folder of the teacher's checkpoint")
    parser.add_argument("--encoder", type=Path, required=True, help="folder of the teacher's own encoder")
    parser.add_argument("--out", type=Path, required=True, help="file to write, .npz; what it holds already is kept")
    parser.add_argument("--share", type=float, help="as in training: of the student's recipe where not said")
    chosen = parser.parse_args()
    torch.set_num_threads(2)
    checkpoint = chosen.teacher / "checkpoint.pt"
    teacher = hashlib.sha256(checkpoint.read_bytes()).hexdigest()
    lessons = Lessons.read(chosen.out) if chosen.out.exists() else Lessons(teacher)
    if lessons.teacher != teacher:
        parser.error(f"{chosen.out} holds another teacher's lessons")
    encoder, tokenizer = load_encoder(chosen.encoder)
    network = AttackNetwork(encoder)
    network.load_state_dict(torch.load(checkpoint, weights_only=True))
    recipe = RECIPES["student"]
    found = examples(chosen.data, share=chosen.share or recipe.share, seed=recipe.seed) + corpus()
    lessons.add(network, bags(found, tokenizer))
    lessons.write(chosen.out)
    print(f"{len(lessons.said)} lessons")


if __name__ == "__main__":
    main()
