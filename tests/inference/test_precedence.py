"""Whoever waits for a model goes before a backlog."""

import asyncio

import pytest

from bot.inference.precedence import Precedence


async def test_background_work_pauses_while_somebody_waits() -> None:
    precedence, order = Precedence(), list[str]()

    async def background() -> None:
        for piece in range(3):
            await precedence.give_way()
            order.append(f"piece {piece}")
            await asyncio.sleep(0)

    with precedence.asked_for():
        with precedence.asked_for():
            working = asyncio.create_task(background())
            for _ in range(5):
                await asyncio.sleep(0)
        order.append("one was answered")
        for _ in range(5):
            await asyncio.sleep(0)
        order.append("both were answered")
    await working
    assert order == ["one was answered", "both were answered", "piece 0", "piece 1", "piece 2"]


async def test_a_failing_request_ends_the_pause() -> None:
    precedence = Precedence()
    with pytest.raises(RuntimeError), precedence.asked_for():
        raise RuntimeError
    await precedence.give_way()
