"""The written corpus and the frozen suite keep to their form and apart from each other."""

from collections import Counter
from pathlib import Path

import pytest

import models
from models.attacks import Target
from models.evaluation.attacks.frozen import frozen_messages
from models.evaluation.diversity import near_duplicates, one_feature
from models.evaluation.written import read_all

CORPUS = Path(models.__path__[0]) / "training" / "corpus" / "messages"
GIVEN_AWAY = 0.65


@pytest.fixture(scope="module")
def frozen():
    return frozen_messages()


@pytest.fixture(scope="module")
def corpus():
    return read_all(CORPUS)


def test_nothing_is_in_both(frozen, corpus):
    assert not {line.text for line in frozen} & {line.text for line in corpus}


def test_the_suite_has_whole_pairs_and_both_labels(frozen):
    pairs = {}
    for line in frozen:
        if line.pair:
            pairs.setdefault(line.pair, []).append(line.label)
    assert all(sorted(labels) == [0, 1] for labels in pairs.values())
    assert 0.45 < sum(line.label for line in frozen) / len(frozen) < 0.55


def test_every_attack_is_aimed_at_somebody_present(frozen, corpus):
    assert {line.target for line in [*frozen, *corpus] if line.label} == {Target.PARTICIPANT}


def test_no_single_feature_gives_the_label_away(frozen, corpus):
    for lines in (frozen, corpus):
        for name, accuracy in one_feature(lines).items():
            assert accuracy <= GIVEN_AWAY, name


def test_hardly_anything_is_written_twice(frozen, corpus):
    for lines in (frozen, corpus):
        assert sum(1 for _ in near_duplicates(lines)) <= len(lines) // 200
        assert max(Counter(line.text for line in lines if not line.pair).values()) == 1
