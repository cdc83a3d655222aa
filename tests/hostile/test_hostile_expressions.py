"""No text makes a regular expression, or a model, work for ever."""

import subprocess
import sys
from pathlib import Path
from re import Pattern

from bot.config import Config
from bot.config.core import Core
from bot.config.section import section_in
from bot.loading.settings import section_models
from tests.hostile import bombs

ROOT = Path(__file__).parents[2]
PATIENCE = 300
"""Seconds after which a child process counts as hung."""


def child(program):
    """What a process of its own prints."""
    ended = subprocess.run(
        [sys.executable, *program], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    return ended.stdout.splitlines()


def test_every_expression_in_the_code_runs_in_linear_time():
    assert len(bombs.uses()) > 70
    assert child(["-m", "tests.hostile.bombs"]) == ["done"]


def test_a_careless_expression_is_found():
    assert bombs.Use("here", r"\w+\.com", 0, "search").is_slow()
    assert bombs.Use("here", r"\w\.com", 0, "search").is_slow() is None


MADE = {
    "bot.commandline.backup": "the name of the store's file, escaped",
    "bot.dispatch.given": "names of ten people at most, escaped",
    "bot.platforms.matrix.incoming.markup": "names of tags that the code itself lists",
    "bot.platforms.matrix.options": "a pattern of the configuration, its signs escaped, for ids of 255 characters",
    "bot.storage.members.erasing": "a member's ids, escaped, one or the other",
    "cogs.summaries.posted": "the words of a quote of 270 characters, escaped",
    "models.attacks.normalise": "a token of 40 characters, escaped",
    "models.summaries.answers": "a name, escaped, within an opening",
}
"""Expressions that are made of what is at hand, and why that is harmless."""


def test_expressions_made_of_words_at_hand_are_known():
    assert {place.partition(":")[0] for place in bombs.built()} <= MADE.keys()


MODELS = """
from models.attacks import AttackClassifier, Passage
from models.attacks.normalise import normalise
from models.summaries import Post, ThreadSummarizer, TooShort
from models.summaries.segment import segments
from tests.hostile.bombs import bombs

classifier, summarizer = AttackClassifier.load(threads=1), ThreadSummarizer.load(threads=1)
texts = list(bombs(60_000))[::2]
for text in texts:
    normalise(text)
    segments(text)
for text in (texts[0], *texts[6::16]):
    passage = Passage(text, (text, text))
    verdict = classifier.score([passage])[0]
    classifier.explain(passage)
    posts = [Post(str(n), str(n % 3), f"Buses lose ten minutes every morning on this road. {text}") for n in range(4)]
    try:
        summarizer.summarize(posts)
    except TooShort:
        pass
print("done")
"""


def test_sixty_thousand_characters_of_anything_come_to_an_end_in_the_models():
    assert child(["-c", MODELS]) == ["done"]


def test_no_setting_takes_a_regular_expression():
    """Whoever adds one has to bound how long a community's own expression may run."""
    known = section_models(Config(Path("config.toml"), Core()))
    kinds = [kind for model in (Core, *filter(None, known.values())) for kind in kinds_in(model)]
    assert len(kinds) > 40
    assert [kind for kind in kinds if "Pattern" in str(kind) or "regex" in str(kind).lower()] == []
    assert "Pattern" in str(Pattern[str])


def kinds_in(model):
    for field in model.model_fields.values():
        yield field.annotation
        if inner := section_in(field.annotation):
            yield from kinds_in(inner)
