"""What adapters ask of the store: which messages it keeps, which posts are known to have been delivered."""

from collections.abc import Collection

from sqlalchemy import select

from bot.domain.ids import ConversationId, MessageId
from bot.storage.file.database import Database
from bot.storage.schema import messages, outbox

_AT_ONCE = 250
"""Messages named in one statement."""


class SqliteStored:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest(self, conversation: ConversationId, limit: int) -> list[MessageId]:
        kept = select(messages.c.id).where(messages.c.conversation == conversation, messages.c.author.is_not(None))
        latest = kept.order_by(messages.c.sent_at.desc(), messages.c.number.desc()).limit(limit)
        async with self._database.reading() as reading:
            return [MessageId(row.id) for row in await reading.execute(latest)]

    async def delivered(self, messages: Collection[MessageId]) -> set[MessageId]:
        wanted, found = sorted(messages), set[MessageId]()
        async with self._database.reading() as reading:
            for start in range(0, len(wanted), _AT_ONCE):
                receipts = select(outbox.c.message).where(outbox.c.message.in_(wanted[start : start + _AT_ONCE]))
                found |= {MessageId(row.message) for row in await reading.execute(receipts)}
        return found
