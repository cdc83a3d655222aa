"""Lanes keep order within a conversation, are fair between them, and tell when they are idle."""

import asyncio

from bot.dispatch.lanes import Lanes
from bot.ports.stores import Envelope
from bot.testing.clock import START
from bot.testing.factories import posted


def envelopes(count: int) -> list[Envelope]:
    event = posted("x")
    return [Envelope(number, event, START) for number in range(count)]


async def test_order_within_a_lane() -> None:
    seen: list[int] = []

    async def handle(envelope: Envelope) -> None:
        await asyncio.sleep(0)
        seen.append(envelope.number)

    lanes = Lanes(handle, runners=4, capacity=100)
    for envelope in envelopes(50):
        lanes.put("one room", envelope)
    lanes.start()
    await lanes.idle()
    await lanes.aclose()
    assert seen == list(range(50))


async def test_a_slow_room_does_not_hold_another() -> None:
    seen: list[int] = []
    gate, other_ran = asyncio.Event(), asyncio.Event()

    async def handle(envelope: Envelope) -> None:
        if envelope.number == 0:
            await gate.wait()
        if envelope.number == 2:
            other_ran.set()
        seen.append(envelope.number)

    lanes = Lanes(handle, runners=2, capacity=100)
    first, second, third = envelopes(3)
    lanes.put("slow", first)
    lanes.put("slow", second)
    lanes.put("other", third)
    lanes.start()
    await other_ran.wait()
    assert seen == [2]
    gate.set()
    await lanes.idle()
    await lanes.aclose()
    assert seen == [2, 0, 1]


async def test_lanes_take_turns() -> None:
    seen: list[str] = []

    async def handle(envelope: Envelope) -> None:
        seen.append("flood" if envelope.number < 100 else "quiet")

    lanes = Lanes(handle, runners=1, capacity=1000)
    *flood, late = envelopes(101)
    for envelope in flood:
        lanes.put("flood", envelope)
    lanes.put("quiet", late)
    lanes.start()
    await lanes.idle()
    await lanes.aclose()
    assert seen.index("quiet") == 1


async def test_a_source_pauses_while_too_much_waits() -> None:
    gate = asyncio.Event()

    async def handle(_: Envelope) -> None:
        await gate.wait()

    lanes = Lanes(handle, runners=1, capacity=3)
    for envelope in envelopes(3):
        lanes.put("room", envelope)
    lanes.start()
    source = asyncio.create_task(lanes.room())
    for _ in range(5):
        await asyncio.sleep(0)
    assert not source.done()
    gate.set()
    await source
    await lanes.idle()
    assert lanes.waiting == 0
    await lanes.aclose()
