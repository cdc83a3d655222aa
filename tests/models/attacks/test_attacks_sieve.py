"""The first stage: what it sums up, and what it costs."""

from pathlib import Path

import numpy as np
import pytest

from models.attacks import AttackClassifier, Passage
from models.attacks.sieve import BITS, RUN, STRIDE, Sieve, features, runs
from models.runtime import BundleError


def weights(**of: float) -> np.ndarray:
    found = np.zeros(1 << BITS, np.float16)
    for word, weight in of.items():
        found[features([word])[0]] = weight
    return found


def test_runs_overlap_and_leave_no_word_out() -> None:
    words = [f"w{number}" for number in range(100)]
    found = list(runs(" ".join(words)))
    assert all(len(run) <= RUN for run in found)
    assert {word for run in found for word in run} == set(words)
    assert found[1][0] == f"w{STRIDE}"
    assert list(runs("")) == list(runs("... \n")) == []


@pytest.mark.parametrize("number", [1, RUN - 1, RUN, RUN + 1, 2 * RUN])
def test_the_last_word_is_always_read(number: int) -> None:
    assert list(runs(" ".join(map(str, range(number)))))[-1][-1] == str(number - 1)


def test_words_and_pairs_count_once() -> None:
    assert len(features(["a", "b"])) == 3
    assert sorted(features(["a", "b", "a", "b"])) == sorted({*features(["a", "b"]), *features(["b", "a"])})


def test_the_worst_run_counts() -> None:
    sieve = Sieve(weights(idiot=4.0), bias=-3.0, border=0.0)
    assert sieve.estimate("what a fine day") == -3.0
    assert sieve.estimate("fine " * 500 + "idiot " + "fine " * 500) == 1.0
    assert sieve.estimate("") == -3.0


def test_files_that_hold_no_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.npy").write_bytes(b"nonsense")
    np.save(tmp_path / "b.npy", np.zeros(8, np.float16))
    np.save(tmp_path / "c.npy", np.array([{}], dtype=object), allow_pickle=True)
    for name, said in (("a", "cannot be read"), ("b", "shape"), ("c", "cannot be read"), ("d", "cannot be read")):
        with pytest.raises(BundleError, match=said):
            Sieve.load(tmp_path / f"{name}.npy", 0.0, 0.0)


CLEAN = [
    "The vote is on Monday at eight.",
    "Thanks, that table is what I was looking for.",
    "What is the source for this?",
]


def test_who_asks_for_exact_scores_gets_them() -> None:
    classifier = AttackClassifier.load()
    passages = [Passage(text) for text in CLEAN]
    floor = classifier.default_threshold
    exact, hastened = classifier.score(passages), classifier.score(passages, floor=floor)
    assert exact == classifier.score(passages, floor=0.01)
    assert [one.score for one in exact] != [one.score for one in hastened]
    assert all(one.score < floor for one in hastened)


def test_what_is_flagged_keeps_its_score() -> None:
    classifier = AttackClassifier.load()
    passages = [Passage("you are a pathetic idiot"), Passage("> well\nShut up, you lying piece of scum.")]
    assert classifier.score(passages, floor=classifier.default_threshold) == classifier.score(passages)
