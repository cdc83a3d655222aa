from dataclasses import replace

import pytest

from bot.api import (
    Announce,
    Flag,
    MemberKind,
    ModelUnavailable,
    Remove,
    Rule,
    Say,
    Standing,
    Verdict,
    plain,
)
from bot.domain.event import MessageEdited
from bot.testing.factories import community, deleted, member, posted, room, thread
from cogs.civility import Civility
from cogs.civility.rows import Assessment, Notice, Outage, Outcome
from cogs.civility.settings import CivilitySettings


class ScriptedClassifier:
    """Finds an attack where the word "idiot" stands; remembers what it was asked."""

    def __init__(self):
        self.model = "scripted 1"
        self.default_threshold = 0.6
        self.asked = []
        self.explained = []
        self.while_explaining = lambda: None

    async def classify(self, passages, *, floor=0.0):
        if self.model is None:
            raise ModelUnavailable("no weights")
        self.asked += passages
        return [self._verdict(passage) for passage in passages]

    @staticmethod
    def _verdict(passage):
        if "¿" in passage.text:
            return Verdict(0.0, "none", abstained="the text is not English")
        return Verdict(0.9, "participant") if "idiot" in passage.text else Verdict(0.1, "idea")

    async def explain(self, passage):
        self.explained.append(passage)
        self.while_explaining()
        start = passage.text.index("idiot")
        return ((start, start + 5),)


@pytest.fixture
def classifier():
    return ScriptedClassifier()


@pytest.fixture
def cog(ports, classifier):
    ports.values = CivilitySettings(notice=False)
    return Civility(
        history=ports,
        directory=ports,
        classifier=classifier,
        tables=ports,
        settings=ports,
        catalog=ports,
        members=ports,
        clock=ports.clock,
    )


def said(ports, text, **others):
    event = posted(text, **others)
    ports.store(event.message)
    return event


def of_kind(effects, kind):
    return [effect for effect in effects if isinstance(effect, kind)]


async def judged(ports, cog, *events):
    return ports.apply(await cog.judge(events))


async def test_an_attack_is_flagged_with_rule_reason_score_and_the_words_that_carried_it(ports, cog):
    attack = said(ports, "You idiot.")
    effects = await judged(ports, cog, attack)
    (flag,) = of_kind(effects, Flag)
    assert (flag.message, flag.revision, flag.author) == (attack.message.id, 0, attack.message.author)
    assert flag.ground.rule == "no-personal-attacks"
    assert "attack" in flag.ground.reason
    evidence = flag.ground.evidence
    assert (evidence.score, evidence.threshold, evidence.target) == (0.9, 0.6, "participant")
    assert (evidence.model, evidence.revision, evidence.spans) == ("scripted 1", 0, ((4, 9),))


async def test_every_judged_message_leaves_its_score_but_none_of_its_words(ports, cog, classifier):
    fair, attack = said(ports, "That plan is nonsense."), said(ports, "You idiot.")
    await judged(ports, cog, fair, attack)
    rows = {row.message: row for row in await ports.of(Assessment).find()}
    assert rows[fair.message.id].outcome is Outcome.CLEAR
    assert rows[fair.message.id].score == 0.1
    assert rows[attack.message.id].outcome is Outcome.FLAGGED
    assert "idiot" not in repr(rows)
    assert len(classifier.explained) == 1, "only what is flagged is explained"


async def test_what_a_message_answers_is_its_context(ports, cog, classifier):
    first = said(ports, "Buses first.")
    second = said(ports, "Cars first.", reply_to=first.message)
    await judged(ports, cog, said(ports, "Never!", reply_to=second.message))
    assert classifier.asked[0].context == ("Buses first.", "Cars first.")


async def test_replies_that_go_round_give_each_message_once(ports, cog, classifier):
    first = said(ports, "Buses first.")
    second = said(ports, "Cars first.", reply_to=first.message)
    ports.store(replace(first.message, reply_to=second.message.id))
    await judged(ports, cog, second)
    assert classifier.asked[0].context == ("Buses first.",)


@pytest.mark.parametrize(
    "event",
    [
        {"author": member("Bridge", kind=MemberKind.BOT)},
        {"conversation": room("elsewhere")},
        {"conversation": room("moderators")},
        {"text": "   "},
        {"text": "!report idiot"},
    ],
    ids=["bot", "no community", "review room", "empty", "command"],
)
async def test_what_is_not_discussion_is_not_judged(ports, cog, classifier, event):
    assert await judged(ports, cog, said(ports, **({"text": "You idiot."} | event))) == []
    assert classifier.asked == []


async def test_a_thread_belongs_to_its_rooms_community(ports, cog):
    assert of_kind(await judged(ports, cog, said(ports, "You idiot.", conversation=thread())), Flag)


async def test_standing_from_the_platform_or_the_configuration_exempts_where_the_community_wants_it(ports, cog):
    admin = said(ports, "You idiot.", standing=Standing.ADMIN)
    steward = said(ports, "You idiot.", author="Noor")
    assert len(of_kind(await judged(ports, cog, admin, steward), Flag)) == 2, "moderators are judged too"
    ports.values = CivilitySettings(exempt_standing="moderator")
    fresh = [said(ports, "You idiot.", standing=Standing.ADMIN), said(ports, "You idiot.", author="Noor")]
    assert await judged(ports, cog, *fresh) == []


async def test_the_communitys_threshold_counts(ports, cog):
    ports.values = CivilitySettings(threshold=0.95, notice=False)
    assert of_kind(await judged(ports, cog, said(ports, "You idiot.")), Flag) == []


async def test_the_newest_text_is_judged_once_however_many_events_told_of_it(ports, cog, classifier):
    event = said(ports, "Nonsense.")
    newest = ports.edit(event.message, "You idiot.")
    effects = await judged(ports, cog, event, MessageEdited(newest))
    assert [flag.revision for flag in of_kind(effects, Flag)] == [1]
    assert await judged(ports, cog, MessageEdited(newest)) == []
    assert len(classifier.asked) == 1


async def test_a_message_that_changes_while_it_is_explained_waits_for_its_edit(ports, cog, classifier):
    event = said(ports, "You idiot.")
    classifier.while_explaining = lambda: ports.edit(event.message, "You idiot, sorry.")
    assert await judged(ports, cog, event) == []
    classifier.while_explaining = lambda: None
    assert of_kind(await judged(ports, cog, MessageEdited(ports.stored[event.message.id])), Flag)


async def test_a_message_deleted_while_it_is_explained_is_not_flagged(ports, cog, classifier):
    event = said(ports, "You idiot.")
    classifier.while_explaining = lambda: ports.stored.pop(event.message.id)
    assert await judged(ports, cog, event) == []


async def test_an_edit_that_clears_a_flagged_message_is_announced(ports, cog):
    event = said(ports, "You idiot.")
    await judged(ports, cog, event)
    newest = ports.edit(event.message, "You are mistaken.")
    effects = await judged(ports, cog, MessageEdited(newest))
    (word,) = of_kind(effects, Announce)
    assert (word.topic, word.data) == ("reassessed", {"message": event.message.id, "revision": "1"})
    assert of_kind(effects, Flag) == []
    again = ports.edit(newest, "You are much mistaken.")
    assert of_kind(await judged(ports, cog, MessageEdited(again)), Announce) == [], "it was clear already"


async def test_an_edit_to_nothing_clears_a_flag_too(ports, cog):
    event = said(ports, "You idiot.")
    await judged(ports, cog, event)
    effects = await judged(ports, cog, MessageEdited(ports.edit(event.message, " ")))
    assert [type(effect) for effect in effects] == [Remove, Announce]


async def test_a_deleted_message_takes_its_assessment_along(ports, cog):
    event = said(ports, "You idiot.")
    await judged(ports, cog, event)
    del ports.stored[event.message.id]
    await judged(ports, cog, deleted(event.message))
    assert await ports.of(Assessment).count() == 0


async def test_a_message_deleted_in_the_same_batch_is_neither_judged_nor_kept(ports, cog, classifier):
    event = said(ports, "You idiot.")
    del ports.stored[event.message.id]
    assert await judged(ports, cog, event, deleted(event.message)) == []
    assert classifier.asked == []


async def test_abstentions_are_counted_and_shown(ports, cog):
    await judged(ports, cog, said(ports, "¿Qué?"), said(ports, "Fine."))
    (row,) = await ports.of(Assessment).find({"outcome": Outcome.ABSTAINED})
    assert row.abstained == "the text is not English"
    text = plain(await cog.watch(ports.call("watch", conversation=room())))
    assert ": 1 message; it could not judge 1 more" in text


async def test_without_a_model_moderators_are_told_once_and_nothing_is_guessed(ports, cog, classifier):
    classifier.model = None
    first = await judged(ports, cog, said(ports, "You idiot."), said(ports, "Hello."))
    (told,) = of_kind(first, Say)
    assert told.conversation == ports.known[0].review_room
    assert "do not guess" in plain(told.body)
    second = await judged(ports, cog, said(ports, "You idiot."))
    assert of_kind(first + second, Flag) == []
    assert of_kind(second, Say) == []
    assert "3 messages" in plain(await cog.watch(ports.call("watch", conversation=room())))


async def test_when_the_model_is_back_moderators_hear_how_many_went_unjudged(ports, cog, classifier):
    classifier.model = None
    before = await judged(ports, cog, said(ports, "You idiot."))
    classifier.model = "scripted 1"
    after = await judged(ports, cog, said(ports, "You idiot."))
    (told,) = of_kind(after, Say)
    assert "Left unjudged: 1 message," in plain(told.body)
    assert told.label != of_kind(before, Say)[0].label
    assert await ports.of(Outage).count() == 0
    assert of_kind(after, Flag)


async def test_each_community_hears_of_the_missing_model_in_its_own_room(ports, cog, classifier):
    other = community("otherton", rooms=(room("parks"),), review_room=room("parks-desk"))
    silent = replace(community("third", rooms=(room("docks"),)), review_room=None)
    ports.known += [other, silent]
    classifier.model = None
    events = [said(ports, "A", conversation=room(name)) for name in ("city-politics", "parks", "docks")]
    told = of_kind(await judged(ports, cog, *events), Say)
    assert {say.conversation for say in told} == {room("moderators").id, room("parks-desk").id}
    assert await ports.of(Outage).count() == 3


async def test_a_room_is_told_once_that_it_is_watched_by_what_and_for_how_long_messages_stay(ports, cog):
    rule = Rule("no-personal-attacks", "Argue with the claim.")
    ports.known[0] = community(rules=(rule,))
    ports.values = CivilitySettings()
    effects = await judged(ports, cog, said(ports, "Hello."), said(ports, "Hi.", conversation=thread()))
    (notice,) = of_kind(effects, Say)
    assert notice.conversation == room().id
    text = plain(notice.body)
    assert "scripted 1" in text
    assert "Argue with the claim." in text
    assert "30 days" in text
    assert of_kind(await judged(ports, cog, said(ports, "Hello again.")), Say) == []


async def test_no_notice_where_it_is_switched_off_or_no_model_watches(ports, cog, classifier):
    assert of_kind(await judged(ports, cog, said(ports, "Hello.")), Say) == []
    ports.values = CivilitySettings()
    classifier.model = None
    await judged(ports, cog, said(ports, "Hello."))
    assert await ports.of(Notice).count() == 0


async def test_watch_says_so_where_nothing_is_judged(ports, cog):
    assert "I do not look for attacks" in plain(await cog.watch(ports.call("watch", conversation=room("moderators"))))


async def test_watch_shows_threshold_and_exemption(ports, cog):
    ports.values = CivilitySettings(threshold=0.75, exempt_standing="trusted")
    text = plain(await cog.watch(ports.call("watch", conversation=room())))
    assert "0.75" in text
    assert "trusted" in text


async def test_export_and_forget_cover_a_members_assessments_and_no_one_elses(ports, cog):
    mine, other = said(ports, "You idiot."), said(ports, "Hello.", author="Dario")
    await judged(ports, cog, mine, other)
    exported = (await cog.export(member("Mira").id))["assessments"]
    assert [(row["message"], row["outcome"]) for row in exported] == [(mine.message.id, "flagged")]
    ports.apply(await cog.forget(member("Mira").id))
    assert await cog.export(member("Mira").id) == {"assessments": []}
    assert [row.message for row in await ports.of(Assessment).find()] == [other.message.id]


async def test_a_failing_explanation_does_not_lose_the_flag(ports, cog, classifier):
    async def fail(passage):
        raise ModelUnavailable("gone")

    classifier.explain = fail
    (flag,) = of_kind(await judged(ports, cog, said(ports, "You idiot.")), Flag)
    assert flag.ground.evidence.spans == ()


async def test_judging_twice_after_a_crash_gives_the_same(ports, cog):
    event = said(ports, "You idiot.")
    assert await cog.judge([event]) == await cog.judge([event])
