"""A server that answers an acknowledgement with nothing but 204, although it was asked for what came of it."""

import pytest
from discord.webhook.async_ import AsyncWebhookAdapter

from tests.platforms.discord.interactions.desk import BAN, HIDE, WARN, Town, running


@pytest.fixture
async def town(standin):
    return Town(standin)


@pytest.fixture
async def desk(standin, town, monkeypatch):
    tell = AsyncWebhookAdapter.create_interaction_response

    async def without_content(adapter, *given, **more):
        await tell(adapter, *given, **more)
        return ""

    monkeypatch.setattr(AsyncWebhookAdapter, "create_interaction_response", without_content)
    async with running(standin, town) as one:
        yield one


async def test_commands_presses_questions_and_forms_are_told_once_and_count(standin, desk, town):
    asked = town.rem.gives(town.square, "summarize", span="24h")
    await asked.acknowledged()
    assert await desk.tokens.acknowledged((await desk.event(1)).id) is not None
    card = await desk.prompt(town.review, HIDE, BAN, WARN)
    await town.ada.presses(card, "Hide").acknowledged()
    assert await desk.tokens.acknowledged((await desk.event(2)).id) is not None
    question = await town.ada.presses(card, "Ban").answered()
    await town.ada.presses(question, "Yes").acknowledged()
    assert (await desk.event(3)).choice == "ban"
    opened = town.ada.presses(card, "Warn")
    await opened.form()
    await town.ada.submits(opened, {"reason": "Please stay civil"}).acknowledged()
    assert (await desk.event(4)).choice == "warn"
    assert len(standin.requests("/callback")) == 6
    assert [asked.status for asked in standin.requests("/callback") if asked.status >= 400] == []
