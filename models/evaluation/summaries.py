"""Measures the summarizer: `python -m models.evaluation.summaries --data DIR [--sets sensei ...] [--limit N]`."""

# rouge_score and zstandard are there for the measurement only: pip install rouge-score zstandard.
# mypy: disable-error-code="import-not-found,import-untyped"

import argparse
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from models.summaries import Post, Summary, ThreadSummarizer, TooShort
from models.summaries.segment import segments

Row = dict[str, Any]
Scores = tuple[float, float, float]
# Words that each set's reference summaries have, about: every system is cut to the same length.
BUDGETS: Final = {
    "sensei": 235,
    "convosumm_nyt": 85,
    "convosumm_reddit": 80,
    "convosumm_stack": 80,
    "convosumm_email": 75,
}
_WORDS_PER_LINE: Final = 18
_DRAWS: Final = 3
_RESAMPLES: Final = 2_000
_MEASURES: Final = ("rouge1", "rouge2", "rougeLsum")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one thread gave: ROUGE by system, and what the summary is like."""

    rouge: dict[str, Scores]
    largest_author: float
    speakers: int
    lines: int
    characters: int
    seconds: float
    coverage: tuple[float, float] | None


def posts_of(row: Row) -> list[Post]:
    return [
        Post(
            id=str(message["i"]),
            author=message["author"] or "",
            text=message["text"],
            reply_to=None if message["reply_to"] is None else str(message["reply_to"]),
            likes=message["likes"] or 0,
        )
        for message in row["msgs"]
    ]


def _rows(data: Path, name: str) -> list[Row]:
    import zstandard  # noqa: PLC0415 (optional)

    with zstandard.open(data / "threads" / f"{name}.dev.jsonl.zst", "rb") as file:
        # Texts hold other line separators, so that only "\n" parts the rows.
        return [json.loads(line) for line in file.read().decode().split("\n") if line.strip()]


def _cut(lines: Sequence[str], budget: int) -> str:
    """Lines up to the budget in words, the last one cut, one line each as ROUGE-Lsum wants them."""
    kept: list[str] = []
    for line in lines:
        if budget <= 0:
            break
        words = line.split()[:budget]
        kept.append(" ".join(words))
        budget -= len(words)
    return "\n".join(kept)


def _quotes(summary: Summary) -> list[str]:
    """One line of every issue, then the next of every issue: what a shorter summary would show."""
    longest = max((len(issue.lines) for issue in summary.issues), default=0)
    return [issue.lines[turn].quote for turn in range(longest) for issue in summary.issues if turn < len(issue.lines)]


def _first_sentences(posts: Sequence[Post]) -> list[str]:
    cut = [(post.text, segments(post.text)) for post in posts]
    return [" ".join(text[found[0].start : found[0].end].split()) for text, found in cut if found]


def _random_sentences(posts: Sequence[Post], seed: int) -> list[str]:
    found = [" ".join(post.text[part.start : part.end].split()) for post in posts for part in segments(post.text)]
    random.Random(seed).shuffle(found)  # noqa: S311 (a baseline, not a secret)
    return found


def _scorer() -> Callable[[str, Sequence[str]], Scores]:
    from rouge_score.rouge_scorer import RougeScorer  # noqa: PLC0415 (optional)

    rouge = RougeScorer(list(_MEASURES), use_stemmer=True)

    def score(text: str, references: Sequence[str]) -> Scores:
        found = [rouge.score("\n".join(reference.split(". ")), text) for reference in references]
        one, two, longest = (100 * float(np.mean([f[name].fmeasure for f in found])) for name in _MEASURES)
        return one, two, longest

    return score


def _mean(scores: Sequence[Scores]) -> Scores:
    one, two, longest = (float(value) for value in np.mean(scores, axis=0))
    return one, two, longest


def _coverage(row: Row, cited: Sequence[str]) -> tuple[float, float] | None:
    """Share of the human issue groups' messages whose group is cited: for these messages, for random ones."""
    annotations = row.get("anns") or []
    if not annotations:
        return None
    groups = [[set(group["members"]) for group in ann["groups"] if not group["sub"]] for ann in annotations]
    ids = [str(message["i"]) for message in row["msgs"]]
    draw = random.Random(0)  # noqa: S311 (a baseline, not a secret)

    def covered(chosen: set[str]) -> float:
        shares = [sum(len(g) for g in own if g & chosen) / max(1, sum(map(len, own))) for own in groups]
        return float(np.mean(shares))

    by_chance = [covered(set(draw.sample(ids, len(set(cited))))) for _ in range(100)]
    return covered(set(cited)), float(np.mean(by_chance))


def _measure(
    row: Row, budget: int, summarizer: ThreadSummarizer, score: Callable[[str, Sequence[str]], Scores]
) -> Outcome | None:
    posts = posts_of(row)
    per_issue = 2 if budget < sum(BUDGETS.values()) / len(BUDGETS) else 3
    issues = max(2, round(budget / _WORDS_PER_LINE / per_issue))
    started = time.perf_counter()
    try:
        summary = summarizer.summarize(
            posts, title=row["title"], issues=issues, lines_per_issue=per_issue, fewest_posts=1
        )
    except TooShort:
        return None
    seconds = time.perf_counter() - started
    references = row["refs"]
    draws = [score(_cut(_random_sentences(posts, seed), budget), references) for seed in range(_DRAWS)]
    rouge = {
        "Folkmoot": score(_cut(_quotes(summary), budget), references),
        "first sentences": score(_cut(_first_sentences(posts), budget), references),
        "random sentences": _mean(draws),
    }
    lines = [line for issue in summary.issues for line in issue.lines]
    authors = [line.author or line.post for line in lines]
    largest = max((authors.count(author) for author in authors), default=0) / max(1, len(authors))
    coverage = _coverage(row, [line.post for line in lines])
    characters = sum(len(line.quote) for line in lines)
    return Outcome(rouge, largest, len(set(authors)), len(lines), characters, seconds, coverage)


def _interval(differences: Sequence[float]) -> tuple[float, float]:
    values = np.array(differences)
    picks = np.random.default_rng(0).integers(len(values), size=(_RESAMPLES, len(values)))
    low, high = np.percentile(values[picks].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def _report(name: str, found: Sequence[Outcome]) -> Iterator[str]:
    yield f"{name}: {len(found)} threads, {BUDGETS[name]} words"
    for system in found[0].rouge:
        one, two, longest = _mean([outcome.rouge[system] for outcome in found])
        line = f"  {system:18} R1 {one:5.1f}  R2 {two:4.1f}  RLsum {longest:5.1f}"
        if system != "Folkmoot":
            gain = [outcome.rouge["Folkmoot"][0] - outcome.rouge[system][0] for outcome in found]
            low, high = _interval(gain)
            line += f"   Folkmoot ahead by {np.mean(gain):+.1f} R1 [{low:+.1f}, {high:+.1f}]"
        yield line
    yield (
        f"  lines {np.mean([o.lines for o in found]):.1f}, characters {np.mean([o.characters for o in found]):.0f},"
        f" speakers {np.mean([o.speakers for o in found]):.1f},"
        f" largest author's share {np.mean([o.largest_author for o in found]):.2f},"
        f" seconds {np.mean([o.seconds for o in found]):.2f} (most {max(o.seconds for o in found):.2f})"
    )
    covered = [outcome.coverage for outcome in found if outcome.coverage is not None]
    if covered:
        own, chance = np.mean(covered, axis=0)
        yield f"  human issues covered {own:.3f}, by as many random messages {chance:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds threads/NAME.dev.jsonl.zst")
    parser.add_argument("--sets", nargs="+", default=list(BUDGETS), choices=list(BUDGETS))
    parser.add_argument("--limit", type=int, default=None, help="only the first N threads of each set")
    arguments = parser.parse_args()
    summarizer, score = ThreadSummarizer.load(), _scorer()
    print(
        f"method {summarizer.version}; ROUGE F1 x100, stemmed, mean over references; verbatim lines, no wording added"
    )
    for name in arguments.sets:
        rows = _rows(arguments.data, name)[: arguments.limit]
        measured = [_measure(row, BUDGETS[name], summarizer, score) for row in rows]
        found = [outcome for outcome in measured if outcome is not None]
        print("\n".join(_report(name, found)), flush=True)


if __name__ == "__main__":
    main()
