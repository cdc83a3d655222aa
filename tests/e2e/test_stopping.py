"""Stopping in the middle of things: what has begun ends, what waits is taken up again."""

import asyncio

from bot.testing.harness import harness


async def test_a_post_on_its_way_is_recorded_before_the_bot_stops(tmp_path):
    bot = harness(tmp_path, cogs=("help",))
    async with bot.started():
        apply, begun, go_on = bot._platform.apply, asyncio.Event(), asyncio.Event()

        async def slow(delivery):
            receipt = await apply(delivery)
            begun.set()
            await go_on.wait()
            return receipt

        bot._platform.apply = slow
        bot.server.post(bot.person("Dario"), bot.square, "!help")
        await begun.wait()
        letting_go = asyncio.create_task(_set_soon(go_on))
    await letting_go
    assert len(bot.posts()) == 1
    async with bot.started():  # nothing is sent again, and the room is free for the next post
        assert len(bot.posts()) == 1
        assert "!help" in await bot.command("Dario", "!help")


async def test_a_post_that_is_just_being_taken_in_hand_still_goes_out(tmp_path):
    bot = harness(tmp_path, cogs=("help",))
    async with bot.started():
        outbox = bot.app.store.outbox
        lease, taken, go_on = outbox.lease, asyncio.Event(), asyncio.Event()

        async def slow(*arguments, **named):
            leased = await lease(*arguments, **named)
            if leased:
                taken.set()
                await go_on.wait()
            return leased

        outbox.lease = slow
        bot.server.post(bot.person("Dario"), bot.square, "!help")
        await taken.wait()
        letting_go = asyncio.create_task(_set_soon(go_on))
    await letting_go
    assert len(bot.posts()) == 1
    async with bot.started():
        assert "!help" in await bot.command("Dario", "!help")


async def _set_soon(event):
    for _ in range(50):
        await asyncio.sleep(0)
    event.set()
