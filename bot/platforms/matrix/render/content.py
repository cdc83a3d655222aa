"""Contents of the events that the bot sends, as the specification wants them. Pure.

What the bot says is an `m.notice`, which no other bot answers. But clients and servers notify nobody of a notice, not
even those it mentions (the push rule `.m.rule.suppress_notices` comes first): what somebody has to notice (a prompt, a
warning, private words, a mention that is meant to notify) is an `m.text`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.platforms.matrix.render.bodies import Body

MARKER = "org.folkmoot"
"""Under this key our events carry what the bot must find in them again."""

Content = dict[str, Any]


def message(body: Body, *, loud: bool = False) -> Content:
    """`loud`: people should be notified of it, as their settings have it."""
    return {
        "msgtype": "m.text" if loud or body.meant else "m.notice",
        "body": body.plain,
        "format": "org.matrix.custom.html",
        "formatted_body": body.html,
        "m.mentions": mentions(body.meant),
    }


def mentions(users: Sequence[str] = ()) -> Content:
    """Always there, else servers look for names in the text; `room` never is."""
    return {"user_ids": list(users)} if users else {}


def replacement(body: Body, target: str, *, loud: bool = False) -> Content:
    """An edit of the bot's own message; it notifies nobody anew."""
    new = message(body, loud=loud)
    return {
        **new,
        "body": f"* {body.plain}",
        "formatted_body": f"* {body.html}",
        "m.mentions": mentions(),
        "m.new_content": new,
        "m.relates_to": {"rel_type": "m.replace", "event_id": target},
    }


def reaction(target: str, emoji: str) -> Content:
    return {"m.relates_to": {"rel_type": "m.annotation", "event_id": target, "key": emoji}}


def reply(target: str) -> Content:
    """The relation of an answer outside of threads."""
    return {"m.in_reply_to": {"event_id": target}}


def in_thread(root: str, *, reply_to: str | None = None, latest: str | None = None) -> Content:
    """The relation of a message in a thread; clients without threads see an answer to the latest or first one."""
    return {
        "rel_type": "m.thread",
        "event_id": root,
        "is_falling_back": reply_to is None,
        "m.in_reply_to": {"event_id": reply_to or latest or root},
    }


def file(kind: str, name: str, where: Mapping[str, Any], info: Mapping[str, Any]) -> Content:
    """A file or picture; `where` is its `url`, or its `file` with the keys that open it."""
    return {"msgtype": kind, "body": name, "filename": name, **where, "info": dict(info), "m.mentions": mentions()}
