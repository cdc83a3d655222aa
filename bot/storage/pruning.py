"""What grows as long as the bot runs, and when it is forgotten: a few rows at a time, so that nobody waits long."""

from collections.abc import Awaitable, Callable

from sqlalchemy import ColumnElement, delete, exists, or_, select

from bot.domain.conversation import ConversationKind
from bot.domain.effect import Edit
from bot.fault_points import FaultPoint
from bot.ports.stores import SETTLED, Horizons
from bot.storage.file.database import Database, Transaction
from bot.storage.members.people import Seen
from bot.storage.schema import (
    approvals,
    conversations,
    early_edits,
    handled,
    journal,
    members,
    messages,
    occurrences,
    off_record_members,
    outbox,
    platform_notes,
    prompts,
    pseudonyms,
    undecryptable,
)

_AT_ONCE = 1_000

Step = Callable[[Transaction, Horizons], Awaitable[int]]


async def prune(database: Database, seen: Seen, horizons: Horizons) -> int:
    """Forget what is older than the horizons; gives how many rows that were."""

    async def people(transaction: Transaction, _: Horizons) -> int:
        count = await _members(transaction) + await _conversations(transaction)
        if count:
            seen.forget()
        return count

    total = 0
    for step in (_tombstones, _posts, _labelled_posts, _never_met, _occurrences, _marks, _notes, people):
        total += await _in_parts(database, step, horizons)
    return total


async def _in_parts(database: Database, step: Step, horizons: Horizons) -> int:
    total = 0
    while count := await database.write(FaultPoint.TIDY, step, horizons):
        total += count
        if count < _AT_ONCE:
            break
    return total


async def _tombstones(transaction: Transaction, horizons: Horizons) -> int:
    """Of deleted messages, and of those that nobody could read."""
    old = select(messages.c.id).where(messages.c.deleted_at < horizons.tombstones).limit(_AT_ONCE)
    count = (await transaction.execute(delete(messages).where(messages.c.id.in_(old)))).rowcount
    unread = delete(undecryptable).where(undecryptable.c.at < horizons.tombstones)
    return count + (await transaction.execute(unread)).rowcount


async def _posts(transaction: Transaction, horizons: Horizons) -> int:
    """Settled posts that no edit and no answer can refer to."""
    nameless = or_(outbox.c.label.is_(None), outbox.c.kind == Edit.__name__, outbox.c.message.is_(None))
    asked = exists().where(prompts.c.post == outbox.c.id)
    return await _settled(transaction, outbox.c.settled_at < horizons.posts, nameless, ~asked)


async def _labelled_posts(transaction: Transaction, horizons: Horizons) -> int:
    """Settled posts with a label, and the prompts among them."""
    return await _settled(transaction, outbox.c.settled_at < horizons.labelled_posts)


async def _settled(transaction: Transaction, *conditions: ColumnElement[bool]) -> int:
    found = select(outbox.c.id).where(outbox.c.state.in_(SETTLED), *conditions).limit(_AT_ONCE)
    ids = list(await transaction.scalars(found))
    if not ids:
        return 0
    await transaction.execute(delete(prompts).where(prompts.c.post.in_(ids)))
    return (await transaction.execute(delete(outbox).where(outbox.c.id.in_(ids)))).rowcount


async def _never_met(transaction: Transaction, horizons: Horizons) -> int:
    """Edits and reactions whose message did not come."""
    edits = delete(early_edits).where(early_edits.c.edited_at < horizons.never_met)
    stored = exists().where(messages.c.id == approvals.c.message)
    reactions = delete(approvals).where(approvals.c.at < horizons.never_met, ~stored)
    return (await transaction.execute(edits)).rowcount + (await transaction.execute(reactions)).rowcount


async def _occurrences(transaction: Transaction, horizons: Horizons) -> int:
    """Those of long ago: their schedules have moved on, and claim none of them again."""
    statement = delete(occurrences).where(occurrences.c.claimed_at < horizons.tombstones)
    return (await transaction.execute(statement)).rowcount


async def _marks(transaction: Transaction, _: Horizons) -> int:
    """That a handler is done with an event which a deletion took out of the journal."""
    stands = exists().where(journal.c.number == handled.c.number)
    return (await transaction.execute(delete(handled).where(~stands))).rowcount


async def _notes(transaction: Transaction, horizons: Horizons) -> int:
    """What adapters wanted to know until now at the latest."""
    statement = delete(platform_notes).where(platform_notes.c.until <= horizons.notes)
    return (await transaction.execute(statement)).rowcount


async def _members(transaction: Transaction) -> int:
    """Names of people of whom nothing else is kept: no message, no line of a trail, no preference."""
    silent = delete(members).where(
        ~exists().where(messages.c.author == members.c.id),
        ~exists().where(pseudonyms.c.member == members.c.id),
        ~exists().where(off_record_members.c.member == members.c.id),
    )
    return (await transaction.execute(silent)).rowcount


async def _conversations(transaction: Transaction) -> int:
    """Threads and private conversations in which nothing is left; their names are members' words."""
    empty = delete(conversations).where(
        conversations.c.kind != ConversationKind.ROOM,
        ~exists().where(messages.c.conversation == conversations.c.id),
        ~exists().where(undecryptable.c.conversation == conversations.c.id),
        conversations.c.id.not_in(select(outbox.c.conversation)),
    )
    return (await transaction.execute(empty)).rowcount
