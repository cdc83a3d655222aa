"""The weekly prompt: planned by moderators, posted on time, late ones and missed ones said to be so."""

from datetime import datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal

from bot.api import (
    Block,
    Cog,
    CogError,
    CogStarted,
    CogTables,
    CommandCatalog,
    Community,
    CommunityId,
    ConversationId,
    Directory,
    Document,
    Effect,
    EffectFailed,
    Invocation,
    JobDue,
    Jobs,
    Place,
    Priority,
    Put,
    Record,
    Reply,
    Rest,
    Say,
    Schedule,
    Settings,
    Standing,
    Unschedule,
    Upcoming,
    UserError,
    command,
    job,
    listen,
)
from cogs.reading import posts
from cogs.reading.change import Change
from cogs.reading.deck import WEEKLY, read_deck
from cogs.reading.draw import MIGRATIONS, Begun, Draw, Drawn, next_draw
from cogs.reading.settings import ReadingSettings, WeeklySection

_SHOWN_OCCURRENCES = 3


class Reading(Cog):
    """Post a discussion prompt every week."""

    name = "reading"
    settings = ReadingSettings
    migrations = MIGRATIONS

    def __init__(
        self,
        *,
        directory: Directory,
        jobs: Jobs,
        tables: CogTables,
        settings: Settings[ReadingSettings],
        catalog: CommandCatalog,
    ) -> None:
        """Raises CogError where the deck or a schedule in the configuration cannot be used."""
        self._directory = directory
        self._jobs = jobs
        self._drawn = tables.of(Drawn)
        self._begun = tables.of(Begun)
        self._settings = settings
        self._catalog = catalog
        configured = settings.of(None)
        self._deck = read_deck(Path(configured.deck).expanduser() if configured.deck else WEEKLY)
        self._planned = [self._from_configuration(section) for section in configured.weekly]

    # --- planning ---------------------------------------------------------------------------------------------

    @command(
        "weekly",
        help="Show the weekly prompt's plan, set it (mon 18:00 Europe/Berlin #room) or switch it off",
        standing=Standing.MODERATOR,
        place=Place.REVIEW_ROOM,
    )
    async def weekly(self, call: Invocation, when: Annotated[Change | None, Rest()] = None) -> Reply:
        community, current = call.home, await self._current(call.home.id)
        if when is None:
            return await self._shown(current.schedule) if current else posts.not_scheduled(self._catalog.prefix)
        if not when.rule:
            return self._switched_off(call, current)
        old = current.schedule if current else None
        zone = when.zone or (old.zone if old else community.zone)
        room = await self._room(community, when.room, old.data.get("room", "") if old else "")
        schedule = _schedule(community.id, room, when.rule, zone)
        return [
            call.answer(await self._shown(schedule)),
            schedule,
            Record(community.id, "weekly.planned", room, call.caller.id, {"rule": when.rule, "zone": zone}),
        ]

    @listen
    async def started(self, event: CogStarted) -> Reply:
        """Set up what the configuration asks for, once per community."""
        effects: list[Effect] = []
        for schedule in self._planned:
            community = schedule.community
            if community is not None and await self._begun.get(community) is None:
                effects.append(Put(Begun(community, event.at)))
                effects += [] if await self._current(community) else [schedule]
        return effects

    # --- posting ----------------------------------------------------------------------------------------------

    @job("weekly")
    async def post(self, due: JobDue) -> Reply:
        community = self._directory.community(CommunityId(due.data["community"]))
        room = self._directory.current(ConversationId(due.data["room"]))
        if community is None:
            return Unschedule(due.schedule)
        if room not in community.rooms:
            return self._homeless(due, community)
        zone = await self._zone(community)
        label = f"weekly:{due.due.isoformat()}"
        if due.skipped:
            current = await self._current(community.id)
            body = posts.skipped(due.missed, current.next_due if current else None, zone)
            return Say(room, body, label, priority=Priority.NOTICE)
        draw = await self._draw(community.id)
        is_late = due.at - due.due > timedelta(minutes=self._settings.of(community.id).late_after)
        notes: list[Block] = [posts.late(due.due, zone)] if is_late else []
        notes += [posts.missed(due.missed, zone)] if due.missed else []
        body = posts.posted(self._deck.title, draw.prompt, *notes)
        return [Say(room, body, label, priority=Priority.NOTICE), _used(community.id, draw, due.at, posted=True)]

    @listen
    async def not_posted(self, event: EffectFailed) -> Reply:
        """A prompt that did not arrive is for the moderators to know: a permission may be missing."""
        community = self._directory.community_of(event.conversation)
        if community is None or community.review_room is None or event.conversation == community.review_room:
            return None
        room = await self._name(event.conversation)
        body = Document.of(f"A discussion prompt could not be posted in {room}: {event.reason}")
        return Say(community.review_room, body, priority=Priority.NOTICE)

    @command(
        "prompt",
        help="Show the prompt that comes next, pass it over (skip) or post it at once (now)",
        standing=Standing.MODERATOR,
        place=Place.REVIEW_ROOM,
    )
    async def prompt(self, call: Invocation, action: Literal["next", "skip", "now"] = "next") -> Reply:
        community = call.home
        draw = await self._draw(community.id)
        if action == "next":
            return posts.preview(self._deck.title, draw, len(self._deck.prompts), self._catalog.prefix)
        used = _used(community.id, draw, call.at, posted=action == "now")
        if action == "skip":
            drawn = [*await self._drawn.find({"community": community.id}), used.row]
            following = next_draw(self._deck, community.id, drawn)
            body = posts.preview(self._deck.title, following, len(self._deck.prompts), self._catalog.prefix)
            record = Record(community.id, "prompt.skipped", draw.prompt.id, call.caller.id)
            return [call.answer(body), used, record]
        current = await self._current(community.id)
        room = await self._room(community, "", current.schedule.data.get("room", "") if current else "")
        return [
            Say(room, posts.posted(self._deck.title, draw.prompt), f"prompt:{call.number}", priority=Priority.NOTICE),
            call.answer(Document.of("It goes to ", await self._name(room), " now. The plan stays as it is.")),
            used,
            Record(community.id, "prompt.posted", draw.prompt.id, call.caller.id, {"room": room}),
        ]

    # --- looking up -------------------------------------------------------------------------------------------

    def _from_configuration(self, section: WeeklySection) -> Schedule:
        community = self._directory.community(CommunityId(section.community))
        if community is None:
            raise CogError(f"[[reading.weekly]]: there is no community '{section.community}'")
        if section.room not in community.rooms:
            raise CogError(f"[[reading.weekly]]: '{section.room}' is not a room of '{section.community}'")
        zone = section.zone or community.zone
        try:
            self._jobs.preview(section.rule, zone, 1)
        except UserError as error:
            raise CogError(f"[[reading.weekly]] of '{section.community}': {error}") from error
        return _schedule(community.id, ConversationId(section.room), section.rule, zone)

    def _switched_off(self, call: Invocation, current: Upcoming | None) -> Reply:
        if current is None:
            return posts.not_scheduled(self._catalog.prefix)
        return [
            call.answer(Document.of("The weekly prompt is off. Prompts that were posted stay.")),
            Unschedule(current.schedule.name),
            Record(call.home.id, "weekly.off", current.schedule.data.get("room", ""), call.caller.id),
        ]

    def _homeless(self, due: JobDue, community: Community) -> Reply:
        if community.review_room is None:
            return None
        body = Document.of(
            "The weekly prompt did not go out: its room is no longer one of this community's. "
            f"Plan it anew with {self._catalog.prefix}weekly mon 18:00 #room"
        )
        return Say(community.review_room, body, f"weekly:{due.due.isoformat()}", priority=Priority.NOTICE)

    async def _shown(self, schedule: Schedule) -> Document:
        times = self._jobs.preview(schedule.rule, schedule.zone, _SHOWN_OCCURRENCES)
        room = await self._name(self._directory.current(ConversationId(schedule.data["room"])))
        return posts.timetable(room, schedule.rule, schedule.zone, times, self._catalog.prefix)

    async def _current(self, community: CommunityId) -> Upcoming | None:
        name = _name_of_schedule(community)
        return next((upcoming for upcoming in await self._jobs.all() if upcoming.schedule.name == name), None)

    async def _zone(self, community: Community) -> str:
        current = await self._current(community.id)
        return current.schedule.zone if current else community.zone

    async def _draw(self, community: CommunityId) -> Draw:
        return next_draw(self._deck, community, await self._drawn.find({"community": community}))

    async def _room(self, community: Community, wanted: str, current: str) -> ConversationId:
        """The room that was named by name or id; else the one of before; else the only one."""
        if not wanted:
            if current in community.rooms:
                return self._directory.current(ConversationId(current))
            if len(community.rooms_now) == 1:
                return next(iter(community.rooms_now))
        names = {(await self._name(room)).casefold(): room for room in sorted(community.rooms_now)}
        ids = {known: room for room in community.rooms for known in (room, room.partition(":")[2])}
        found = names.get(f"#{wanted.casefold()}") or ids.get(ConversationId(wanted))
        if found is not None:
            return self._directory.current(found)
        near = get_close_matches(f"#{wanted.casefold()}", names, n=1) if wanted else []
        which = f"Did you mean {near[0]}?" if near else f"Write one of {', '.join(sorted(names))}"
        raise UserError(f"Which room of this community? {which}")

    async def _name(self, room: ConversationId) -> str:
        conversation = await self._directory.conversation(room)
        return f"#{conversation.name}" if conversation else room


def _name_of_schedule(community: CommunityId) -> str:
    return f"weekly:{community}"


def _schedule(community: CommunityId, room: ConversationId, rule: str, zone: str) -> Schedule:
    data = {"community": community, "room": room}
    return Schedule(_name_of_schedule(community), "weekly", rule, zone, community, data=data)


def _used(community: CommunityId, draw: Draw, at: datetime, *, posted: bool) -> Put:
    return Put(Drawn(community, draw.round, draw.prompt.id, at, posted))
