"""The errands of presses: put a question to somebody, tidy it away, take a public report out of sight."""

import secrets
from collections.abc import Mapping
from typing import Any

from bot.domain.effect import Priority
from bot.errors import Forbidden, Gone, Unsupported
from bot.log import logger
from bot.platforms.matrix.connection.refusals import Refused
from bot.platforms.matrix.errands import Errand
from bot.platforms.matrix.incoming.steps import Step
from bot.platforms.matrix.outgoing.sender import Sender
from bot.platforms.matrix.render import content as contents
from bot.ports.platform import Prompts

ASK, TIDY, SETTLE, UNFLAG = "ask", "tidy", "settle", "unflag"

RUN = secrets.token_hex(8)
"""Names this run of the bot: what an earlier one left to be asked may have been asked by it, who knows when."""

_WILL_NOT_WORK = (Forbidden, Gone, Refused, Unsupported)

_log = logger("matrix")


class FollowingUp:
    """What is posted and redacted for presses; `kinds` is for `Errands`. All of it may be done twice."""

    def __init__(self, sender: Sender, prompts: Prompts) -> None:
        self._sender = sender
        self._prompts = prompts

    def kinds(self) -> Mapping[str, Errand]:
        return {ASK: self._ask, TIDY: self._tidy, SETTLE: self._settle, UNFLAG: self._tidy}

    async def _ask(self, data: Mapping[str, Any]) -> None:
        """Post a question with its reactions, unless the choice was closed meanwhile."""
        room, gesture, content = data["room"], data["gesture"], data["content"]
        step = Step.read(content[contents.MARKER]["step"])
        if step is None or not await self._still_open(step):
            return
        seek = data.get("run") != RUN
        question = await self._send(room, "m.room.message", content, f"ask {gesture}", seek=seek)
        for emoji in data["emojis"]:
            await self._react(room, question, emoji)

    async def _react(self, room: str, question: str, emoji: str) -> None:
        """Set a reaction to press; people can set it themselves where the bot cannot."""
        try:
            await self._send(room, "m.reaction", contents.reaction(question, emoji), f"ask {question} {emoji}")
        except _WILL_NOT_WORK as error:  # M_DUPLICATE_ANNOTATION among them: it stands there already
            _log.info("a reaction was not set", room=room, error=str(error))

    async def _send(
        self, room: str, kind: str, content: Mapping[str, Any], transaction: str, *, seek: bool = False
    ) -> str:
        """Beside what it relates to, also where the room was upgraded."""
        return await self._sender.send(
            room, kind, content, transaction=transaction, priority=Priority.CARD, seek=seek, follow=False
        )

    async def _settle(self, data: Mapping[str, Any]) -> None:
        """Tidy a question away whose choice is closed."""
        step = Step.read(data["step"])
        if step is not None and not await self._still_open(step):
            await self._tidy(data)

    async def _tidy(self, data: Mapping[str, Any]) -> None:
        """Redact an event; one that is gone, or that the bot has no power over, is left as it is."""
        room, event = data["room"], data["event"]
        try:
            await self._sender.redact(room, event, transaction=f"tidy {event}")
        except _WILL_NOT_WORK as error:
            _log.info("an event was not tidied away", room=room, id=event, error=str(error))

    async def _still_open(self, step: Step) -> bool:
        ask = await self._prompts.open_under(step.conversation, step.cog, step.label)
        return ask is not None and any(choice.id == step.choice for choice in ask.choices)
