"""Whom the trails mean: each member's random pseudonym, and the way back from it as long as there is one."""

import re
import secrets
from collections.abc import Collection, Iterable

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.ids import MemberId
from bot.ports.knowledge import ERASED
from bot.storage.file.database import Transaction
from bot.storage.schema import members, pseudonyms

_FORM = re.compile(r"pseudonym-[0-9a-f]{32}\Z")


def is_pseudonym(value: str) -> bool:
    return _FORM.match(value) is not None


async def of(connection: AsyncConnection, member: str) -> str | None:
    statement = select(pseudonyms.c.pseudonym).where(pseudonyms.c.member == member)
    return (await connection.execute(statement)).scalar_one_or_none()


async def given(transaction: Transaction, certain: Collection[str], possible: Collection[str]) -> dict[str, str]:
    """Pseudonyms of the `certain` ids, and of those of the `possible` that are known members; new ones where needed."""
    asked = {*certain, *possible}
    if not asked:
        return {}
    stored = select(pseudonyms.c.member, pseudonyms.c.pseudonym).where(pseudonyms.c.member.in_(asked))
    names = {row.member: row.pseudonym for row in await transaction.execute(stored)}
    without = asked - names.keys()
    if without:
        known = await transaction.scalars(select(members.c.id).where(members.c.id.in_(without)))
        new = {member: f"pseudonym-{secrets.token_hex(16)}" for member in sorted({*known, *certain} & without)}
        rows = [{"member": member, "pseudonym": name} for member, name in new.items()]
        if rows:
            await transaction.execute(insert(pseudonyms), rows)
        names |= new
    return names


async def meanings(connection: AsyncConnection, values: Iterable[str]) -> dict[str, MemberId]:
    """Of those of the values that are pseudonyms: whom each stands for; `ERASED` where nobody knows any more."""
    asked = {value for value in values if is_pseudonym(value)}
    stored = select(pseudonyms.c.member, pseudonyms.c.pseudonym).where(pseudonyms.c.pseudonym.in_(asked))
    found = {row.pseudonym: MemberId(row.member) for row in await connection.execute(stored)} if asked else {}
    return {name: found.get(name, ERASED) for name in asked}
