"""The log: structlog over the standard library's, so that libraries' lines come out in the same form.

Message bodies are never logged. Name things by id; what a call site passes in spite of that is dropped here: keys that
hold words (`text`, `body`, `content`...), objects that may carry them (shown by their class's name only), what
libraries fill into their lines, and the messages of exceptions that the core did not raise itself (others quote what
they were given). A secret that was read is masked wherever it would stand.
"""

import json
import logging
import re
import secrets
import sys
import traceback
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.errors import FolkmootError, UserError

_KEYS_WITH_WORDS = frozenset({"text", "body", "content", "contents", "quote", "words", "document", "passage"})
_PLAIN = (str, int, float, bool, type(None), datetime, timedelta, PurePath)
_LONGEST_VALUE = 300
_INCIDENT_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_NOISY = ("apscheduler", "aiosqlite", "alembic", "sqlalchemy", "asyncio")
_QUOTING = ("nio", "peewee")
"""Libraries whose lines have members' words and keys written into them already: none of theirs is let through."""
_FILLED_IN = re.compile(r"%(?:\(\w{1,80}\))?[-#0 +]{0,4}[\d*.]{0,8}[a-zA-Z]")
"""Where a library's line takes a value."""
_MASK = "********"
_RUNS_COGS = "bot.dispatch.runner"

_secrets: set[str] = set()


def configure_logging(level: str, form: Literal["console", "json"], stream: TextIO | None = None) -> None:
    """Write lines of at least `level` to `stream` (standard error) in the given form."""
    stream = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_words,
        _plain_exception,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    last: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=stream.isatty(), pad_event_to=32)
    )
    handler = _Handler(stream)
    handler.setFormatter(
        _Formatter(
            foreign_pre_chain=[_plain_stack, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one.formatter, structlog.stdlib.ProcessorFormatter)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    for name in _QUOTING:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """The log of one part of the core: `logger("dispatch").warning("post failed", key=post.key)`."""
    made: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return made


def new_incident() -> str:
    """An id that a member can read out and an operator can find in the log: "7F3K-Q2ZM"."""
    letters = "".join(secrets.choice(_INCIDENT_ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def keep_secret(value: str) -> None:
    """Mask this value from now on, as it stands and as JSON and reprs write it."""
    _secrets.update({value, json.dumps(value)[1:-1], repr(value)[1:-1]})


def masked(text: str) -> str:
    """The text with stars in place of each secret that was read."""
    for value in sorted(_secrets, key=len, reverse=True):
        text = text.replace(value, _MASK)
    return text


def said_by(error: BaseException) -> str:
    """What an error of ours says; of others, and of ours that a cog raised, the class: they may quote a member's words.

    What a `UserError` says is for the member alone.
    """
    if isinstance(error, FolkmootError) and not isinstance(error, UserError) and not _is_raised_by_a_cog(error):
        return str(error)
    return f"{type(error).__module__}.{type(error).__qualname__}"


def _is_raised_by_a_cog(error: BaseException) -> bool:
    """Whether it comes out of a handler, and from no line of ours."""
    modules = [str(frame.f_globals.get("__name__", "")) for frame, _ in traceback.walk_tb(error.__traceback__)]
    return _RUNS_COGS in modules and modules[-1].partition(".")[0] != "bot"


class _Handler(logging.StreamHandler[TextIO]):
    """Says that a line could not be written, without showing what was in it as the standard library would."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the standard library's name
        error = sys.exc_info()[1]
        if isinstance(error, OSError | ValueError) and self.stream.closed:
            return
        sys.stderr.write(f"a line of the log by {record.name} could not be written: {type(error).__name__}\n")


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """Of libraries' lines, only what they say themselves; of all lines, no secret."""

    def format(self, record: logging.LogRecord) -> str:
        if not isinstance(record.msg, dict):
            record = logging.makeLogRecord(record.__dict__ | {"msg": _own_words(record), "args": ()})
        return masked(super().format(record))


def _own_words(record: logging.LogRecord) -> str:
    """A library's line with numbers filled in and nothing else, and only its first line.

    asyncio writes the reprs of callbacks and their arguments into its lines: there they end before these.
    """
    if not isinstance(record.msg, str):
        return f"<{type(record.msg).__name__}>"
    line = record.msg.partition("\n")[0]
    if record.name == "asyncio":
        line = re.split("[(<'\"]", line, maxsplit=1)[0].rstrip()
    given = iter(record.args if isinstance(record.args, tuple) else ())
    return _FILLED_IN.sub(lambda _: _number(next(given, None)), line)


def _number(value: object) -> str:
    return str(value) if isinstance(value, int | float) else f"<{type(value).__name__}>"


def _plain_stack(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """A stack that a library asked for shows lines of code, which are nobody's words, but not in one line."""
    line.pop("stack_info", None)
    return line


def without_words(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Drop what may hold members' words; make the rest harmless for a terminal."""
    return {
        key if key.startswith("_") else _printable(key): value
        if key.startswith("_") or key == "exc_info"
        else _harmless(value)
        for key, value in line.items()
        if key not in _KEYS_WITH_WORDS
    }


def _harmless(value: object) -> object:
    if isinstance(value, str):
        return _printable(value)
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, list | tuple | set | frozenset) and all(isinstance(one, _PLAIN) for one in value):
        return [_harmless(one) for one in value]
    return f"<{type(value).__name__}>"


def _printable(text: str) -> str:
    """Cut, and without control, direction and surrogate characters, which would act on a terminal."""
    shown = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text[:_LONGEST_VALUE])
    return f"{shown}…" if len(text) > _LONGEST_VALUE else shown


def _plain_exception(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Turn `exc_info` into frames and class names; only our own errors keep their words."""
    error = _raised(line.pop("exc_info", None))
    if error is not None:
        line["exception"] = "".join(_described(error))
    return line


def _raised(exc_info: object) -> BaseException | None:
    if isinstance(exc_info, tuple):
        exc_info = exc_info[1]
    if isinstance(exc_info, BaseException):
        return exc_info
    return sys.exc_info()[1] if exc_info else None


def _described(error: BaseException) -> Iterator[str]:
    """As Python prints it, causes first, without what a foreign exception says."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _described(before)
        yield "then:\n"
    yield from traceback.format_tb(error.__traceback__)
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    said = said_by(error)
    yield f"{name}\n" if said == name else f"{name}: {said}\n"
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _described(inner)
