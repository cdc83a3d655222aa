"""Questions and answers over a Unix socket between the supervisor and the bot that it kills."""

import asyncio
import pickle
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from typing import Any

_LENGTH = 4


async def send(writer: asyncio.StreamWriter, what: Any) -> None:
    data = pickle.dumps(what)
    writer.write(len(data).to_bytes(_LENGTH, "big") + data)
    await writer.drain()


async def receive(reader: asyncio.StreamReader) -> Any:
    """The next thing; raises EOFError where the other side is gone."""
    try:
        length = int.from_bytes(await reader.readexactly(_LENGTH), "big")
        return pickle.loads(await reader.readexactly(length))
    except (asyncio.IncompleteReadError, ConnectionError) as gone:
        raise EOFError from gone


class Link:
    """The bot's end: questions may overlap."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._numbers = count()
        self._open: dict[int, asyncio.Future[Any]] = {}
        self._reading = asyncio.create_task(self._read(), name="reading the wire")

    @classmethod
    async def to(cls, path: Path) -> "Link":
        return cls(*await asyncio.open_unix_connection(path))

    async def ask(self, what: str, *given: Any) -> Any:
        number = next(self._numbers)
        self._open[number] = asyncio.get_running_loop().create_future()
        await send(self._writer, (number, what, given))
        return await self._open[number]

    async def _read(self) -> None:
        while True:
            number, answer = await receive(self._reader)
            self._open.pop(number).set_result(answer)


Answer = Callable[[str, tuple[Any, ...]], Awaitable[Any]]


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer) -> None:
    """The supervisor's end: answer until the bot is gone."""

    async def one(number: int, what: str, given: tuple[Any, ...]) -> None:
        found = await answer(what, given)
        if not writer.is_closing():
            await send(writer, (number, found))

    begun: set[asyncio.Task[None]] = set()
    try:
        while True:
            task = asyncio.create_task(one(*await receive(reader)))
            begun.add(task)
            task.add_done_callback(begun.discard)
    except EOFError:
        pass
    finally:
        for task in begun:
            task.cancel()
        await asyncio.gather(*begun, return_exceptions=True)
        writer.close()
