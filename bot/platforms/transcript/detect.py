"""Telling from a file's content in which format it is written."""

import json
from pathlib import Path

from bot.errors import DataError
from bot.platforms.transcript.readers import discord_chat_exporter, jsonl, matrix_export, plain
from bot.platforms.transcript.source import Reader, fault, opened

UNDERSTOOD = (
    "DiscordChatExporter's JSON (one channel a file), Element's JSON export of a room, "
    'JSON lines ({"id", "room", "author", "at", "text"}), or plain text with comments parted by blank lines'
)

_ENOUGH = 64 * 1024


def detect(path: Path) -> Reader:
    """The reader for a file.

    Raises:
        DataError: the file cannot be read, is empty or in no known format; the text lists the known ones.
    """
    with opened(path) as file:
        head = file.read(_ENOUGH)
    if b"\0" in head:
        raise _unknown(path, "this is not a text file")
    start = head.decode(errors="replace").lstrip()
    if not start:
        raise _unknown(path, "the file is empty")
    if start[0] == "[":
        raise _unknown(path, "line 1: a JSON list")
    if start[:15].lower().startswith(("<!doctype", "<html")):
        raise _unknown(path, "line 1: a web page; export the same discussion as JSON")
    if start[0] != "{":
        return plain.read
    return _json(path, start)


def _json(path: Path, start: str) -> Reader:
    line, _, rest = start.partition("\n")
    keys = _keys(line)
    if keys is not None and keys & {"text", "author", "id"}:
        return jsonl.read
    if '"messages"' in start and '"guild"' in start and '"channel"' in start:
        return discord_chat_exporter.read
    if '"messages"' in start and '"room_name"' in start:
        return matrix_export.read
    if rest.lstrip().startswith("{") or path.suffix in {".jsonl", ".ndjson"}:
        return jsonl.read
    raise _unknown(path, "line 1: a JSON object of an unknown kind")


def _keys(line: str) -> set[str] | None:
    """The keys of a line that is one whole JSON object."""
    try:
        value = json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        return None
    return set(value) if isinstance(value, dict) else None


def _unknown(path: Path, what: str) -> DataError:
    return fault(path, "", f"{what}. Folkmoot reads {UNDERSTOOD}.")
