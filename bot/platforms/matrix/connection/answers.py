"""Reading what a homeserver answered: JSON, also where one event in it is made to break a parser. Pure."""

import json
import re
from typing import Any

_DEEPEST = 100
_LONGEST_NUMBER = 400
_MARK = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_LONE_SURROGATE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")


def read_answer(body: bytes) -> dict[str, Any] | None:
    """The object that an answer holds; None: it is no JSON object.

    What a stranger put into one event must not make the whole answer unreadable: too deep a nesting becomes null, a
    number of thousands of digits 0, and half of a surrogate pair, which no file or database takes, U+FFFD.
    """
    halves = _LONE_SURROGATE.search(body) is not None
    try:
        read = json.loads(body)
        read = _whole(read) if halves else read
    except (ValueError, RecursionError):
        try:
            read = _whole(json.loads(_flat(body.decode("utf-8", "replace")), parse_int=_number))
        except ValueError:
            return None
    return read if isinstance(read, dict) else None


def _number(digits: str) -> int:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else 0


def _flat(text: str) -> str:
    """The same with null in place of what is nested too deep."""
    kept: list[str] = []
    depth, begin = 0, 0
    for mark in _MARK.finditer(text):
        if mark[0] in {"[", "{"}:
            depth += 1
            if depth == _DEEPEST:
                kept.append(f"{text[begin : mark.start()]}null")
        elif mark[0] in {"]", "}"}:
            if depth == _DEEPEST:
                begin = mark.end()
            depth -= 1
    return "".join((*kept, text[begin:]))


def _whole(value: Any) -> Any:
    """The same without halves of surrogate pairs."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, dict):
        return {_whole(key): _whole(one) for key, one in value.items()}
    return value
