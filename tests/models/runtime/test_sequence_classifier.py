"""A model of Hugging Face in the place of ours, tried on tiny ones with random weights."""

from pathlib import Path

import pytest

from bot.config import ModelsSection
from bot.inference import local_models
from bot.ports.models import Passage
from models.attacks import ForeignClassifier, Target
from models.attacks import Passage as AttackPassage
from models.runtime import BundleError, SequenceClassifier

torch = pytest.importorskip("torch", reason="needs the extra `hf`: make test-hf")
transformers = pytest.importorskip("transformers", reason="needs the extra `hf`: make test-hf")

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "you", "are", "an", "idiot", "the", "policy", "is", "."]


def checkpoint(folder: Path, labels: list[str], problem: str) -> Path:
    """A BERT of two thin layers that has learnt nothing."""
    torch.manual_seed(1)
    (folder / "vocab.txt").write_text("\n".join(WORDS))
    transformers.BertTokenizerFast(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder)
    config = transformers.BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        id2label=dict(enumerate(labels)),
        label2id={label: index for index, label in enumerate(labels)},
        problem_type=problem,
    )
    transformers.BertForSequenceClassification(config).save_pretrained(folder)
    return folder


@pytest.fixture
def several(tmp_path: Path) -> Path:
    return checkpoint(tmp_path, ["toxic", "insult", "threat"], "multi_label_classification")


@pytest.fixture
def exclusive(tmp_path: Path) -> Path:
    return checkpoint(tmp_path, ["neither", "offensive", "hate"], "single_label_classification")


def test_exclusive_labels_sum_to_one_and_others_do_not(several: Path, tmp_path: Path) -> None:
    assert SequenceClassifier(str(several)).probabilities(["you are an idiot"]).sum() != pytest.approx(1, abs=1e-3)
    folder = tmp_path / "exclusive"
    folder.mkdir()
    model = SequenceClassifier(str(checkpoint(folder, ["a", "b", "c"], "single_label_classification")))
    assert model.labels == ("a", "b", "c")
    assert model.probabilities(["you are an idiot", ""]).sum(1) == pytest.approx([1, 1])


def test_the_score_is_that_of_the_mapped_labels(several: Path) -> None:
    text = "you are an idiot"
    chances = SequenceClassifier(str(several)).probabilities([text])[0]
    (judged,) = ForeignClassifier(str(several), ["insult", "threat"]).score([AttackPassage(text)])
    assert judged.score == pytest.approx(max(chances[1], chances[2]))
    assert judged.target is Target.PARTICIPANT


def test_exclusive_labels_are_added_up(exclusive: Path) -> None:
    text = "you are an idiot"
    chances = SequenceClassifier(str(exclusive)).probabilities([text])[0]
    (judged,) = ForeignClassifier(str(exclusive), ["offensive", "hate"]).score([AttackPassage(text)])
    assert judged.score == pytest.approx(chances[1] + chances[2])


def test_long_empty_and_hostile_texts_are_judged_or_abstained_from(several: Path) -> None:
    classifier = ForeignClassifier(str(several), ["insult"])
    long, empty, broken = classifier.score([AttackPassage(text) for text in ("you are. " * 6_000, " ", "\ud83d you")])
    assert 0 <= long.score <= 1
    assert empty.abstained == "empty"
    assert broken.abstained is None


def test_the_words_that_carried_the_score_are_the_originals(several: Path) -> None:
    text = "you are an 1d10t"
    for span in ForeignClassifier(str(several), ["insult"]).explain(AttackPassage(text)):
        assert text[span.start : span.end] in text.split()


@pytest.mark.parametrize(("labels", "said"), [(["insults"], "no label 'insults'"), ([], "no label that is an attack")])
def test_a_wrong_label_is_answered_with_those_there_are(several: Path, labels: list[str], said: str) -> None:
    with pytest.raises(BundleError, match=f"{said}.*'toxic', 'insult', 'threat'"):
        ForeignClassifier(str(several), labels)


def test_a_model_that_is_not_here_is_not_fetched(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="hf download somebody/no-such-model"):
        SequenceClassifier("somebody/no-such-model")
    with pytest.raises(BundleError, match="cannot be loaded"):
        SequenceClassifier(str(tmp_path))


async def test_the_bot_judges_with_it(several: Path) -> None:
    section = ModelsSection(classifier=str(several), classifier_labels=("insult",))
    async with local_models(section) as found:
        (verdict,) = await found.classifier.classify([Passage("you are an idiot")])
        assert 0 < verdict.score < 1
        assert (found.classifier.model, found.classifier.default_threshold) == (f"{several.name}-local", 0.5)


async def test_the_bot_goes_on_without_a_model_that_cannot_be_loaded(tmp_path: Path) -> None:
    async with local_models(ModelsSection(classifier=str(tmp_path))) as found:
        assert found.classifier.model is None
