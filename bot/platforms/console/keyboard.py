"""Typed lines, read without ever holding up the event loop or the end of the process."""

import asyncio
import codecs
import os
from collections.abc import AsyncGenerator

LONGEST_LINE = 100_000
"""Characters; a longer line is handed on in pieces."""

_CHUNK = 65_536


async def typed_lines(descriptor: int = 0) -> AsyncGenerator[str, None]:
    """Lines from a terminal, pipe or file, without their ends, until there are no more.

    A thread that reads would have to be waited for at the end of the process; this waits for the descriptor to become
    readable instead. A closed standard input has no lines.
    """
    decoder, pending = codecs.getincrementaldecoder("utf-8")("replace"), ""
    while chunk := await _read(descriptor):
        *lines, pending = (pending + decoder.decode(chunk)).split("\n")
        for line in lines:
            yield line
        if len(pending) > LONGEST_LINE:
            yield pending
            pending = ""
    if pending:
        yield pending


async def _read(descriptor: int) -> bytes:
    loop, readable = asyncio.get_running_loop(), asyncio.Event()
    try:
        loop.add_reader(descriptor, readable.set)
    except PermissionError:  # a file, which no selector watches since it is always readable
        await asyncio.sleep(0)
    except (OSError, ValueError):  # closed
        return b""
    else:
        try:
            await readable.wait()
        finally:
            loop.remove_reader(descriptor)
    try:
        return os.read(descriptor, _CHUNK)
    except OSError:  # the terminal went away
        return b""
