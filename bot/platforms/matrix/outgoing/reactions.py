"""The bot's own reactions: one for each choice of a prompt, taken back when the choice is gone."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.effect import Choice, Priority
from bot.errors import Forbidden, Gone
from bot.platforms.matrix.connection.homeserver import Homeserver
from bot.platforms.matrix.connection.paths import v1
from bot.platforms.matrix.connection.refusals import Refused
from bot.platforms.matrix.outgoing.sender import Sender
from bot.platforms.matrix.render import content

_PAGES = 10


class Reactions:
    def __init__(self, homeserver: Homeserver, sender: Sender) -> None:
        self._homeserver, self._sender = homeserver, sender

    async def leave(self, room: str, event: str, emoji: str, key: str, priority: Priority = Priority.ANSWER) -> None:
        """React, if the bot has not done so.

        Raises:
            Gone: there is no such message. RateLimited, Unavailable, Forbidden: as ever.
        """
        try:
            await self._sender.send(
                room,
                "m.reaction",
                content.reaction(event, emoji),
                transaction=f"{key}/react/{event}/{emoji}",
                priority=priority,
                follow=False,
            )
        except Refused as refused:
            if refused.errcode == "M_DUPLICATE_ANNOTATION":
                return
            raise Gone("the message to react to is not there (any more)") from refused

    async def offer(self, room: str, event: str, choices: Sequence[Choice], key: str) -> str:
        """One reaction for each choice; where the room forbids that people can still set them: gives a note of it."""
        try:
            for choice in choices:
                await self.leave(room, event, choice.emoji, key, Priority.CARD)
        except Forbidden:
            return "the bot may not react in that room: the choices stand in the text alone"
        return ""

    async def bring_up_to_date(self, room: str, event: str, choices: Sequence[Choice], key: str) -> str:
        """Take back reactions of choices that are gone, and set those that lack."""
        standing = await self._own(room, event)
        wanted = {_bare(choice.emoji) for choice in choices}
        for emoji, reaction in standing.items():
            if emoji not in wanted:
                await self._sender.redact(room, reaction, transaction=f"{key}/unreact/{reaction}")
        lacking = [choice for choice in choices if _bare(choice.emoji) not in standing]
        return await self.offer(room, event, lacking, key)

    async def _own(self, room: str, event: str) -> dict[str, str]:
        """Emoji to the event of the bot's reaction with it."""
        found: dict[str, str] = {}
        path, query = v1("rooms", room, "relations", event, "m.annotation", "m.reaction"), {"limit": "100"}
        for _ in range(_PAGES):
            page = await self._homeserver.call("GET", path, query=query)
            for each in page.get("chunk") or ():
                if isinstance(each, Mapping) and each.get("sender") == self._homeserver.user:
                    found |= _annotation(each)
            if not isinstance(page.get("next_batch"), str):
                break
            query = {**query, "from": page["next_batch"]}
        return found


def _annotation(event: Mapping[str, Any]) -> dict[str, str]:
    said, identity = event.get("content"), event.get("event_id")
    relation = said.get("m.relates_to") if isinstance(said, Mapping) else None
    emoji = relation.get("key") if isinstance(relation, Mapping) else None
    return {_bare(emoji): identity} if isinstance(emoji, str) and isinstance(identity, str) else {}


def _bare(emoji: str) -> str:
    return emoji.replace("\ufe0f", "")
