import asyncio
import os

from bot.platforms.console.keyboard import LONGEST_LINE, typed_lines


async def collect(descriptor):
    return [line async for line in typed_lines(descriptor)]


async def test_lines_come_from_a_pipe_as_they_are_typed():
    reading, writing = os.pipe()
    lines = typed_lines(reading)
    os.write(writing, "one\ntwo\u2028still\nth".encode())
    assert [await anext(lines), await anext(lines)] == ["one", "two\u2028still"]
    waiting = asyncio.create_task(anext(lines))
    await asyncio.sleep(0)
    os.write(writing, b"ree\n")
    assert await waiting == "three"
    os.write(writing, b"last \xff")
    os.close(writing)
    assert [line async for line in lines] == ["last \ufffd"]
    os.close(reading)


async def test_waiting_for_a_line_can_be_cancelled():
    reading, writing = os.pipe()
    waiting = asyncio.create_task(collect(reading))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert waiting.cancelled()
    assert not asyncio.get_running_loop().remove_reader(reading)
    os.close(reading)
    os.close(writing)


async def test_files_and_closed_inputs_end(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_text("one\n\ntwo")
    with path.open("rb") as file:
        assert await collect(file.fileno()) == ["one", "", "two"]
    nothing = os.open(os.devnull, os.O_RDONLY)
    assert await collect(nothing) == []
    os.close(nothing)
    reading, writing = os.pipe()
    os.close(writing)
    os.close(reading)
    assert await collect(reading) == []


async def test_a_line_without_end_is_handed_on_in_pieces(tmp_path):
    path = tmp_path / "long.txt"
    path.write_text("x" * (3 * LONGEST_LINE))
    with path.open("rb") as file:
        lines = await collect(file.fileno())
    assert len(lines) > 1
    assert "".join(lines) == "x" * (3 * LONGEST_LINE)
