"""Prompts that stand in rooms, with the choices that their later edits left; what they said is kept nowhere."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Row, Select, insert, select, update

from bot.domain.document import Document
from bot.domain.effect import Ask, DirectMessage, Edit, Warn, prompt_in
from bot.domain.ids import ConversationId, MessageId
from bot.ports.platform import PromptPost
from bot.ports.stores import PENDING
from bot.storage.codec import ask_from, ask_payload, effect_from
from bot.storage.file.database import Database, Transaction
from bot.storage.schema import outbox, prompts

_NOTHING = Document(())
_KINDS = (Ask.__name__, DirectMessage.__name__, Warn.__name__)
"""Effects that may ask something."""


async def applied(transaction: Transaction, post: Row[Any], message: MessageId | None) -> None:
    """Take note of a prompt that was posted or changed."""
    effect = effect_from(post.effect) if post.effect else None
    ask = prompt_in(effect) if effect else None
    if ask is not None and message is not None:
        await transaction.execute(
            insert(prompts).values(
                message=message,
                post=post.id,
                cog=post.cog,
                conversation=post.conversation,
                ask=_bare(ask),
                open=bool(ask.choices),
            )
        )
    elif isinstance(effect, Edit):
        await _edited(transaction, post.cog, effect)


async def _edited(transaction: Transaction, cog: str, edit: Edit) -> None:
    standing = (
        select(prompts.c.message, prompts.c.ask)
        .join(outbox, prompts.c.post == outbox.c.id)
        .where(outbox.c.cog == cog, outbox.c.label == edit.label)
        .order_by(prompts.c.post.desc())
        .limit(1)
    )
    row = (await transaction.execute(standing)).one_or_none()
    if row is not None:
        ask = replace(ask_from(row.ask), choices=edit.choices)
        changed = update(prompts).where(prompts.c.message == row.message)
        await transaction.execute(changed.values(ask=_bare(ask), open=bool(ask.choices)))


def _bare(ask: Ask) -> str:
    """Without its body, which may quote members and can be read where it stands."""
    return ask_payload(replace(ask, body=_NOTHING))


class SqlitePrompts:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def at(self, message: MessageId) -> PromptPost | None:
        async with self._database.reading() as reading:
            row = (await reading.execute(select(prompts).where(prompts.c.message == message))).one_or_none()
        return _prompt(row) if row else None

    async def open_in(self, conversation: ConversationId) -> list[PromptPost]:
        async with self._database.reading() as reading:
            return [_prompt(row) for row in await reading.execute(_open_in(conversation))]

    async def open_under(self, conversation: ConversationId, cog: str, label: str) -> Ask | None:
        async with self._database.reading() as reading:
            row = (await reading.execute(_under(cog, label, _open_in(conversation)))).one_or_none()
            if row is not None:
                return ask_from(row.ask)
            waiting = (await reading.execute(_on_its_way(conversation, cog, label))).one_or_none()
        ask = prompt_in(effect_from(waiting.effect)) if waiting else None
        return replace(ask, body=_NOTHING) if ask is not None and ask.choices else None

    async def newest_under(self, conversation: ConversationId, cog: str, label: str) -> Ask | None:
        here = select(prompts).where(prompts.c.conversation == conversation).order_by(prompts.c.post.desc())
        async with self._database.reading() as reading:
            row = (await reading.execute(_under(cog, label, here))).one_or_none()
        return ask_from(row.ask) if row else None


def _under(cog: str, label: str, found: Select[Any]) -> Select[Any]:
    """The first of these prompts that was posted under the label."""
    posted = found.join(outbox, prompts.c.post == outbox.c.id)
    return posted.where(outbox.c.cog == cog, outbox.c.label == label).limit(1)


def _on_its_way(conversation: ConversationId, cog: str, label: str) -> Select[Any]:
    """The newest prompt of that name that was sent, or is being sent, and is not known to have arrived."""
    here = (outbox.c.conversation == conversation, outbox.c.cog == cog, outbox.c.label == label)
    sent = (outbox.c.state.in_(PENDING), outbox.c.attempt > 0, outbox.c.kind.in_(_KINDS))
    return select(outbox).where(*here, *sent).order_by(outbox.c.id.desc()).limit(1)


def _open_in(conversation: ConversationId) -> Select[Any]:
    """Newest first."""
    here = (prompts.c.conversation == conversation, prompts.c.open.is_(True))
    return select(prompts).where(*here).order_by(prompts.c.post.desc())


def _prompt(row: Row[Any]) -> PromptPost:
    return PromptPost(row.cog, row.message, ask_from(row.ask))
