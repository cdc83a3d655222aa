"""What a replay found: on the terminal for people, as JSON for scripts."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from bot.commandline.replay import FlaggedMessage, Replay, SummarizedRoom
from bot.domain.document import plain
from bot.domain.ids import native_of
from bot.domain.message import Message
from bot.domain.moderation import Evidence
from bot.domain.text import harmless, storable
from bot.errors import DataError
from bot.platforms.console.render import rendered


def show(found: Replay, console: Console) -> None:
    """Cards of the flagged messages, summaries, and a table of counts."""
    for flagged in found.flags:
        if flagged.card is not None:
            console.print(rendered(flagged.card, panel=True))
    for summary in found.summaries:
        console.print(Rule(_title(f"Summary of {summary.conversation.name}", "rule.text"), style="dim"))
        console.print(rendered(summary.body))
    console.print(_counts(found))
    if found.model is None:
        console.print("No classifier could be loaded, so nothing was flagged: see `folkmoot doctor`.", style="yellow")


def _counts(found: Replay) -> Table:
    table = Table(title=_title(found.path.name, "table.title"), show_header=False, title_justify="left")
    rows = [
        ("messages", f"{found.messages:,}"),
        ("people", f"{found.people:,}"),
        ("rooms", f"{found.rooms:,}"),
        ("flagged", f"{len(found.flags):,} (score {found.threshold:.2f} and above)"),
        ("not judged", ", ".join(f"{count:,} {reason}" for reason, count in found.abstained.items()) or "0"),
        ("classifier", found.model or "none"),
        ("seconds", ", ".join(f"{step} {seconds:.1f}" for step, seconds in found.seconds.items())),
    ]
    for row in rows:
        table.add_row(*row)
    return table


def _title(words: str, style: str) -> Text:
    """Words on one line as they stand: a room or a file may be called [bold]."""
    return Text(harmless(" ".join(words.split())), style=style)


def require_place(path: Path) -> None:
    """Find out before the work, not after it, that a report cannot be written.

    Raises:
        DataError: there is no such folder, or it is closed; the text says what to do.
    """
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        raise DataError(f"{path} cannot be written: name a file in a folder that is there and open to you")


def write(found: Replay, path: Path) -> None:
    """The whole result as one JSON object; a new file is for its owner's eyes only, since it holds people's words.

    Raises:
        DataError: the file cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(json.dumps(as_json(found), indent=2, ensure_ascii=False) + "\n")
    except (OSError, UnicodeEncodeError) as error:
        raise DataError(f"{path} cannot be written: {error}") from error


def as_json(found: Replay) -> Mapping[str, Any]:
    return {
        "file": storable(found.path.name),
        "counts": {
            "messages": found.messages,
            "people": found.people,
            "rooms": found.rooms,
            "flags": len(found.flags),
            "abstained": dict(found.abstained),
        },
        "model": found.model,
        "threshold": found.threshold,
        "flags": [_flag(flagged) for flagged in found.flags],
        "summaries": [_summary(summary) for summary in found.summaries],
        "seconds": found.seconds,
    }


def _flag(flagged: FlaggedMessage) -> Mapping[str, Any]:
    evidence = next((ground.evidence for ground in flagged.flag.grounds if ground.evidence), None)
    return {
        "message": _message(flagged.message),
        "reason": "; ".join(ground.reason for ground in flagged.flag.grounds),
        "rule": ", ".join(ground.rule for ground in flagged.flag.grounds),
        **_evidence(evidence, flagged.message),
        "answers": _messages(flagged.answered),
        "before": _messages(flagged.before),
        "after": _messages(flagged.after),
    }


def _evidence(evidence: Evidence | None, message: Message) -> Mapping[str, Any]:
    if evidence is None:
        return {"score": None, "target": None, "words": []}
    words = [message.text[start:end] for start, end in evidence.spans]
    return {"score": round(evidence.score, 4), "target": evidence.target, "words": words}


def _summary(summary: SummarizedRoom) -> Mapping[str, Any]:
    return {
        "room": summary.conversation.name,
        "text": plain(summary.body),
        "lines": [{"message": native_of(message), "quote": quote} for message, quote in summary.cited],
        "messages": list(dict.fromkeys(native_of(message) for message, _ in summary.cited)),
    }


def _messages(messages: Sequence[Message]) -> list[Mapping[str, Any]]:
    return [_message(message) for message in messages]


def _message(message: Message) -> Mapping[str, Any]:
    return {
        "id": native_of(message.id),
        "room": message.conversation.name,
        "author": message.author.name,
        "at": message.sent_at.isoformat(),
        "text": message.text,
    }
