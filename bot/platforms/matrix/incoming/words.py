"""What a message says, out of content that anybody may have written. Pure.

People see the formatted body where there is one, and the plain body in notifications and simple clients: where the two
disagree, both are taken, so that neither can hide words from those who judge the other.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.platforms.matrix.fields import is_reply, mapping, text, user_id
from bot.platforms.matrix.incoming import markup

_FILES = frozenset({"m.image", "m.file", "m.audio", "m.video"})
_STICKER = "m.sticker"
_HTML = "org.matrix.custom.html"
_UNSPOKEN = frozenset({"m.key.verification.request", "m.bad.encrypted"})
_POLLS = {"m.poll.start": "m.poll", "org.matrix.msc3381.poll.start": "org.matrix.msc3381.poll.start"}
_PLAIN_TEXT, _PLAIN_TEXT_EARLY = "m.text", "org.matrix.msc1767.text"
_MOST_OPTIONS = 20
_MOST_MENTIONS = 500
_LONGEST_FILE_NAME = 255

_FALLBACK = re.compile(r"> (?:\* )?<@[^\s>]+>")
_FENCE = re.compile(r"^[ \t]*```[\w+#-]{0,20}[ \t]*$", re.MULTILINE)
_PILL_ADDRESS = re.compile(r"https?://matrix\.to/#/@[^\s)>]+")

SPOKEN = frozenset({"m.room.message", "m.message", _STICKER, *_POLLS})
"""Types of events in which people say something."""


@dataclass(frozen=True, slots=True)
class Words:
    text: str
    mentions: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()


def words_of(kind: str, content: Mapping[str, Any], speaker: str, *, reply: bool | None = None) -> Words | None:
    """What an event of one of the `SPOKEN` types says; None: nothing that is meant for people.

    Args:
        kind: the event's type.
        content: its content, or the new content of an edit.
        speaker: the name that an emote is about.
        reply: whether the message is a reply; None: as the content says.
    """
    if kind in _POLLS:
        return Words(_poll(mapping(content.get(_POLLS[kind]))), _mentioned(content, ()))
    if kind == _STICKER:
        return Words("", (), _file_name(content))
    msgtype = text(content.get("msgtype"))
    if not msgtype and kind == "m.room.message" and not isinstance(content.get("body"), str):
        return None
    if msgtype in _UNSPOKEN:
        return None
    replies = is_reply(content) if reply is None else reply
    if msgtype in _FILES:
        return _file(content, replies)
    said = _said(content, replies)
    spoken = f"* {speaker} {said.text}" if msgtype == "m.emote" and said.text else said.text
    return Words(spoken, _mentioned(content, said.users))


def _file(content: Mapping[str, Any], replies: bool) -> Words:  # noqa: FBT001 - an answer, not a switch
    """A body beside a file name is a caption; alone it is the file's name."""
    name, body = text(content.get("filename")), text(content.get("body"))
    if not name or name == body:
        return Words("", _mentioned(content, ()), _file_name(content))
    said = _said(content, replies)
    return Words(said.text, _mentioned(content, said.users), _file_name(content))


def _file_name(content: Mapping[str, Any]) -> tuple[str, ...]:
    name = " ".join((text(content.get("filename")) or text(content.get("body"))).split())
    return (name[:_LONGEST_FILE_NAME],) if name else ("unnamed",)


# --- plain and formatted ----------------------------------------------------------------------------------------


def _said(content: Mapping[str, Any], replies: bool) -> markup.Reading:  # noqa: FBT001
    body, formatted = text(content.get("body")), None
    if content.get("format") == _HTML and isinstance(content.get("formatted_body"), str):
        formatted = text(content["formatted_body"])
    if not body and formatted is None:
        body, formatted = _extensible(content)
    if replies:
        body = _without_fallback(body)
        formatted = markup.without_reply(formatted) if formatted else formatted
    if not formatted:
        return markup.Reading(body)
    read = markup.read(formatted)
    return markup.Reading(_both(body, read.text), read.users)


def _both(body: str, shown: str) -> str:
    """The one that says all that both say; else what is shown first, and then the body."""
    if not shown.strip() or not body.strip():
        return shown if shown.strip() else body
    written = _FENCE.sub("", _PILL_ADDRESS.sub("", body))
    if markup.words(written) == markup.words(shown) and markup.words(_own(written)) == markup.words(_own(shown)):
        return body if _quotes(body) == _quotes(shown) else shown
    return shown if markup.said_in(written, shown) else f"{shown}\n{body}"


def _own(words: str) -> str:
    return "\n".join(line for line in words.split("\n") if not line.startswith(">"))


def _quotes(words: str) -> bool:
    return any(line.startswith("> ") for line in words.split("\n"))


def _without_fallback(body: str) -> str:
    """The body without the quote that older clients put before a reply; a quote of the author's own stays."""
    if not _FALLBACK.match(body):
        return body
    lines = body.split("\n")
    first = next((number for number, line in enumerate(lines) if not line.startswith("> ") and line != ">"), None)
    if first is None:
        return body
    rest = "\n".join(lines[first + 1 if not lines[first] else first :])
    return rest if rest.strip() else body


# --- extensible events ------------------------------------------------------------------------------------------


def _extensible(content: Mapping[str, Any]) -> tuple[str, str | None]:
    """Plain text and HTML out of `m.text`, which lists forms of one text."""
    plain, html = "", None
    for form in _forms(content.get(_PLAIN_TEXT)):
        kind, body = form.get("mimetype", "text/plain"), text(form.get("body"))
        if kind == "text/plain":
            plain = plain or body
        elif kind == "text/html":
            html = html or body
    return plain or text(content.get(_PLAIN_TEXT_EARLY)), html


def _forms(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        yield from (form for form in value[:_MOST_OPTIONS] if isinstance(form, Mapping))


def _poll(poll: Mapping[str, Any]) -> str:
    """The question, and each option on a line of its own."""
    answers = poll.get("answers")
    options = answers[:_MOST_OPTIONS] if isinstance(answers, list) else []
    listed = [_line(mapping(option)) for option in options]
    return "\n".join([_line(mapping(poll.get("question"))), *(f"- {option}" for option in listed if option)]).strip()


def _line(content: Mapping[str, Any]) -> str:
    plain, html = _extensible(content)
    said = plain or text(content.get("body")) or (markup.read(html).text if html else "")
    return " ".join(said.split())


# --- mentions ---------------------------------------------------------------------------------------------------


def _mentioned(content: Mapping[str, Any], pills: tuple[str, ...]) -> tuple[str, ...]:
    """Whom the author meant; clients that do not say so link the names."""
    if "m.mentions" not in content:
        return pills[:_MOST_MENTIONS]
    users = mapping(content["m.mentions"]).get("user_ids")
    named = [user for user in users if user_id(user)] if isinstance(users, list) else []
    return tuple(dict.fromkeys(named))[:_MOST_MENTIONS]
