"""The shipped classifier: what it must flag and must not, and that a score depends on its message alone."""

# ruff: noqa: RUF001 — look-alike letters are part of what it must withstand

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from models.attacks import AttackClassifier, Passage, Target
from models.attacks.classifier import WEIGHTS
from models.runtime import BundleError, write_manifest


@pytest.fixture(scope="module")
def classifier() -> AttackClassifier:
    return AttackClassifier.load()


ATTACKS = [
    "you are an idiot",
    "you're a pathetic liar and you know it",
    "people like you are too stupid to vote",
    "Shut up, you absolute clown.",
    "you are a 1d10t",
    "y\u200bou are an i\u200bdiot",
    "> the figures are from 2019\nLearn to read, moron.",
]
CLEAN = [
    "that policy is idiotic",
    "your argument is idiotic",
    "the minister is a clown",
    "this damn budget",
    "I'm an idiot, I misread the table",
    "Please don't call people idiots here.",
    "> you are an idiot\nPlease don't write such things here.",
    "You're wrong about this, the vote was in March.",
    "What did everyone think of last night's debate?",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_attacks_are_flagged(classifier: AttackClassifier, text: str) -> None:
    (judgement,) = classifier.score([Passage(text)])
    assert judgement.score >= classifier.default_threshold
    assert judgement.target is Target.PARTICIPANT
    assert judgement.abstained is None


@pytest.mark.parametrize("text", CLEAN)
def test_harsh_words_for_ideas_and_the_absent_are_not(classifier: AttackClassifier, text: str) -> None:
    (judgement,) = classifier.score([Passage(text)])
    assert judgement.score < classifier.default_threshold


def test_a_score_never_depends_on_the_neighbours(classifier: AttackClassifier) -> None:
    passages = [Passage(text) for text in [*ATTACKS, *CLEAN, "word " * 900]]
    together = classifier.score(passages)
    assert together == [classifier.score([passage])[0] for passage in passages]
    assert together == classifier.score(passages[::-1])[::-1]


def test_threads_may_share_it(classifier: AttackClassifier) -> None:
    passages = [Passage(text) for text in ATTACKS + CLEAN]
    expected = classifier.score(passages)
    with ThreadPoolExecutor(4) as pool:
        assert all(found == expected for found in pool.map(classifier.score, [passages] * 8))


ABUSE = "You are a pathetic liar and everybody here knows it."
FRIENDLY = "Thanks for the table, that was a great help."


@pytest.mark.parametrize(
    "text", ["Please stop, that helps nobody.", "Let's go back to the budget.", "I disagree, see page 4."]
)
def test_a_calm_answer_to_abuse_is_no_abuse(classifier: AttackClassifier, text: str) -> None:
    (judgement,) = classifier.score([Passage(text, (ABUSE,))])
    assert judgement.score < classifier.default_threshold


def test_an_attack_is_one_whatever_it_answers(classifier: AttackClassifier) -> None:
    for context in ((), (FRIENDLY,), (ABUSE,), (FRIENDLY, ABUSE)):
        (judgement,) = classifier.score([Passage("you are an idiot", context)])
        assert judgement.score >= classifier.default_threshold


def test_the_last_message_is_what_is_answered(classifier: AttackClassifier) -> None:
    alone, answering, earlier = classifier.score(
        [Passage("Says who?"), Passage("Says who?", (ABUSE,)), Passage("Says who?", (FRIENDLY, ABUSE))]
    )
    assert alone != answering == earlier


def test_a_quote_says_better_what_is_answered(classifier: AttackClassifier) -> None:
    quoting, answering = classifier.score(
        [Passage(f"> {ABUSE}\nSays who?", (FRIENDLY,)), Passage("Says who?", (ABUSE,))]
    )
    assert quoting == answering


@pytest.mark.parametrize("sentences", [1, 300])
def test_an_attack_inside_a_long_post_is_found(classifier: AttackClassifier, sentences: int) -> None:
    filler = "The committee met on Monday and adopted the minutes of the last meeting. " * sentences
    clean, attack = classifier.score(
        [Passage(filler * 2), Passage(filler + "You are a lying piece of scum. " + filler)]
    )
    assert clean.score < 0.1
    assert attack.score > 0.3
    assert attack.target is Target.PARTICIPANT


@pytest.mark.parametrize("text", ["", "\u200b", "\ud800", "12 > 3", ">\n> ", "Ты дурак"])
def test_it_says_when_it_cannot_judge(classifier: AttackClassifier, text: str) -> None:
    (judgement,) = classifier.score([Passage(text)])
    assert judgement.score == 0
    assert judgement.abstained
    assert classifier.explain(Passage(text)) == ()


def test_an_attack_that_is_only_forwarded_is_one(classifier: AttackClassifier) -> None:
    said, forwarded, quoted = classifier.score(
        [
            Passage("You are a lying piece of scum."),
            Passage("> You are a lying piece of scum."),
            Passage("> You scum.\nNo."),
        ]
    )
    assert said.score == pytest.approx(forwarded.score, abs=0.05)
    assert forwarded.score >= classifier.default_threshold > quoted.score


@pytest.mark.parametrize("text", ["a" * 60_000, "you " * 15_000, "a-" * 30_000, "\ud83d you idiot", "𝓲𝓭𝓲𝓸𝓽" * 9_000])
def test_hostile_text_gets_a_judgement(classifier: AttackClassifier, text: str) -> None:
    (judgement,) = classifier.score([Passage(text)])
    assert 0 <= judgement.score <= 1


def test_explanation_points_into_the_original(classifier: AttackClassifier) -> None:
    text = "> quoted line\nYou are an 1d\u200b10t, honestly."
    spans = classifier.explain(Passage(text), most=3)
    assert 1 <= len(spans) <= 3
    assert "1d\u200b10t" in [text[span.start : span.end] for span in spans]
    assert [span.weight for span in spans] == sorted((span.weight for span in spans), reverse=True)


def test_version_and_threshold_come_from_the_manifest(classifier: AttackClassifier) -> None:
    assert classifier.version.startswith("attacks-2-")
    assert 0 < classifier.default_threshold < 1


def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"manifest\.json is missing"):
        AttackClassifier.load(tmp_path)


def test_changed_weights_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "weights"
    shutil.copytree(WEIGHTS, folder)
    with (folder / "model.onnx").open("r+b") as file:
        file.seek(1000)
        file.write(b"\0\1\2\3")
    with pytest.raises(BundleError, match=r"model\.onnx is damaged"):
        AttackClassifier.load(folder)


def test_another_model_is_refused(tmp_path: Path) -> None:
    write_manifest(tmp_path, "encoder", "1", {}, [])
    with pytest.raises(BundleError, match="'encoder'"):
        AttackClassifier.load(tmp_path)
