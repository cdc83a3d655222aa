from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.api import (
    CogError,
    CogStarted,
    EffectFailed,
    JobDue,
    Put,
    Record,
    Say,
    Schedule,
    Unschedule,
    Upcoming,
    UserError,
    plain,
)
from bot.scheduling import next_occurrences
from bot.testing.factories import community, room
from cogs.reading import Reading
from cogs.reading.change import Change
from cogs.reading.draw import Begun, Drawn
from cogs.reading.settings import ReadingSettings, WeeklySection

MONDAY = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
SQUARE, CLUB = room(), room("book-club")
WEEKLY = Schedule(
    "weekly:tarnwick", "weekly", "mon 18:00", "Europe/Berlin", "tarnwick",
    data={"community": "tarnwick", "room": SQUARE.id},
)  # fmt: skip


class Planned:
    """The port `Jobs` over a list."""

    def __init__(self, clock):
        self.clock = clock
        self.upcoming = []

    async def all(self):
        return self.upcoming

    def preview(self, rule, zone, count):
        return next_occurrences(rule, zone, self.clock.now(), count)


@pytest.fixture
def jobs(ports):
    return Planned(ports.clock)


@pytest.fixture
def build(ports, jobs):
    def made(**settings):
        ports.values = ReadingSettings(**settings)
        return Reading(directory=ports, jobs=jobs, tables=ports, settings=ports, catalog=ports)

    return made


@pytest.fixture
def cog(build):
    return build()


def due(at=MONDAY, *, late=timedelta(0), missed=(), room=SQUARE.id, community="tarnwick"):
    return JobDue("reading", "weekly", WEEKLY.name, at, at + late, missed, {"community": community, "room": room})


def one(effects, kind):
    [found] = [effect for effect in effects if isinstance(effect, kind)]
    return found


# --- planning


async def test_setting_a_plan_shows_the_next_three(ports, cog):
    effects = await cog.weekly(ports.call("weekly"), Change.parse("mon 18:00 Europe/Berlin"))
    assert one(effects, Schedule) == WEEKLY
    text = plain(one(effects, Say).body)
    assert "#city-politics: mon 18:00 (Europe/Berlin)" in text
    assert [day in text for day in ("2026-03-09T17:00", "2026-03-16T17:00", "2026-03-23T17:00")] == [True] * 3
    record = one(effects, Record)
    assert (record.action, record.subject, record.actor) == (
        "weekly.planned",
        SQUARE.id,
        ports.call("weekly").caller.id,
    )


async def test_without_a_zone_the_communitys_counts(ports, cog):
    ports.known = [community(zone="America/Havana")]
    assert one(await cog.weekly(ports.call("weekly"), Change("sun 00:00")), Schedule).zone == "America/Havana"


async def test_a_changed_plan_keeps_room_and_zone(ports, cog, jobs):
    ports.known = [community(rooms=(SQUARE, CLUB))]
    jobs.upcoming = [Upcoming(WEEKLY, MONDAY)]
    schedule = one(await cog.weekly(ports.call("weekly"), Change("thu 19:00")), Schedule)
    assert (schedule.rule, schedule.zone, schedule.data["room"]) == ("thu 19:00", "Europe/Berlin", SQUARE.id)


@pytest.mark.parametrize("wanted", ["Book-Club", "fake:book-club", "book-club"])
async def test_a_room_is_named_or_given_by_id(ports, cog, wanted):
    ports.known, ports.conversations[CLUB.id] = [community(rooms=(SQUARE, CLUB))], CLUB
    schedule = one(await cog.weekly(ports.call("weekly"), Change("thu 19:00", room=wanted)), Schedule)
    assert schedule.data["room"] == CLUB.id


@pytest.mark.parametrize(
    ("wanted", "hint"), [("", "#book-club, #city-politics"), ("bok-club", "Did you mean #book-club")]
)
async def test_an_unclear_room_is_asked_for(ports, cog, wanted, hint):
    ports.known, ports.conversations[CLUB.id] = [community(rooms=(SQUARE, CLUB))], CLUB
    with pytest.raises(UserError, match=hint):
        await cog.weekly(ports.call("weekly"), Change("thu 19:00", room=wanted))


async def test_another_communitys_room_cannot_be_planned_for(ports, cog):
    ports.known = [community(), community("elsewhere", rooms=(CLUB,))]
    with pytest.raises(UserError, match="Which room of this community"):
        await cog.weekly(ports.call("weekly"), Change("thu 19:00", room=CLUB.id))


@pytest.mark.parametrize(
    ("change", "hint"), [(Change("mno 18:00"), "Did you mean “mon”"), (Change("mon 18:00", "Berlin"), "Europe/Berlin")]
)
async def test_an_unreadable_plan_is_refused_with_a_hint(ports, cog, change, hint):
    with pytest.raises(UserError, match=hint):
        await cog.weekly(ports.call("weekly"), change)


async def test_the_plan_is_shown(ports, cog, jobs):
    jobs.upcoming = [Upcoming(WEEKLY, MONDAY)]
    assert "mon 18:00 (Europe/Berlin)" in plain(await cog.weekly(ports.call("weekly")))


async def test_without_a_plan_it_says_how_to_make_one(ports, cog):
    assert "!weekly mon 18:00" in plain(await cog.weekly(ports.call("weekly")))
    assert "!weekly mon 18:00" in plain(await cog.weekly(ports.call("weekly"), Change("")))


async def test_off_removes_the_plan(ports, cog, jobs):
    jobs.upcoming = [Upcoming(WEEKLY, MONDAY)]
    effects = await cog.weekly(ports.call("weekly"), Change(""))
    assert one(effects, Unschedule).name == WEEKLY.name
    assert one(effects, Record).action == "weekly.off"


# --- from the configuration


CONFIGURED = WeeklySection(community="tarnwick", room=SQUARE.id, rule="mon 18:00", zone="Europe/Berlin")


async def test_the_configurations_plan_is_set_up_once(ports, build, jobs):
    cog = build(weekly=(CONFIGURED,))
    effects = ports.apply(await cog.started(CogStarted("reading", MONDAY)))
    assert one(effects, Schedule) == WEEKLY
    assert await ports.of(Begun).count() == 1
    assert await cog.started(CogStarted("reading", MONDAY + WEEK)) == []


async def test_it_does_not_replace_what_a_moderator_planned(ports, build, jobs):
    jobs.upcoming = [Upcoming(WEEKLY, MONDAY)]
    effects = await build(weekly=(CONFIGURED,)).started(CogStarted("reading", MONDAY))
    assert [type(effect) for effect in effects] == [Put]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"community": "nowhere"}, "no community 'nowhere'"),
        ({"room": "fake:elsewhere"}, "not a room of 'tarnwick'"),
        ({"rule": "mno 18:00"}, "Did you mean “mon”"),
        ({"zone": "Europe/Belin"}, "Europe/Berlin"),
    ],
)
def test_a_plan_that_cannot_be_used_stops_the_start(build, change, words):
    with pytest.raises(CogError, match=words):
        build(weekly=(CONFIGURED.model_copy(update=change),))


def test_a_broken_deck_stops_the_start(build, tmp_path):
    (tmp_path / "deck.toml").write_text("title = 3")
    with pytest.raises(CogError, match="title"):
        build(deck=str(tmp_path / "deck.toml"))


# --- posting


async def test_a_prompt_is_posted_and_used_up(ports, cog):
    effects = ports.apply(await cog.post(due()))
    say = one(effects, Say)
    assert (say.conversation, say.label) == (SQUARE.id, "weekly:2026-03-02T18:00:00+00:00")
    text = plain(say.body)
    assert "Weekly discussion" in text
    assert "late" not in text
    assert "did not go out" not in text
    assert [row.posted for row in await ports.of(Drawn).find()] == [True]


async def test_two_weeks_bring_two_prompts(ports, cog):
    first = one(ports.apply(await cog.post(due())), Say)
    second = one(ports.apply(await cog.post(due(MONDAY + WEEK))), Say)
    assert plain(first.body) != plain(second.body)


async def test_a_handler_that_runs_again_draws_the_same(cog):
    assert await cog.post(due()) == await cog.post(due())


async def test_a_late_post_says_so_in_the_plans_zone(cog, jobs):
    jobs.upcoming = [Upcoming(WEEKLY, MONDAY + WEEK)]
    assert "late" not in plain(one(await cog.post(due(late=timedelta(minutes=10))), Say).body)
    say = one(await cog.post(due(late=timedelta(minutes=11))), Say)
    assert "comes late: it was due 2026-03-02T18:00" in plain(say.body)
    assert {
        span.zone for block in say.body.blocks for span in getattr(block, "spans", ()) if hasattr(span, "zone")
    } == {"Europe/Berlin"}


async def test_missed_ones_are_told_in_one_line(cog):
    times = tuple(MONDAY - weeks * WEEK for weeks in (8, 7, 6, 5, 4, 3, 2, 1))
    lines = plain(one(await cog.post(due(late=timedelta(days=1), missed=times)), Say).body).splitlines()
    [line] = [line for line in lines if "did not go out" in line]
    assert line.startswith("8 prompts did not go out while I was not running (the last 5: ")
    assert "2026-02-23" in line
    assert "2026-01-05" not in line


async def test_what_was_skipped_is_said_and_no_prompt_is_used(ports, cog, jobs):
    jobs.upcoming = [Upcoming(WEEKLY, MONDAY + WEEK)]
    say = await cog.post(due(late=timedelta(days=2), missed=(MONDAY,)))
    text = plain(say.body)
    assert "One prompt did not go out" in text
    assert "The next one comes 2026-03-09" in text
    assert "Weekly discussion" not in text


async def test_a_room_that_left_the_community_is_told_to_its_moderators(ports, cog):
    say = await cog.post(due(room=CLUB.id))
    assert say.conversation == ports.known[0].review_room
    assert "did not go out" in plain(say.body)


async def test_a_community_that_is_gone_loses_its_plan(cog):
    assert await cog.post(due(community="gone")) == Unschedule(WEEKLY.name)


async def test_moderators_hear_of_a_prompt_that_did_not_arrive(ports, cog):
    desk = ports.known[0].review_room
    failed = EffectFailed("reading", "Say", "weekly:x", 1, SQUARE.id, MONDAY, "the bot may not write there")
    say = await cog.not_posted(failed)
    assert say.conversation == desk
    assert "#city-politics: the bot may not write there" in plain(say.body)
    assert await cog.not_posted(replace(failed, conversation=desk)) is None


# --- looking ahead


async def test_the_preview_is_what_comes(ports, cog):
    preview = plain(await cog.prompt(ports.call("prompt")))
    assert "Next is prompt 1 of 24" in preview
    question = plain(one(await cog.post(due()), Say).body).splitlines()[1]
    assert question in preview


async def test_skipping_uses_one_up_and_shows_the_next(ports, cog):
    before = plain(await cog.prompt(ports.call("prompt")))
    effects = ports.apply(await cog.prompt(ports.call("prompt"), "skip"))
    shown = plain(one(effects, Say).body)
    assert "Next is prompt 2 of 24" in shown
    assert shown != before
    assert shown == plain(await cog.prompt(ports.call("prompt")))
    assert one(effects, Record).action == "prompt.skipped"


async def test_now_posts_in_the_room_and_answers_the_moderator(ports, cog):
    effects = ports.apply(await cog.prompt(ports.call("prompt"), "now"))
    posted, answer = [effect for effect in effects if isinstance(effect, Say)]
    assert (posted.conversation, answer.conversation) == (SQUARE.id, ports.known[0].review_room)
    assert "#city-politics" in plain(answer.body)
    assert [row.posted for row in await ports.of(Drawn).find()] == [True]
