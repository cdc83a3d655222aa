"""The part of the store's contract about running for years: what nobody needs any more is forgotten, and only that."""

from datetime import datetime, timedelta

from bot.domain.document import Document
from bot.domain.effect import Ask, Choice, Edit, Record, Say, Schedule
from bot.domain.event import JobDue, MemberJoined, MessagePosted, Undecryptable
from bot.domain.ids import CommunityId, MessageId
from bot.ports.platform import Receipt
from bot.ports.stores import DueOccurrence, Horizons, Outcome, Post, Store
from bot.testing import factories
from bot.testing.contracts.store_opened import NOW, OpenedStore, ingest, words

_ROOM = factories.room()
_SOON, _LATER = NOW + timedelta(days=1), NOW + timedelta(days=2)
_PAST = datetime.min.replace(tzinfo=NOW.tzinfo)


def _all(horizon: datetime) -> Horizons:
    return Horizons(horizon, horizon, horizon, horizon, horizon)


def _say(key: str, label: str | None = None) -> Post:
    return Post(key, "review", 1, "fake", _ROOM.id, 0, Say(_ROOM.id, Document.of("hello"), label), label)


def _ask() -> Post:
    ask = Ask(_ROOM.id, Document.of("Uphold?"), "case 1", (Choice("yes", "Yes", "👍"),))
    return Post("ask", "review", 1, "fake", _ROOM.id, 0, ask, ask.label)


async def _send(store: Store, post: Post, message: str | None = None) -> bool:
    """Post something; False where it had been posted before."""
    await store.journal.commit(Outcome("review", NOW, posts=(post,)))
    leased = await store.outbox.lease("fake", NOW, NOW, 9)
    for one in leased:
        await store.outbox.applied(one.post.key, Receipt(MessageId(message) if message else None), NOW, None)
    return bool(leased)


class YearsContract(OpenedStore):
    async def test_an_empty_store_has_nothing_to_forget(self, store: Store) -> None:
        assert await store.prune(_all(_LATER)) == 0

    async def test_a_deletion_is_remembered_up_to_the_horizon(self, store: Store) -> None:
        post = factories.posted("take this back")
        await ingest(store, post, factories.posted("keep this"))
        await ingest(store, factories.deleted(post.message, at=NOW))
        await store.prune(Horizons(_LATER, _LATER, _LATER, tombstones=NOW, notes=_LATER))
        await ingest(store, post)
        assert await words(store, post.message.id) is None
        assert await store.prune(_all(_SOON)) > 0
        assert (await store.people.counts(_ROOM.id)).deleted == 0
        await ingest(store, post)
        assert await words(store, post.message.id) == "take this back"

    async def test_settled_posts_go_and_waiting_ones_stay(self, store: Store) -> None:
        assert await _send(store, _say("done"))
        await store.journal.commit(Outcome("review", NOW, posts=(_say("waiting"),)))
        await store.prune(Horizons(_LATER, NOW, NOW, _LATER, _LATER))
        assert await _send(store, _say("done"))  # the one that waited
        assert not await _send(store, _say("done"))
        assert await store.prune(_all(_SOON)) > 0
        assert await _send(store, _say("done"))

    async def test_a_labelled_post_can_be_edited_up_to_its_horizon(self, store: Store) -> None:
        await _send(store, _say("card", "case 1"), "fake:1")
        edit = Post("edit", "review", 1, "fake", _ROOM.id, 0, Edit(_ROOM.id, "case 1", Document.of("changed")))
        await store.prune(Horizons(_LATER, _LATER, NOW, _LATER, _LATER))
        await store.journal.commit(Outcome("review", NOW, posts=(edit,)))
        assert [one.target for one in await store.outbox.lease("fake", NOW, NOW, 9)] == ["fake:1"]
        await store.outbox.retry("edit", NOW)
        await store.prune(_all(_SOON))
        assert [one.target for one in await store.outbox.lease("fake", NOW, NOW, 9)] == [None]

    async def test_a_prompt_can_be_answered_up_to_its_posts_horizon(self, store: Store) -> None:
        await _send(store, _ask(), "fake:1")
        await store.prune(Horizons(_LATER, _LATER, NOW, _LATER, _LATER))
        assert [one.message for one in await store.prompts.open_in(_ROOM.id)] == ["fake:1"]
        await store.prune(_all(_SOON))
        assert await store.prompts.at(MessageId("fake:1")) is None
        assert await store.prompts.open_in(_ROOM.id) == []

    async def test_edits_whose_message_never_came_are_forgotten(self, store: Store) -> None:
        one, other = factories.posted("first", author="Mira"), factories.posted("first", author="Mira")
        await ingest(store, factories.edited(one.message, "second", at=NOW))
        await ingest(store, factories.edited(other.message, "second", at=_SOON))
        assert await store.prune(Horizons(_SOON, _PAST, _PAST, _PAST, _PAST)) > 0
        await ingest(store, one, other)
        assert await words(store, one.message.id) == "first"
        assert await words(store, other.message.id) == "second"

    async def test_reactions_whose_message_never_came_are_forgotten(self, store: Store) -> None:
        here, missing = factories.posted("here"), factories.posted("missing")
        await ingest(store, here, *(factories.reacted(post.message, at=NOW) for post in (here, missing)))
        assert await store.prune(Horizons(_SOON, _PAST, _PAST, _PAST, _PAST)) > 0
        await ingest(store, missing, factories.reacted(here.message, at=_SOON))
        stored = await store.history.messages([here.message.id, missing.message.id])
        assert (stored[here.message.id].likes, stored[missing.message.id].likes) == (1, 0)

    async def test_messages_that_nobody_could_read_are_counted_up_to_the_horizon(self, store: Store) -> None:
        room = factories.room("sealed", encrypted=True)
        for n, at in enumerate((NOW, _SOON)):
            await ingest(store, Undecryptable(MessageId(f"fake:u{n}"), room, factories.member(), at))
        await store.prune(_all(_SOON))
        assert (await store.people.counts(room.id)).undecryptable == 1

    async def test_an_old_occurrence_is_not_claimed_again(self, store: Store) -> None:
        schedule = Schedule("weekly", "prompt", "mon 18:00", "UTC")
        await store.journal.commit(Outcome("reading", NOW, schedules=(schedule,)))
        await store.schedules.plan("reading", "weekly", NOW)
        occurrence, event = DueOccurrence("reading", schedule, NOW), JobDue("reading", "prompt", "weekly", NOW, NOW)
        assert await store.schedules.claim(occurrence, _LATER, event, NOW)
        assert await store.prune(_all(_SOON)) > 0
        assert await store.schedules.claim(occurrence, _LATER, event, NOW) is None

    async def test_people_are_known_as_long_as_something_of_them_is_kept(self, store: Store) -> None:
        silent, writer, judge = (factories.member(name) for name in ("Otto", "Mira", "Noor"))
        await ingest(store, *(MemberJoined(who, _ROOM, NOW) for who in (silent, writer, judge)))
        post = factories.posted(author=writer)
        await ingest(store, post)
        line = Record(CommunityId("tarnwick"), "upheld", "case 1", judge.id)
        await store.journal.commit(Outcome("review", NOW, records=(line,)))
        await store.prune(_all(_PAST))
        assert await store.people.member(silent.id) is None
        assert [await store.people.member(who.id) for who in (writer, judge)] == [writer, judge]
        await ingest(store, factories.deleted(post.message), factories.posted(author=silent))
        await store.prune(_all(_PAST))
        assert [await store.people.member(who.id) for who in (writer, silent)] == [None, silent]

    async def test_threads_are_known_as_long_as_something_is_in_them(self, store: Store) -> None:
        thread, private = factories.thread(), factories.direct()
        inside = factories.posted(conversation=thread)
        await ingest(store, inside, factories.posted(conversation=private))
        await store.prune(_all(_LATER))
        assert await store.people.threads() == [thread]
        await ingest(store, factories.deleted(inside.message, at=NOW))
        await store.prune(_all(_LATER))
        assert await store.people.threads() == []
        assert await store.people.conversation(private.id) == private
        await ingest(store, factories.posted(conversation=thread))
        assert await store.people.threads() == [thread]

    async def test_what_is_young_stays(self, store: Store) -> None:
        post = factories.posted("still needed")
        await ingest(store, post, factories.reacted(post.message))
        unfinished = await store.journal.unfinished(0, 9)
        await store.prune(_all(_LATER))
        assert await store.journal.unfinished(0, 9) == unfinished
        assert await words(store, post.message.id) == "still needed"

    async def test_more_than_is_forgotten_at_once(self, store: Store) -> None:
        posts = [factories.posted(f"number {n}") for n in range(1_100)]
        await ingest(store, *posts)
        await ingest(store, *(factories.deleted(post.message, at=NOW) for post in posts))
        assert await store.prune(_all(_SOON)) > len(posts)
        assert (await store.people.counts(_ROOM.id)).deleted == 0

    async def test_when_the_newest_message_was_sent(self, store: Store) -> None:
        assert await store.journal.last_sent() is None
        posts = [factories.posted(f"number {n}") for n in range(2)]
        await ingest(store, *posts, factories.invoked("help"))
        assert await store.journal.last_sent() == posts[1].message.sent_at
        await ingest(store, *(factories.deleted(post.message) for post in posts))
        assert await store.journal.last_sent() is None

    async def test_the_oldest_elsewhere(self, store: Store) -> None:
        elsewhere, private = factories.room("elsewhere"), factories.direct()
        places = (_ROOM, factories.thread(), elsewhere, factories.thread(elsewhere), private)
        said = [factories.message(conversation=where, at=NOW + timedelta(n)) for n, where in enumerate(places, -9)]
        await ingest(store, *map(MessagePosted, said))
        assert await store.history.oldest([_ROOM.id], before=_LATER, limit=9, elsewhere=True) == said[2:]
        assert await store.history.oldest([], before=_LATER, limit=9, elsewhere=True) == said
