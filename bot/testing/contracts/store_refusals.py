"""The part of the store's contract that says what a cog's mistakes lead to: a CogError, and nothing stored."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from bot.domain.document import Document
from bot.domain.effect import Configure, OffTheRecord, Put, Record, Remove, Say, Schedule, Swap, Timeout, Upsert
from bot.domain.event import Announced, Flagged
from bot.domain.ids import CommunityId, MessageId
from bot.domain.moderation import Origin
from bot.errors import CogError, Conflict
from bot.ports.stores import Outcome, Post, Store
from bot.ports.tables import AddColumn, AtLeast, Below, CreateTable, Migration, OneOf
from bot.testing import factories
from bot.testing.contracts.store_opened import NOW, OpenedStore
from bot.testing.contracts.store_rows import Case, EarlyCase

_WORDS: Any = "a member's words"
_HERE = CommunityId("tarnwick")
_ROOM = factories.room().id
_FIRST = Migration(1, (CreateTable(Case),))
_NAIVE = datetime(2026, 3, 1)  # noqa: DTZ001 - what is refused

_MISFITS: dict[str, Any] = {
    "community": None,
    "number": 2**63,
    "state": _WORDS,
    "weight": _WORDS,
    "score": float("nan"),
    "urgent": _WORDS,
    "token": _WORDS,
    "opened_at": _NAIVE,
    "moderator": b"bytes",
    "grounds": (_WORDS,),
    "note": 5,
}


def _post(effect: Say | Timeout, expires_at: datetime | None = None) -> Outcome:
    return Outcome("review", NOW, posts=(Post("k", "review", 1, "fake", _ROOM, 0, effect, None, expires_at),))


def _say(**changes: Any) -> Say:
    return replace(Say(_ROOM, Document.of("hi")), **changes)


def _timeout(seconds: Any) -> Timeout:
    return Timeout(
        conversation=_ROOM,
        ground=factories.ground(),
        origin=Origin.HUMAN,
        member=factories.member().id,
        seconds=seconds,
    )


def _announced(data: Any) -> Outcome:
    return Outcome("review", NOW, events=(Announced("review", "decided", NOW, None, data),))


def _flagged(revision: Any) -> Outcome:
    flagged = Flagged(MessageId("fake:1"), revision, factories.member(), _ROOM, (factories.ground(),), NOW)
    return Outcome("review", NOW, events=(flagged,))


def _record(subject: Any, details: Any) -> Outcome:
    return Outcome("review", NOW, records=(Record(_HERE, "noted", subject, None, details),))


def _schedule(**changes: Any) -> Outcome:
    schedule = Schedule("weekly", "prompt", "mon 18:00", "Europe/Berlin", _HERE)
    return Outcome("review", NOW, schedules=(replace(schedule, **changes),))


def _configured(value: Any) -> Outcome:
    return Outcome("review", NOW, settings=(Configure(_HERE, "civility", "threshold", value),))


def _wished(member: Any) -> Outcome:
    return Outcome("review", NOW, preferences=(OffTheRecord(member, wanted=True),))


_REFUSED: dict[str, Outcome] = {
    "a row of no class": Outcome("review", NOW, rows=(Put(None),)),
    "a swap between tables": Outcome("review", NOW, rows=(Swap(Case("a", 1), factories.member()),)),
    "a naive end": _post(_say(), _NAIVE),
    "a body that is none": _post(_say(body=_WORDS)),
    "an audience that is none": _post(_say(audience=_WORDS)),
    "a time that is none": _post(_timeout(_WORDS)),
    "bytes in an announcement": _announced({"case": b"\x00"}),
    "an announcement of no mapping": _announced(_WORDS),
    "keys that are no text": _announced({("a", 1): "b"}),
    "a revision that is none": _flagged(_WORDS),
    "bytes in a record": _record("case 1", {"case": b"\x00"}),
    "a number in a record": _record("case 1", {"case": 1}),
    "a record of nothing": _record(None, {}),
    "a record of no mapping": _record("case 1", _WORDS),
    "bytes in a schedule": _schedule(data={"deck": b"a"}),
    "a schedule without a job": _schedule(job=None),
    "a policy that is none": _schedule(missed=_WORDS),
    "a setting that is no text": _configured(b"0.5"),
    "a wish of nobody": _wished(None),
    "a wish of what is no member": _wished(factories.member()),
}


class RefusalsContract(OpenedStore):
    @staticmethod
    async def _refuses(store: Store, outcome: Outcome) -> str:
        """What is said about it; nothing may be stored of it, and the store must be sound."""
        whole = replace(
            outcome,
            handler="heard",
            handled=(1,),
            rows=(Put(Case("mark", 1)), *outcome.rows),
            events=(Announced("review", "mark", NOW), *outcome.events),
        )
        with pytest.raises(CogError) as caught:
            await store.journal.commit(whole)
        assert _WORDS not in str(caught.value)
        assert await store.journal.handled_by(1) == frozenset()
        assert await store.journal.unfinished(0, 9) == []
        assert await store.tables("review").of(Case).get("mark", 1) is None
        assert (await store.counters())["posts waiting"] == 0
        assert await store.audit.recent(_HERE, limit=9) == []
        assert await store.schedules.all() == []
        return str(caught.value)

    @pytest.mark.parametrize("name", _REFUSED)
    async def test_an_outcome_that_cannot_be_stored(self, store: Store, name: str) -> None:
        await store.migrate_cog("review", [_FIRST])
        await self._refuses(store, _REFUSED[name])

    @pytest.mark.parametrize("column", _MISFITS)
    async def test_a_value_that_does_not_fit_its_column(self, store: Store, column: str) -> None:
        await store.migrate_cog("review", [_FIRST])
        sound = Case("a", 1)
        bad = replace(sound, **{column: _MISFITS[column]})
        for change in (Put(bad), Upsert(bad), Swap(sound, bad), Swap(bad, sound)):
            said = await self._refuses(store, Outcome("review", NOW, rows=(change,)))
            assert "cases" in said
            assert column in said
        rows = store.tables("review").of(Case)
        if _MISFITS[column] is not None:
            for wanted in (_MISFITS[column], AtLeast(_MISFITS[column]), OneOf([_MISFITS[column]])):
                with pytest.raises(CogError, match=column) as caught:
                    await rows.find({column: wanted})
                assert _WORDS not in str(caught.value)

    async def test_a_key_that_is_none(self, store: Store) -> None:
        await store.migrate_cog("review", [_FIRST])
        await self._refuses(store, Outcome("review", NOW, rows=(Remove(replace(Case("a", 1), number=2**70)),)))
        with pytest.raises(CogError, match="number"):
            await store.tables("review").of(Case).get("a", _WORDS)

    async def test_questions_that_are_none(self, store: Store) -> None:
        await store.migrate_cog("review", [_FIRST])
        rows: Any = store.tables("review").of(Case)
        await store.journal.commit(Outcome("review", NOW, rows=(Put(Case("a", 1, urgent=True)),)))
        for question in (
            {"where": {"community": OneOf("abc")}},
            {"where": ["community"]},
            {"order": [5]},
            {"order": ["-colour"]},
            {"limit": _WORDS},
            {"limit": 2**70},
        ):
            with pytest.raises(CogError) as caught:
                await rows.find(**question)
            assert _WORDS not in str(caught.value)
        with pytest.raises(CogError, match="colour"):
            await rows.count({"colour": 1})
        assert await rows.find({"community": None}) == await rows.find({"number": Below(None)}) == []
        assert await rows.count({"urgent": AtLeast(value=True)}) == await rows.count()

    async def test_a_question_about_what_cannot_be(self, store: Store) -> None:
        identity: Any = 5
        with pytest.raises(CogError):
            await store.history.message(identity)

    async def test_a_swap_onto_a_key_that_is_taken_is_a_conflict(self, store: Store) -> None:
        await store.migrate_cog("review", [_FIRST])
        await store.journal.commit(Outcome("review", NOW, rows=(Put(Case("a", 1)), Put(Case("a", 2)))))
        with pytest.raises(Conflict):
            await store.journal.commit(Outcome("review", NOW, rows=(Swap(Case("a", 1), Case("a", 2)),)))

    async def test_the_ends_of_what_fits(self, store: Store) -> None:
        await store.migrate_cog("review", [_FIRST])
        ends = [
            Case("a", -(2**63), score=float("inf"), opened_at=datetime.min.replace(tzinfo=UTC)),
            Case("a", 2**63 - 1, score=3, opened_at=datetime.max.replace(tzinfo=UTC)),
        ]
        await store.journal.commit(Outcome("review", NOW, rows=tuple(map(Put, ends))))
        assert await store.tables("review").of(Case).find(order=["number"]) == ends
        beyond = datetime.max.replace(tzinfo=timezone(timedelta(hours=-5)))
        await self._refuses(store, Outcome("review", NOW, rows=(Upsert(Case("a", 3, opened_at=beyond)),)))

    @pytest.mark.parametrize("default", [2**70, None, _WORDS])
    async def test_a_default_that_does_not_fit_its_column(self, store: Store, default: Any) -> None:
        early = Migration(1, (CreateTable(EarlyCase),))
        with pytest.raises(CogError, match="weight"):
            await store.migrate_cog("review", [early, Migration(2, (AddColumn(Case, "weight", default),))])
        await store.migrate_cog("review", [early])
