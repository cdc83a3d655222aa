"""Weights that are missing or damaged: the bot says so and goes on, and never guesses."""

import shutil
from pathlib import Path

import pytest

import models
from bot.config import ModelsSection
from bot.errors import ModelUnavailable
from bot.inference import local_models
from bot.ports.models import Passage
from bot.testing.harness import harness
from models.attacks import AttackClassifier
from models.summaries import ThreadSummarizer

SHIPPED = Path(models.__path__[0])


def emptied(folder):
    folder.mkdir()


def damaged(folder):
    shutil.copytree(SHIPPED / "encoder" / "weights", folder)
    with (folder / "model.onnx").open("r+b") as file:
        file.seek(1000)
        file.write(b"not these bytes")


@pytest.fixture(params=[emptied, damaged], ids=lambda spoil: spoil.__name__)
def without_weights(request, tmp_path, monkeypatch):
    """Both models look for their weights where they cannot find them."""
    request.param(tmp_path / "weights")
    for model in (AttackClassifier, ThreadSummarizer):
        load = model.load.__func__
        monkeypatch.setattr(
            model, "load", classmethod(lambda cls, folder=None, load=load, **o: load(cls, tmp_path / "weights", **o))
        )


async def test_a_model_that_cannot_be_loaded_is_left_out(without_weights):
    async with local_models(ModelsSection()) as found:
        assert (found.classifier.model, found.summarizer.model) == (None, None)
        with pytest.raises(ModelUnavailable, match="weights"):
            await found.classifier.classify([Passage("you are an idiot")])


async def test_models_that_are_switched_off_are_not_even_looked_for(monkeypatch):
    for model in (AttackClassifier, ThreadSummarizer):
        monkeypatch.setattr(model, "load", classmethod(lambda cls, **_: pytest.fail("loaded")))
    async with local_models(ModelsSection(enabled=False)) as found:
        with pytest.raises(ModelUnavailable, match="switched off"):
            await found.classifier.classify([Passage("you are an idiot")])


async def test_the_bot_goes_on_and_moderators_hear_of_it_once(without_weights, tmp_path):
    async with local_models(ModelsSection()) as found:
        bot = harness(tmp_path, models=found)
        async with bot.started():
            for words in ("you are an idiot", "idiot and liar, both of you", "and a third time: idiot"):
                await bot.say("Dario", words)
            said = [post.text for post in bot.posts(bot.desk)]
            assert [("I cannot judge messages" in text) for text in said] == [True]
            assert "!summarize" in await bot.command("Dario", "!help")
            assert "3 messages unjudged" in await bot.command("Dario", "!watch")
            assert await bot.command("Dario", "!summarize")  # an answer, if only that there can be none
            assert "No case" in await bot.command("Mira", "!queue", where=bot.desk)
        async with bot.started():
            await bot.say("Dario", "idiot, after a restart")
            assert sum("I cannot judge messages" in post.text for post in bot.posts(bot.desk)) == 1
