"""Matrix as a platform: composes connection, rooms, incoming and outgoing."""

from collections.abc import AsyncIterator, Mapping, Sequence

from bot.domain.effect import Deliverable, Guarantee
from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.domain.message import Message
from bot.platforms.matrix import names
from bot.platforms.matrix.options import Options
from bot.ports.clock import Clock
from bot.ports.platform import Batch, Delivery, Notes, Prompts, Receipt, Remark


class MatrixPlatform:
    """One account on one homeserver."""

    name = names.PLATFORM

    def __init__(self, options: Options, clock: Clock, prompts: Prompts, notes: Notes) -> None:
        raise NotImplementedError

    def batches(self, resume: Mapping[str, str]) -> AsyncIterator[Batch]:
        raise NotImplementedError

    async def apply(self, delivery: Delivery) -> Receipt:
        raise NotImplementedError

    def guarantee(self, effect: Deliverable) -> Guarantee:
        raise NotImplementedError

    def linked(self, text: str) -> MessageId | None:
        return names.linked(text)

    async def may_read(self, member: MemberId, conversation: ConversationId) -> bool:
        raise NotImplementedError

    async def history(self, conversation: ConversationId, *, before: MessageId | None, limit: int) -> list[Message]:
        raise NotImplementedError

    async def remarks(self, member: MemberId) -> Sequence[Remark]:
        raise NotImplementedError

    async def aclose(self) -> None:
        raise NotImplementedError
