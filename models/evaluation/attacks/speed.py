"""Processor time, memory and load time beside the architecture that the best known classifiers have.

`python -m models.evaluation.attacks.speed --data DIR`; the comparison with BERT-base needs torch and transformers.
"""

# The other side of the comparison is installed by whoever wants it.
# mypy: disable-error-code="import-not-found,import-untyped,unused-ignore,no-untyped-call"

import argparse
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from tokenizers import Tokenizer

from models.attacks import AttackClassifier, Passage
from models.attacks.classifier import WEIGHTS
from models.evaluation.sets import debate_posts

_TOKENS: Final = (64, 128)
# What BERT has positions for; longer posts are cut there.
_MOST_TOKENS: Final = 512
_RUNS: Final = 12
_SERVING: Final = """
import resource, sys, time
started = time.perf_counter()
from models.attacks import AttackClassifier, Passage
classifier = AttackClassifier.load()
loaded = time.perf_counter() - started
for line in sys.stdin:
    classifier.score([Passage(line, (line,))])
print(f"{loaded:.2f} s to load, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")
"""


def processor_ms(call: Callable[[], object], runs: int = _RUNS) -> float:
    """Median processor time of `call`, in milliseconds, over all its threads."""
    call()
    times = []
    for _ in range(runs):
        started = time.process_time()
        call()
        times.append(1000 * (time.process_time() - started))
    return sorted(times)[len(times) // 2]


def bert_base() -> Callable[[int], object]:
    """BERT-base with random weights, fp32 in torch on one thread: one text of so many tokens."""
    import torch  # noqa: PLC0415 — the comparison's own
    from transformers import BertConfig, BertForSequenceClassification  # noqa: PLC0415 — likewise

    torch.set_num_threads(1)
    model = BertForSequenceClassification(BertConfig(num_labels=6)).eval()

    def run(tokens: int) -> object:
        with torch.inference_mode():
            return model(input_ids=torch.randint(1000, 20_000, (1, tokens)))

    return run


def memory_and_load(texts: Sequence[str]) -> str:
    """What a process of its own says that scores these texts with nothing else loaded."""
    lines = "".join(" ".join(text.split()) + "\n" for text in texts)
    done = subprocess.run(  # noqa: S603 — this very interpreter
        [sys.executable, "-c", _SERVING], input=lines, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with attacks/iac_threads.jsonl.zst")
    parser.add_argument("--posts", type=int, default=300, help="how many debate posts to score")
    chosen = parser.parse_args()
    posts = random.Random(9).sample(debate_posts(chosen.data), chosen.posts)  # noqa: S311 — a sample, not a secret
    print("served by a process of its own:", memory_and_load([post.text for post in posts]))
    classifier = AttackClassifier.load(threads=1)
    other = bert_base()
    tokenizer = Tokenizer.from_file(str(WEIGHTS / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    for tokens in _TOKENS:
        text = "word " * (tokens - 2)
        ours = processor_ms(lambda text=text: classifier.score([Passage(text)]))  # type: ignore[misc] # bound now
        theirs = processor_ms(lambda tokens=tokens: other(tokens))  # type: ignore[misc] # bound now
        print(f"{tokens} tokens: {ours:.1f} ms, BERT-base {theirs:.1f} ms: {theirs / ours:.1f} times less")
    ours, sieved = (_each(classifier, posts, floor) for floor in (0.0, classifier.default_threshold))
    started = time.process_time()
    for post in posts[: len(posts) // 10]:
        other(min(_MOST_TOKENS, len(tokenizer.encode(post.text).ids)))
    theirs = 1000 * (time.process_time() - started) / (len(posts) // 10)
    print(
        f"a debate post with what it answers: {ours:.1f} ms, BERT-base {theirs:.1f} ms: {theirs / ours:.1f} times less"
    )
    print(f"with the first stage: {sieved:.2f} ms: {theirs / sieved:.1f} times less")


def _each(classifier: AttackClassifier, posts: Sequence[Passage], floor: float) -> float:
    """Processor time for each post, in milliseconds."""
    started = time.process_time()
    classifier.score(posts, floor=floor)
    return 1000 * (time.process_time() - started) / len(posts)


if __name__ == "__main__":
    main()
