"""The part of the store's contract about adapters' own notes: kept with their batch, gone with what they are about."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain.event import Incoming
from bot.domain.ids import MemberId
from bot.fault_points import FaultPoint, Phase, watched
from bot.ports.platform import Batch, Note
from bot.ports.stores import Horizons, Store, StoreFactory
from bot.testing import factories
from bot.testing.contracts.store_opened import NOW, OpenedStore

_INES, _INESITA = (factories.member(name) for name in ("Ines", "Ines2"))
_LATER = NOW + timedelta(days=1)


def _note(identity: str = "one", text: str | None = "said", scope: str = "step") -> Note:
    return Note(scope, identity, text)


async def _ingest(store: Store, notes: Sequence[Note], *events: Incoming, platform: str = "fake") -> None:
    await store.journal.ingest(platform, Batch(events, {"sync": "s1"}, tuple(notes)), NOW)


async def _texts(store: Store, scope: str = "step") -> dict[str, str | None]:
    return {note.id: note.text for note in await store.notes("fake").all(scope)}


def _horizons(notes: datetime) -> Horizons:
    return Horizons(NOW, NOW, NOW, NOW, notes=notes)


class NotesContract(OpenedStore):
    async def test_a_batch_brings_notes_and_a_restart_keeps_them(self, stores: StoreFactory) -> None:
        note = Note("step", "one", "half \ud83d done", _INES.id, factories.message().id, _LATER)
        async with stores.open() as store:
            await _ingest(store, [note, _note("two", scope="other")])
        async with stores.open() as store:
            kept = replace(note, text="half \ufffd done")
            assert await store.notes("fake").get("step", "one") == kept
            assert await store.notes("fake").all("step") == [kept]
            assert await store.notes("fake").get("step", "two") is None
            assert await store.notes("fake").get("other", "two") == _note("two", scope="other")

    @pytest.mark.parametrize("with_batch", [True, False])
    async def test_a_later_note_replaces_and_one_without_text_forgets(self, store: Store, *, with_batch: bool) -> None:
        async def write(*notes: Note) -> None:
            await (_ingest(store, notes) if with_batch else store.notes("fake").write(notes))

        await write(_note("b"), _note("a", "first"), _note("a", "second"))
        assert list((await _texts(store)).items()) == [("a", "second"), ("b", "said")]
        await write(replace(_note("a", "third"), member=_INES.id), _note("b", None), _note("never", None))
        assert await store.notes("fake").all("step") == [replace(_note("a", "third"), member=_INES.id)]
        await write(_note("a"), _note("a", None))
        assert await _texts(store) == {}
        await write()
        await write(*(_note(f"{number:04}") for number in range(600)))
        await write(*(_note(f"{number:04}", None) for number in range(599)))
        assert list(await _texts(store)) == ["0599"]

    async def test_each_platform_has_its_own(self, store: Store) -> None:
        await _ingest(store, [_note()])
        await store.notes("other").write([_note(text="theirs")])
        await store.notes("other").write([_note("two", None)])
        assert await _texts(store) == {"one": "said"}
        assert [note.text for note in await store.notes("other").all("step")] == ["theirs"]

    @pytest.mark.parametrize("phase", [Phase.BEFORE, Phase.WRITTEN])
    @pytest.mark.parametrize("point", [FaultPoint.INGEST, FaultPoint.NOTE])
    async def test_notes_are_stored_with_their_batch_or_all_together_or_not_at_all(
        self, store: Store, point: FaultPoint, phase: Phase
    ) -> None:
        async def die(here: FaultPoint, when: Phase) -> None:
            if (here, when) == (point, phase):
                raise OSError("the power went")

        post = factories.posted()
        notes = [_note("a"), _note("b")]
        with watched(die), pytest.raises(Exception, match="power"):
            await (_ingest(store, notes, post) if point is FaultPoint.INGEST else store.notes("fake").write(notes))
        assert await _texts(store) == {}
        assert await store.journal.checkpoints("fake") == {}
        await _ingest(store, notes, post)
        assert (await store.counters())["messages"] == 1
        assert list(await _texts(store)) == ["a", "b"]

    async def test_a_deleted_message_takes_the_notes_that_hold_its_words(self, store: Store) -> None:
        post, other = factories.posted(), factories.posted()
        unread = factories.message().id  # never stored in a form that can be read
        about = [replace(_note(one), message=one) for one in (post.message.id, other.message.id, unread)]
        await _ingest(store, [*about, _note()], post, other)
        await _ingest(store, [], factories.deleted(post.message), factories.deleted(factories.message(id=unread[5:])))
        assert set(await _texts(store)) == {other.message.id, "one"}

    async def test_no_note_holds_words_that_were_deleted_before(self, store: Store) -> None:
        post = factories.posted()
        late = replace(_note(), message=post.message.id)
        await _ingest(store, [late, _note("two")], post, factories.deleted(post.message))
        assert await _texts(store) == {"two": "said"}
        await store.notes("fake").write([late, replace(_note("two", "of it"), message=post.message.id)])
        assert await _texts(store) == {}

    async def test_an_erased_member_takes_the_notes_that_are_about_them_or_name_them(self, store: Store) -> None:
        notes = [
            replace(_note("about"), member=_INES.id),
            replace(_note("like her"), member=_INESITA.id),
            _note("says", f'{{"by": "{_INES.id}"}}'),
            _note("says of another", f'{{"by": "{_INESITA.id}"}}'),
            _note(f"muted {_INES.id}"),
            _note("of nobody"),
        ]
        await _ingest(store, notes)
        await store.records.erase(_INES.id, NOW)
        assert set(await _texts(store)) == {"like her", "says of another", "of nobody"}

    async def test_a_member_sees_the_notes_about_them(self, store: Store) -> None:
        message = factories.message().id
        notes = [Note("step", "b", "hidden words", _INES.id, message, _LATER), _note("a"), _note("c", "more")]
        await _ingest(store, [*notes[:2], replace(notes[2], member=_INES.id), replace(_note("d"), member=_INESITA.id)])
        exported = await store.records.export(_INES.id)
        assert exported["notes of the platform's adapter about you"] == [
            {
                "platform": "fake",
                "kind": "step",
                "message": message,
                "says": "hidden words",
                "until": _LATER.isoformat(),
            },
            {"platform": "fake", "kind": "step", "message": None, "says": "more", "until": None},
        ]
        stranger = await store.records.export(MemberId("fake:nobody"))
        assert stranger["notes of the platform's adapter about you"] == []

    async def test_notes_are_kept_until_their_time(self, store: Store) -> None:
        await _ingest(store, [replace(_note("short"), until=NOW), replace(_note("long"), until=_LATER), _note("ever")])
        await store.prune(_horizons(NOW - timedelta(microseconds=1)))
        assert set(await _texts(store)) == {"short", "long", "ever"}
        assert await store.prune(_horizons(NOW)) == 1
        assert set(await _texts(store)) == {"long", "ever"}
