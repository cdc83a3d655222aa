"""Effects on their way out: leased in order within a conversation, settled once, kept by key."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bot.domain.effect import Deliverable, Edit, Record, Sanction
from bot.domain.event import Event
from bot.domain.ids import MemberId, MessageId
from bot.fault_points import FaultPoint
from bot.ports.platform import Receipt
from bot.ports.stores import PENDING, Envelope, LeasedPost, Post, PostState
from bot.storage import audit, events, prompts
from bot.storage.codec import effect_from, effect_payload
from bot.storage.file.database import Database, Transaction, scalar_or
from bot.storage.members import pseudonyms
from bot.storage.schema import outbox


async def add(transaction: Transaction, posts: Sequence[Post]) -> None:
    """Store posts; one whose key is known already is on its way or done, and left alone."""
    rows = [
        {
            "key": post.key,
            "cog": post.cog,
            "cause": post.cause,
            "platform": post.platform,
            "conversation": post.conversation,
            "priority": post.priority,
            "kind": type(post.effect).__name__,
            "label": post.label,
            "effect": effect_payload(post.effect),
            "expires_at": post.expires_at,
            "state": PostState.WAITING,
            "attempt": 0,
        }
        for post in posts
    ]
    if rows:
        await transaction.execute(upsert(outbox).on_conflict_do_nothing(index_elements=["key"]), rows)
    # They will stand in the trail, also if they never wrote anything here.
    measured = {member for post in posts if (member := _measured(post.effect)) is not None}
    await pseudonyms.given(transaction, measured, ())


def _measured(effect: Deliverable) -> MemberId | None:
    return getattr(effect, "member", None) if isinstance(effect, Sanction) else None


class SqliteOutbox:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def lease(
        self, platform: str, now: datetime, until: datetime, limit: int, *, without: Collection[str] = ()
    ) -> list[LeasedPost]:
        return await self._database.write(FaultPoint.LEASE, _lease, platform, now, until, limit, without)

    async def applied(
        self, key: str, receipt: Receipt, at: datetime, event: Event | None, records: Sequence[Record] = ()
    ) -> Envelope | None:
        return await self._database.write(FaultPoint.APPLIED, _applied, key, receipt, at, event, records)

    async def failed(
        self,
        key: str,
        state: PostState,
        reason: str,
        at: datetime,
        event: Event | None,
        records: Sequence[Record] = (),
    ) -> Envelope | None:
        return await self._database.write(FaultPoint.FAILED, _failed, key, state, reason, at, event, records)

    async def retry(self, key: str, not_before: datetime) -> None:
        await self._database.write(FaultPoint.RETRY, _retry, key, not_before)

    async def reclaim(self) -> int:
        return await self._database.write(FaultPoint.RECLAIM, _reclaim)

    async def hasten(self, latest: datetime) -> int:
        return await self._database.write(FaultPoint.HASTEN, _hasten, latest)

    async def waiting(self) -> Mapping[str, int]:
        statement = (
            select(outbox.c.platform, func.count()).where(outbox.c.state.in_(PENDING)).group_by(outbox.c.platform)
        )
        async with self._database.reading() as reading:
            return {platform: count for platform, count in await reading.execute(statement)}  # noqa: C416 - rows, not pairs

    async def waiting_of(self, cog: str) -> int:
        statement = select(func.count()).where(outbox.c.cog == cog, outbox.c.state.in_(PENDING))
        async with self._database.reading() as reading:
            return await scalar_or(reading, statement, 0)

    async def keys(self, prefix: str) -> list[str]:
        begins = (outbox.c.key >= prefix, outbox.c.key < f"{prefix}\uffff")
        async with self._database.reading() as reading:
            return list(await reading.scalars(select(outbox.c.key).where(*begins).order_by(outbox.c.key)))


async def _lease(
    transaction: Transaction, platform: str, now: datetime, until: datetime, limit: int, without: Collection[str]
) -> list[LeasedPost]:
    rows = (await transaction.execute(_due(platform, now, limit, without))).all()
    if rows:
        taken = update(outbox).where(outbox.c.id.in_([row.id for row in rows]))
        await transaction.execute(
            taken.values(state=PostState.LEASED, leased_until=until, attempt=outbox.c.attempt + 1)
        )
    return [await _leased(transaction, row, now) for row in rows]


def _due(platform: str, now: datetime, limit: int, without: Collection[str]) -> Select[Any]:
    """The oldest pending post of each conversation, where nobody has it in hand and its time has come."""
    heads = (
        select(func.min(outbox.c.id))
        .where(outbox.c.platform == platform, outbox.c.state.in_(PENDING))
        .group_by(outbox.c.conversation)
    )
    if without:
        heads = heads.where(outbox.c.cog.not_in(without))
    ready = or_(
        and_(
            outbox.c.state == PostState.WAITING,
            or_(outbox.c.not_before.is_(None), outbox.c.not_before <= now, outbox.c.expires_at <= now),
        ),
        and_(outbox.c.state == PostState.LEASED, outbox.c.leased_until <= now),
    )
    return select(outbox).where(outbox.c.id.in_(heads), ready).order_by(outbox.c.priority, outbox.c.id).limit(limit)


async def _leased(transaction: Transaction, row: Row[Any], now: datetime) -> LeasedPost:
    effect = effect_from(row.effect)
    post = Post(
        row.key,
        row.cog,
        row.cause,
        row.platform,
        row.conversation,
        row.priority,
        effect,
        row.label,
        row.expires_at,
    )
    target = await _posted(transaction, row.cog, effect.label) if isinstance(effect, Edit) else None
    expired = row.expires_at is not None and row.expires_at <= now
    return LeasedPost(post, row.attempt + 1, target, expired)


async def _posted(transaction: Transaction, cog: str, label: str) -> MessageId | None:
    """The newest message that the cog posted under the label."""
    statement = (
        select(outbox.c.message)
        .where(
            outbox.c.cog == cog,
            outbox.c.label == label,
            outbox.c.kind != Edit.__name__,
            outbox.c.message.is_not(None),
        )
        .order_by(outbox.c.id.desc())
        .limit(1)
    )
    return (await transaction.execute(statement)).scalar_one_or_none()


async def _applied(
    transaction: Transaction, key: str, receipt: Receipt, at: datetime, event: Event | None, records: Sequence[Record]
) -> Envelope | None:
    row = await _settle(
        transaction, key, PostState.APPLIED, settled_at=at, message=receipt.message, reason=receipt.note
    )
    if row is None:
        return None
    await prompts.applied(transaction, row, receipt.message)
    return await _tell(transaction, at, event, records)


async def _failed(
    transaction: Transaction,
    key: str,
    state: PostState,
    reason: str,
    at: datetime,
    event: Event | None,
    records: Sequence[Record],
) -> Envelope | None:
    if await _settle(transaction, key, state, settled_at=at, reason=reason) is None:
        return None
    return await _tell(transaction, at, event, records)


async def _retry(transaction: Transaction, key: str, not_before: datetime) -> None:
    statement = update(outbox).where(outbox.c.key == key, outbox.c.state == PostState.LEASED)
    await transaction.execute(statement.values(state=PostState.WAITING, leased_until=None, not_before=not_before))


async def _reclaim(transaction: Transaction) -> int:
    statement = update(outbox).where(outbox.c.state == PostState.LEASED)
    return (await transaction.execute(statement.values(state=PostState.WAITING, leased_until=None))).rowcount


async def _hasten(transaction: Transaction, latest: datetime) -> int:
    statement = update(outbox).where(outbox.c.state == PostState.WAITING, outbox.c.not_before > latest)
    return (await transaction.execute(statement.values(not_before=None))).rowcount


async def _settle(transaction: Transaction, key: str, state: PostState, **outcome: Any) -> Row[Any] | None:
    """The post as it was, settled now; None where there is nothing left to settle.

    One that was given up may still turn out to have arrived; never the other way round.
    """
    before = (*PENDING, PostState.FAILED, PostState.UNKNOWN) if state is PostState.APPLIED else PENDING
    mine = (outbox.c.key == key, outbox.c.state.in_(before))
    row = (await transaction.execute(select(outbox).where(*mine))).one_or_none()
    if row is not None:
        # What was said is in the room: the words are not kept twice.
        await transaction.execute(update(outbox).where(*mine).values(effect=None, state=state, **outcome))
    return row


async def _tell(
    transaction: Transaction, at: datetime, event: Event | None, records: Sequence[Record]
) -> Envelope | None:
    await audit.append(transaction, records, at)
    told = await events.append(transaction, () if event is None else (event,), at)
    return told[0] if told else None
