"""Reading transcript files piece by piece, with errors that name the file, the place and what was expected there."""

import json
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import ijson
from pydantic import BaseModel, ValidationError

from bot.domain.event import Incoming
from bot.errors import DataError

Reader = Callable[[Path], Generator[Incoming, None, None]]
"""Yields a file's events, oldest first; raises `DataError` where the file is not what it should be."""

Model = TypeVar("Model", bound=BaseModel)

LONGEST_LINE = 16 * 1024 * 1024
"""Bytes; a longer line is no discussion, and reading on would fill the memory."""

_LOOK_AGAIN = 64 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"


def fault(path: Path, where: str, what: str) -> DataError:
    return DataError(f"{path}: {where}: {what}" if where else f"{path}: {what}")


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file behind its byte order mark, if it has one."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise fault(path, "", f"cannot be read ({error.strerror})") from error
    with file:
        if file.read(len(_BOM)) != _BOM:
            file.seek(0)
        yield file


def lines(path: Path) -> Generator[tuple[int, str], None, None]:
    """Numbered lines without their ends. Only a line feed ends a line: texts may hold U+2028 and its like."""
    with opened(path) as file:
        for number in count(1):
            line = file.readline(LONGEST_LINE + 1)
            if not line:
                return
            if len(line) > LONGEST_LINE:
                raise fault(path, f"line {number}", f"is longer than {LONGEST_LINE:,} bytes")
            try:
                yield number, line.decode().rstrip("\r\n")
            except UnicodeDecodeError as error:
                what = f"byte 0x{line[error.start]:02x} is not UTF-8; save the file as UTF-8"
                raise fault(path, f"line {number}", what) from error


def items(path: Path, prefix: str) -> Generator[tuple[int, Any], None, None]:
    """Numbered values under a prefix ("messages.item") of a JSON file, which never lies in memory as a whole."""
    number = 0
    with opened(path) as file:
        found = ijson.items(file, prefix, use_float=True)
        while True:
            try:
                value = next(found)
            except StopIteration:
                return
            except (ijson.JSONError, UnicodeDecodeError) as error:
                raise fault(path, *_break(path, number)) from error
            number += 1
            yield number, value


def _break(path: Path, read: int) -> tuple[str, str]:
    """Where a JSON file breaks and how. The streaming parser does not know the line, so a look is taken again."""
    with opened(path) as file:
        text = file.read(_LOOK_AGAIN)
    try:
        json.loads(text)
    except UnicodeDecodeError as error:
        return f"line {text.count(10, 0, error.start) + 1}", "is not UTF-8; save the file as UTF-8"
    except json.JSONDecodeError as error:
        if error.pos < len(error.doc) or len(text) < _LOOK_AGAIN:
            return f"line {error.lineno}", f"broken or cut off JSON ({error.msg.lower()}, column {error.colno})"
    return f"after message {read:,}", "broken or cut off JSON"


def first(path: Path, prefix: str) -> Any:
    """The first value under a prefix, None where there is none."""
    found = items(path, prefix)
    try:
        return next((value for _, value in found), None)
    finally:
        found.close()


def checked(path: Path, where: str, model: type[Model], value: Any) -> Model:
    """The value as the model it must be."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(str(part) for part in problem["loc"])
        raise fault(path, where, f"{name!r}: {problem['msg']}" if name else problem["msg"]) from error
