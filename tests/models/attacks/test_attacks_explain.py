"""The words that carry a score are found with few forward passes."""

from models.attacks.explain import carrying_words


class Counted:
    """A stand-in for the network: some words weigh, and it counts how often it is asked."""

    def __init__(self, **weights: float) -> None:
        self.weights = weights
        self.passes = 0

    def __call__(self, text: str) -> float:
        self.passes += 1
        return sum(weight for word, weight in self.weights.items() if word in text.split())


def test_the_heaviest_word_comes_first() -> None:
    text = "well you are an idiot"
    found = carrying_words(text, 4.0, Counted(idiot=3.0, you=1.0), most=5)
    assert [text[span.start : span.end] for span in found] == ["idiot", "you"]
    assert found[0].weight == 0.75


def test_a_long_text_takes_few_passes() -> None:
    text = " ".join(["word"] * 60 + ["idiot"] + ["word"] * 20)
    logit = Counted(idiot=3.0)
    found = carrying_words(text, 3.0, logit, most=5)
    assert [text[span.start : span.end] for span in found] == ["idiot"]
    assert logit.passes <= 16


def test_nothing_carries_an_indifferent_score() -> None:
    assert carrying_words("all quiet here", 0.0, Counted(), most=5) == []
    assert carrying_words("", 0.0, Counted(), most=5) == []
    assert carrying_words("idiot", 1.0, Counted(idiot=1.0), most=0) == []
