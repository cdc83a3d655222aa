"""What runs in a model's thread: in order, never on the event loop, and closable at any moment."""

import asyncio
import threading

import pytest

from bot.errors import InferenceError
from bot.inference.thread import ModelThread


@pytest.fixture
async def thread():
    made = ModelThread("test", most_waiting=4)
    yield made
    await made.aclose()


class Blocked:
    """A call that waits to be let go, and says when it has begun."""

    def __init__(self):
        self.begun, self.let_go = threading.Event(), threading.Event()
        self.loop, self.seen = asyncio.get_running_loop(), asyncio.Event()

    def __call__(self):
        self.begun.set()
        self.loop.call_soon_threadsafe(self.seen.set)
        self.let_go.wait()
        return "done"


async def test_the_result_comes_back_and_so_does_what_was_raised(thread):
    assert await thread.run(lambda: threading.current_thread().name) == "test_0"
    with pytest.raises(ZeroDivisionError):
        await thread.run(lambda: 1 // 0)


async def test_the_loop_goes_on_while_a_model_works(thread):
    blocked = Blocked()
    call = asyncio.create_task(thread.run(blocked))
    await blocked.seen.wait()
    turns = []
    for turn in range(100):  # each a round of the loop, while the model does not move
        asyncio.get_running_loop().call_soon(turns.append, turn)
        await asyncio.sleep(0)
    assert (turns, call.done()) == (list(range(100)), False)
    blocked.let_go.set()
    assert await call == "done"


async def test_calls_run_one_by_one_in_the_order_of_asking(thread):
    running, order = [], []

    def call(number):
        running.append(number)
        order.append((number, len(running)))
        running.remove(number)

    await asyncio.gather(*(thread.run(lambda number=number: call(number)) for number in range(20)))
    assert order == [(number, 1) for number in range(20)]


async def test_a_caller_who_leaves_gives_up_the_turn(thread):
    blocked, ran = Blocked(), []
    first = asyncio.create_task(thread.run(blocked))
    await blocked.seen.wait()
    waiting = asyncio.create_task(thread.run(lambda: ran.append("left")))
    behind = asyncio.create_task(thread.run(lambda: ran.append("stayed")))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    blocked.let_go.set()
    await asyncio.gather(first, behind)
    assert ran == ["stayed"]


async def test_closing_lets_the_call_that_runs_end_and_drops_the_others(thread):
    blocked, ran = Blocked(), []
    running = asyncio.create_task(thread.run(blocked))
    await blocked.seen.wait()
    others = [asyncio.create_task(thread.run(lambda: ran.append("ran"))) for _ in range(8)]  # more than may wait
    await asyncio.sleep(0)
    closing = asyncio.create_task(thread.aclose())
    dropped = await asyncio.gather(*others, return_exceptions=True)
    assert [type(error) for error in dropped] == [InferenceError] * 8
    assert not closing.done()
    blocked.let_go.set()
    await closing
    assert await running == "done"
    assert ran == []


async def test_closing_waits_for_no_call_that_nobody_waits_for(thread):
    blocked = Blocked()
    call = asyncio.create_task(thread.run(blocked))
    await blocked.seen.wait()
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    await thread.aclose()
    assert not blocked.let_go.is_set()
    blocked.let_go.set()


async def test_a_closed_thread_says_so(thread):
    await thread.aclose()
    with pytest.raises(InferenceError, match="stopped"):
        await thread.run(lambda: None)
    await thread.aclose()
