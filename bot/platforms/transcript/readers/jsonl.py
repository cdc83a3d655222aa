"""Folkmoot's own format: a JSON object a line.

    {"id": "m2", "room": "city-politics", "author": "Nikhil", "at": "2026-03-02T18:05:00+00:00", "text": "Finally",
     "reply_to": "m1", "likes": 1, "edited_at": null}

The first five are needed. Ids need be unique within a room only; the lines of a room come oldest first.
"""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bot.domain.conversation import Conversation
from bot.domain.event import MessagePosted
from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.domain.member import Member
from bot.domain.message import Message
from bot.domain.text import storable
from bot.platforms.transcript.source import checked, fault, lines


class _Line(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: str = Field(min_length=1)
    room: str = Field(min_length=1)
    author: str = Field(min_length=1)
    at: AwareDatetime
    text: str
    reply_to: str | None = None
    likes: int = Field(default=0, ge=0)
    edited_at: AwareDatetime | None = None


def read(path: Path) -> Generator[MessagePosted, None, None]:
    for number, text in lines(path):
        if text.strip():
            yield MessagePosted(_message(checked(path, f"line {number}", _Line, _object(path, number, text))))


def _object(path: Path, number: int, text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise fault(path, f"line {number}", f"is not JSON ({_flaw(error)}); expected one object a line") from error
    if not isinstance(value, dict):
        raise fault(path, f"line {number}", 'expected an object such as {"id": ..., "room": ..., "text": ...}')
    return {name: storable(each) if isinstance(each, str) else each for name, each in value.items()}


def _message(line: _Line) -> Message:
    return Message(
        id=MessageId(f"transcript:{line.room}/{line.id}"),
        conversation=Conversation(ConversationId(f"transcript:{line.room}"), line.room),
        author=Member(MemberId(f"transcript:{line.author}"), line.author),
        text=line.text.replace("\r\n", "\n"),
        sent_at=line.at,
        reply_to=MessageId(f"transcript:{line.room}/{line.reply_to}") if line.reply_to else None,
        edited_at=line.edited_at,
        likes=line.likes,
    )


def _flaw(error: json.JSONDecodeError | RecursionError) -> str:
    return f"{error.msg} at character {error.colno}" if isinstance(error, json.JSONDecodeError) else "nested too deep"
