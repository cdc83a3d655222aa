"""The part of the store's contract about members' rights: all that is kept of them is shown, and erased."""

import json
from dataclasses import replace

from bot.domain.conversation import Conversation
from bot.domain.document import Document
from bot.domain.effect import Ask, Audience, Choice, DirectMessage, OffTheRecord, Record, Say
from bot.domain.event import ErasureDue, MessageDeleted, MessagePosted
from bot.domain.ids import CommunityId, MessageId
from bot.domain.member import Member
from bot.ports.knowledge import ERASED
from bot.ports.platform import Receipt
from bot.ports.stores import Outcome, Post, Store, StoreFactory
from bot.ports.tables import CreateTable, Migration
from bot.testing import factories
from bot.testing.contracts.store_opened import NOW, OpenedStore, ingest
from bot.testing.contracts.store_rows import Case

_INES, _INESITA, _NOOR = (factories.member(name) for name in ("Ines", "Ines2", "Noor"))
_HERE = CommunityId("tarnwick")
_ROOM = factories.room()


def _prompt(asker: Member, label: str) -> Post:
    ask = Ask(_ROOM.id, Document.of("Sure?"), label, (Choice("yes", "Yes", "👍"),), Audience.ASKER, asker.id)
    return Post(label, "privacy", 1, "fake", _ROOM.id, 0, ask, label)


async def _send(store: Store, post: Post, message: str) -> None:
    await store.journal.commit(Outcome(post.cog, NOW, posts=(post,)))
    (leased,) = await store.outbox.lease("fake", NOW, NOW, 9)
    await store.outbox.applied(leased.post.key, Receipt(MessageId(message)), NOW, None)


async def live(store: Store, who: Member, mark: str | None = None) -> None:
    """Have somebody leave something wherever the core keeps things; `mark` is in the ids of messages."""
    name, mark = who.name, mark or who.name
    question = factories.posted("Who pays?", author="Dario", id=f"question for {mark}")
    answer = factories.posted(f"All of us, says {name}.", author=who, id=f"answer of {mark}")
    mention = factories.posted("Ask them.", author="Dario", mentions=(who.id, _NOOR.id), id=f"mention of {mark}")
    early = factories.edited(factories.message(author=who, id=f"early of {mark}"), f"{name} corrects")
    await ingest(store, question, answer, mention, early, factories.reacted(question.message, by=who))
    await ingest(
        store,
        factories.invoked("forget-me", caller=who),
        factories.reported(question.message, by=who),
        factories.answered("privacy", f"forget {mark}", "yes", by=who),
        factories.deleted(factories.message(author=who), by=who),
    )
    lines = (
        Record(_HERE, "case.reported", "case 1", who.id),
        Record(_HERE, "sanction.applied", who.id, _NOOR.id, {"effect": "Warn"}),
        Record(_HERE, "flag.raised", answer.message.id, None, {"author": who.id, "rule": "respect"}),
    )
    await store.journal.commit(Outcome("review", NOW, records=lines, preferences=(OffTheRecord(who.id, wanted=True),)))
    await _send(store, _prompt(who, f"forget {mark}"), f"fake:prompt for {mark}")


async def silence(store: Store, who: Member) -> None:
    """Delete their messages, as the core does before it has the store forget them; everybody has heard of it."""
    found = await store.records.messages_of(who.id, 99)
    await ingest(store, *(MessageDeleted(one.id, one.conversation, NOW) for one in found))
    await store.journal.finish([one.number for one in await store.journal.unfinished(0, 999)])


class MembersContract(OpenedStore):
    async def test_messages_of_a_member(self, store: Store) -> None:
        said = [factories.posted(f"number {n}", author=_INES) for n in range(3)]
        await ingest(store, *said, factories.posted(author=_INESITA), factories.deleted(said[1].message))
        await ingest(store, factories.posted("again", author=_INES, conversation=factories.room("elsewhere")))
        found = await store.records.messages_of(_INES.id, 9)
        assert [message.text for message in found] == ["number 0", "number 2", "again"]
        assert await store.records.messages_of(_INES.id, 1) == found[:1]
        assert await store.records.messages_of(factories.member("nobody").id, 9) == []

    async def test_the_export_holds_all_and_only_theirs(self, store: Store) -> None:
        for who in (_INES, _INESITA):
            await live(store, who)
        text = json.dumps(await store.records.export(_INES.id))
        for words in ("All of us, says Ines.", "Ines corrects", "fake:mention of Ines", "fake:prompt for Ines", "👍"):
            assert json.dumps(words)[1:-1] in text
        for kind in (
            "case.reported",
            "sanction.applied",
            "flag.raised",
            "CommandInvoked",
            "PromptAnswered",
            "Reported",
        ):
            assert text.count(kind) == 1
        assert "Ines2" not in text
        assert _NOOR.id not in json.dumps((await store.records.export(_INES.id))["lines of the audit trails"])

    async def test_the_export_of_somebody_unknown_is_empty(self, store: Store) -> None:
        await live(store, _INESITA)
        export = await store.records.export(_INES.id)
        assert export["id"] == _INES.id
        assert not any(value for name, value in export.items() if name != "id")

    async def test_nothing_is_left_of_who_was_erased(self, stores: StoreFactory) -> None:
        async with stores.open() as store:
            for who in (_INES, _INESITA):
                await live(store, who)
            kept = await store.records.export(_INESITA.id)
            await silence(store, _INES)
            await store.records.erase(_INES.id, NOW)
        async with stores.open() as store:
            assert await store.people.member(_INES.id) is None
            export = await store.records.export(_INES.id)
            assert not any(value for name, value in export.items() if name != "id")
            assert await store.prompts.at(MessageId("fake:prompt for Ines")) is None
            assert await store.records.off_record() == {_INESITA.id}
            mention = await store.history.message(MessageId("fake:mention of Ines"))
            assert mention
            assert mention.mentions == (_NOOR.id,)
            assert await store.records.export(_INESITA.id) == kept

    async def test_what_happened_stays_in_the_trail_and_verifies(self, store: Store) -> None:
        await live(store, _INES)
        await silence(store, _INES)
        last = Record(_HERE, "member.erased", _INES.id, _INES.id)
        await store.records.erase(_INES.id, NOW, [last])
        assert await store.audit.verify(_HERE) is None
        lines = await store.audit.recent(_HERE, limit=9)
        assert [(line.action, line.subject, line.actor, dict(line.details)) for line in lines] == [
            ("member.erased", ERASED, ERASED, {}),
            ("flag.raised", "fake:answer of Ines", None, {"author": ERASED, "rule": "respect"}),
            ("sanction.applied", ERASED, _NOOR.id, {"effect": "Warn"}),
            ("case.reported", "case 1", ERASED, {}),
        ]
        assert await store.audit.recent(_HERE, limit=9, subject=_INES.id) == []

    async def test_the_trail_never_holds_the_id_of_somebody_of_whom_nothing_else_was_kept(self, store: Store) -> None:
        assert await store.people.member(_INES.id) is None
        await store.records.erase(_INES.id, NOW, [Record(_HERE, "member.erased", _INES.id)])
        (line,) = await store.audit.recent(_HERE, limit=9)
        assert (line.action, line.subject) == ("member.erased", ERASED)

    async def test_the_trail_names_members_and_finds_them(self, stores: StoreFactory) -> None:
        async with stores.open() as store:
            for who in (_INES, _INESITA):
                await live(store, who)
        async with stores.open() as store:
            (line,) = await store.audit.recent(_HERE, limit=9, subject=_INES.id)
            assert (line.action, line.subject, line.actor) == ("sanction.applied", _INES.id, _NOOR.id)
            flagged = (await store.audit.recent(_HERE, limit=9, subject="fake:answer of Ines"))[0]
            assert dict(flagged.details) == {"author": _INES.id, "rule": "respect"}

    async def test_whoever_was_erased_can_come_back_as_somebody_new(self, store: Store) -> None:
        await live(store, _INES)
        await silence(store, _INES)
        await store.records.erase(_INES.id, NOW)
        (told,) = (await ingest(store, factories.posted("Hello again.", author=_INES))).fresh
        assert isinstance(told.event, MessagePosted)
        assert await store.people.member(_INES.id) == _INES
        await store.journal.commit(Outcome("review", NOW, records=(Record(_HERE, "warned", _INES.id),)))
        assert [line.action for line in await store.audit.recent(_HERE, limit=9, subject=_INES.id)] == ["warned"]

    async def test_where_they_wrote_meanwhile_the_name_stays_with_it(self, store: Store) -> None:
        await live(store, _INES)
        await silence(store, _INES)
        again = factories.posted("One more thing.", author=_INES)
        await ingest(store, again)
        await store.records.erase(_INES.id, NOW)
        assert await store.history.message(again.message.id) == again.message
        assert await store.records.messages_of(_INES.id, 9) == [again.message]
        assert await store.records.off_record() == frozenset()

    async def test_erasing_leaves_last_words_and_what_is_left_to_do(self, store: Store) -> None:
        errand = ErasureDue(_INES.id, _ROOM.id, NOW)
        await store.journal.commit(Outcome("privacy", NOW, events=(errand,)))
        body = DirectMessage(_ROOM.id, _INES.id, Document.of("Done."))
        words = Post("done", "core", 1, "fake", _ROOM.id, 0, body)
        left = replace(errand, left=("wordcount",))
        envelopes = await store.records.erase(_INES.id, NOW, (), [words], [left])
        assert [one.event for one in envelopes] == [left]
        assert await store.journal.unfinished(0, 9) == list(envelopes)
        assert [one.post for one in await store.outbox.lease("fake", NOW, NOW, 9)] == [words]

    async def test_erasing_twice_or_a_stranger_changes_nothing(self, store: Store) -> None:
        await live(store, _INESITA)
        kept = await store.records.export(_INESITA.id)
        for _ in range(2):
            assert await store.records.erase(_INES.id, NOW) == ()
        assert await store.records.export(_INESITA.id) == kept

    async def test_a_deletion_is_still_told_without_whose_it_was(self, store: Store) -> None:
        post = factories.posted(author=_INES)
        deletion = factories.deleted(post.message, by=_INES)
        await ingest(store, post, deletion)
        await store.records.erase(_INES.id, NOW)
        assert [one.event for one in await store.journal.unfinished(0, 9)] == [replace(deletion, by=None)]

    async def test_private_conversations_lose_their_names(self, store: Store) -> None:
        private, elsewhere = factories.direct(_INES), Conversation(_ROOM.id, "Room of Ines")
        unlike = replace(factories.direct(_NOOR), name="A talk with Ines")
        posts = [factories.posted(conversation=where, author=_INES) for where in (private, elsewhere, unlike)]
        await ingest(store, *posts)
        await silence(store, _INES)
        await store.records.erase(_INES.id, NOW)
        assert await store.people.conversation(private.id) is None
        assert await store.people.conversation(unlike.id) == replace(unlike, name="")
        assert await store.people.conversation(elsewhere.id) == elsewhere
        await ingest(store, factories.posted(conversation=private, author=_INES))
        assert await store.people.conversation(private.id) == private

    async def test_posts_on_their_way_still_leave_and_settled_ones_go(self, store: Store) -> None:
        private = factories.direct(_INES)
        for key in ("settled", "waiting"):
            say = Say(private.id, Document.of("hello"))
            await store.journal.commit(
                Outcome("review", NOW, posts=(Post(key, "review", 1, "fake", private.id, 0, say),))
            )
        await store.outbox.lease("fake", NOW, NOW, 9)
        await store.outbox.applied("settled", Receipt(), NOW, None)
        await store.records.erase(_INES.id, NOW)
        assert [one.post.key for one in await store.outbox.lease("fake", NOW, NOW, 9)] == ["waiting"]

    async def test_the_cogs_that_keep_something(self, store: Store) -> None:
        assert await store.records.keepers() == frozenset()
        await store.migrate_cog("review", [Migration(1, (CreateTable(Case),))])
        assert await store.records.keepers() == {"review"}
