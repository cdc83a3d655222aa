"""What a member sees in a room: posts in their newest form, with reactions, made from the room's events. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Mapping[str, Any]


@dataclass
class Post:
    """A message as it stands in the room.

    Attributes:
        content: of its newest form.
        first: the content as first posted.
        forms: how many edits it has had by its own sender.
        reactions: (emoji, sender) of those that stand.
        pinged: everybody whom any form of it notified.
        encrypted: it came encrypted, so did each edit of it.
    """

    id: str
    sender: str
    content: Json
    first: Json
    at: int
    forms: int = 0
    redacted: bool = False
    encrypted: bool = False
    reactions: Counter[tuple[str, str]] = field(default_factory=Counter)
    pinged: set[str] = field(default_factory=set)

    @property
    def text(self) -> str:
        return str(self.content.get("body", ""))

    @property
    def html(self) -> str:
        return str(self.content.get("formatted_body", ""))

    @property
    def thread(self) -> str | None:
        relation = relation_of(self.first)
        return relation.get("event_id") if relation.get("rel_type") == "m.thread" else None

    @property
    def reply_to(self) -> str | None:
        """What it answers; the fallback in threads is no answer."""
        relation = relation_of(self.first)
        if relation.get("is_falling_back"):
            return None
        answered: str | None = (relation.get("m.in_reply_to") or {}).get("event_id")
        return answered


def relation_of(content: Json) -> Json:
    relation = content.get("m.relates_to")
    return relation if isinstance(relation, Mapping) else {}


def posts(events: Iterable[Json]) -> list[Post]:
    """Posts of a room from its events in clear, oldest first."""
    found: dict[str, Post] = {}
    reactions: dict[str, tuple[Post, tuple[str, str]]] = {}
    for event in events:
        content, identity, sender = event.get("content") or {}, event["event_id"], event["sender"]
        relation = relation_of(content)
        post = found.get(str(relation.get("event_id")))
        match event["type"]:
            case "m.room.message" | "m.room.encrypted" | "m.sticker":
                if relation.get("rel_type") == "m.replace":
                    if post is not None and post.sender == sender and "m.new_content" in content:
                        _edit(post, event)
                    continue
                found[identity] = Post(identity, sender, content, content, event["origin_server_ts"])
                found[identity].redacted = not content
                found[identity].encrypted = bool(event.get("was_encrypted"))
                found[identity].pinged = pinged_by(content)
            case "m.reaction" if post is not None:
                pair = (str(relation.get("key")), sender)
                post.reactions[pair] += 1
                reactions[identity] = (post, pair)
            case "m.room.redaction":
                target = str(event.get("redacts") or content.get("redacts"))
                if target in found:
                    found[target].redacted = True
                elif target in reactions:
                    post, pair = reactions.pop(target)
                    post.reactions -= Counter([pair])
    return list(found.values())


def _edit(post: Post, event: Json) -> None:
    content = event["content"]
    post.content = content["m.new_content"]
    post.forms += 1
    post.encrypted = post.encrypted and bool(event.get("was_encrypted"))
    post.pinged |= pinged_by(content)


def pinged_by(content: Json) -> set[str]:
    """Everybody whom a client notifies of it; "@room" for all."""
    mentions = content.get("m.mentions")
    if mentions is None:
        return {"@room"} & set(str(content.get("body", "")).split())  # clients read the body of old-style messages
    return set(mentions.get("user_ids") or ()) | ({"@room"} if mentions.get("room") else set())
