"""The watch: every message is judged once per text, apart from the rooms, and attacks are flagged with a reason."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from bot.api import (
    Announce,
    Audience,
    Classifier,
    Clock,
    Cog,
    CogTables,
    CommandCatalog,
    Community,
    ConversationReplaced,
    Directory,
    Document,
    Effect,
    Evidence,
    Flag,
    Ground,
    History,
    InferenceError,
    Invocation,
    Kept,
    MemberData,
    MemberId,
    Message,
    MessageDeleted,
    MessageEdited,
    MessageId,
    MessagePosted,
    ModelUnavailable,
    OneOf,
    Passage,
    Priority,
    Put,
    Remove,
    Reply,
    Say,
    Settings,
    Standing,
    Swap,
    Upsert,
    Verdict,
    command,
    listen,
    worker,
)
from cogs.civility import notices, policy
from cogs.civility.rows import MIGRATIONS, Assessment, Notice, Outage, Outcome
from cogs.civility.settings import CivilitySettings

_CONTEXT_DEPTH: Final = 2

_FORGOTTEN_AT_ONCE: Final = 500
"""Rows; the others are asked for again, so that nobody waits long for the store."""


@dataclass(frozen=True, slots=True)
class _Subject:
    """A message in its newest form that has to be judged, and what was thought of an earlier form."""

    message: Message
    community: Community
    earlier: Assessment | None


class Civility(Cog):
    """Flag personal attacks, with a reason, for people to decide."""

    name = "civility"
    settings = CivilitySettings
    migrations = MIGRATIONS
    keeps = (
        Kept(
            "the score that a model gave each of your messages, never its words",
            "so that no text is judged twice and moderators see why one was flagged",
            "until the message is deleted",
        ),
    )

    def __init__(
        self,
        *,
        history: History,
        directory: Directory,
        classifier: Classifier,
        tables: CogTables,
        settings: Settings[CivilitySettings],
        catalog: CommandCatalog,
        members: MemberData,
        clock: Clock,
    ) -> None:
        self._history = history
        self._directory = directory
        self._classifier = classifier
        self._assessments = tables.of(Assessment)
        self._notices = tables.of(Notice)
        self._outages = tables.of(Outage)
        self._settings = settings
        self._catalog = catalog
        self._members = members
        self._clock = clock

    # --- judging ----------------------------------------------------------------------------------------------

    @worker(batch=32)
    async def judge(self, events: Sequence[MessagePosted | MessageEdited | MessageDeleted]) -> Reply:
        # One worker for all three kinds: a deletion is seen after the message that it deletes, never between the
        # judgement and its storing.
        standings = {
            event.message.id: event.standing for event in events if isinstance(event, MessagePosted | MessageEdited)
        }
        gone = {event.message for event in events if isinstance(event, MessageDeleted)}
        known = await self._known([*standings, *gone])
        effects: list[Effect] = [Remove(known[message]) for message in gone if message in known]
        subjects: list[_Subject] = []
        newest = await self._history.messages(standings)
        for message_id, standing in standings.items():
            earlier, message = known.get(message_id), newest.get(message_id)
            if message is None or (earlier is not None and earlier.revision >= message.revision):
                continue
            community = self._community_of(message)
            if community is None:
                continue
            if self._is_judged(message, community, standing):
                subjects.append(_Subject(message, community, earlier))
            elif earlier is not None:
                effects += [Remove(earlier), *_withdrawn(earlier, message)]
        return effects + await self._judged(subjects) if subjects else effects

    async def _known(self, messages: Sequence[MessageId]) -> dict[MessageId, Assessment]:
        rows = await self._assessments.find({"message": OneOf(messages)})
        return {row.message: row for row in rows}

    def _community_of(self, message: Message) -> Community | None:
        """The community whose discussion this is; its review room is not discussed in."""
        community = self._directory.community_of(message.conversation.room)
        return community if community and message.conversation.room in community.rooms else None

    def _is_judged(self, message: Message, community: Community, on_platform: Standing) -> bool:
        standing = community.standing(message.author.id, on_platform)
        return (
            bool(message.text.strip())
            and not policy.exempt(message.author, standing, self._settings.of(community.id).exempt_standing)
            and not self._catalog.is_command(message.text)
        )

    async def _judged(self, subjects: Sequence[_Subject]) -> list[Effect]:
        passages = await self._passages([subject.message for subject in subjects])
        try:
            verdicts = await self._classifier.classify(passages, floor=self._lowest_threshold(subjects))
        except ModelUnavailable:
            return await self._unjudged(subjects)
        effects = await self._recovered(subjects)
        effects += await self._first_notices(subjects)
        for subject, passage, verdict in zip(subjects, passages, verdicts, strict=True):
            effects += await self._assessed(subject, passage, verdict)
        return effects

    def _lowest_threshold(self, subjects: Sequence[_Subject]) -> float:
        return min(self._threshold_of(subject.community) for subject in subjects)

    def _threshold_of(self, community: Community) -> float:
        return policy.threshold_of(self._settings.of(community.id).threshold, self._classifier.default_threshold)

    async def _passages(self, messages: Sequence[Message]) -> list[Passage]:
        """The texts with what they answer, oldest first; read for all at once, since this is most of the work."""
        chains: list[list[Message]] = [[message] for message in messages]
        for _ in range(_CONTEXT_DEPTH):
            answered = await self._history.messages({chain[-1].reply_to for chain in chains if chain[-1].reply_to})
            for chain in chains:
                parent = answered.get(chain[-1].reply_to) if chain[-1].reply_to else None
                if parent is not None and parent not in chain:
                    chain.append(parent)
        return [Passage(text.text, tuple(each.text for each in reversed(context))) for text, *context in chains]

    async def _assessed(self, subject: _Subject, passage: Passage, verdict: Verdict) -> list[Effect]:
        message, community = subject.message, subject.community
        settings = self._settings.of(community.id)
        decision = policy.decide(verdict, self._threshold_of(community))
        assessment = Assessment(
            message=message.id,
            revision=message.revision,
            author=message.author.id,
            community=community.id,
            score=verdict.score,
            target=verdict.target,
            model=self._classifier.model or "",
            threshold=decision.threshold,
            outcome=_outcome(verdict, decision),
            judged_at=self._clock.now(),
            abstained=verdict.abstained or "",
        )
        effects: list[Effect] = [Upsert(assessment)]
        if not decision.flag:
            return effects + (_withdrawn(subject.earlier, message) if subject.earlier else [])
        spans = await self._spans(passage)
        newest = await self._history.message(message.id)
        if newest is None or newest.revision != message.revision:
            return []  # The edit or the deletion that came meanwhile is on its way to this worker.
        evidence = Evidence(
            verdict.score, decision.threshold, verdict.target, assessment.model, message.revision, spans
        )
        ground = Ground(settings.rule, decision.reason, evidence)
        return [*effects, Flag(message.id, message.revision, message.author, message.conversation.id, ground)]

    async def _spans(self, passage: Passage) -> tuple[tuple[int, int], ...]:
        try:
            return await self._classifier.explain(passage)
        except InferenceError:
            return ()  # The flag stands without the words that carried it.

    # --- the model comes and goes -----------------------------------------------------------------------------

    async def _unjudged(self, subjects: Sequence[_Subject]) -> list[Effect]:
        effects: list[Effect] = []
        for community_id, messages in Counter(subject.community.id for subject in subjects).items():
            outage = await self._outages.get(community_id)
            if outage is not None:
                effects.append(Swap(outage, replace(outage, messages=outage.messages + messages)))
                continue
            outage = Outage(community_id, self._clock.now(), messages)
            effects.append(Put(outage))
            effects += self._to_moderators(community_id, notices.model_missing(self._catalog.prefix), outage, "begins")
        return effects

    async def _recovered(self, subjects: Sequence[_Subject]) -> list[Effect]:
        effects: list[Effect] = []
        now = self._clock.now()
        for community in {subject.community.id: subject.community for subject in subjects}.values():
            outage = await self._outages.get(community.id)
            if outage is not None:
                body = notices.model_back(outage.since, now, community.zone, outage.messages)
                effects += [Remove(outage), *self._to_moderators(community.id, body, outage, "ends")]
        return effects

    def _to_moderators(self, community_id: str, body: Document, outage: Outage, edge: str) -> list[Say]:
        community = self._directory.community(outage.community)
        if community is None or community.review_room is None:
            return []
        label = f"outage:{community_id}:{outage.since.isoformat()}:{edge}"
        return [Say(community.review_room, body, label=label, priority=Priority.NOTICE)]

    # --- what members are told --------------------------------------------------------------------------------

    async def _first_notices(self, subjects: Sequence[_Subject]) -> list[Effect]:
        effects: list[Effect] = []
        rooms = {subject.message.conversation.room: subject.community for subject in subjects}
        for room, community in rooms.items():
            settings = self._settings.of(community.id)
            model = self._classifier.model
            if not settings.notice or model is None or await self._notices.get(room) is not None:
                continue
            rule, markers = community.rule(settings.rule), self._members.markers
            body = notices.room_notice(model, community, rule, markers, self._catalog.prefix)
            effects.append(Put(Notice(room, self._clock.now())))
            effects.append(Say(room, body, label=f"notice:{room}", priority=Priority.NOTICE))
        return effects

    @listen
    async def moved(self, event: ConversationReplaced) -> Reply:
        """Who were told in the old room need not be told again in the one that took its place."""
        notice = await self._notices.get(event.old.id)
        if notice is None or self._directory.community_of(event.new.id) is None:
            return None
        return Upsert(replace(notice, room=event.new.id))

    @command("watch", help="Show what is watched in this room", audience=Audience.ASIDE)
    async def watch(self, call: Invocation) -> Document:
        community = call.home
        if call.conversation.room not in community.rooms:
            return notices.not_watched()
        outage = await self._outages.get(community.id)
        model = self._classifier.model
        if model is None or outage is not None:
            return notices.watched_without_model(outage.messages if outage else 0)
        settings = self._settings.of(community.id)
        judged = OneOf((Outcome.CLEAR, Outcome.FLAGGED))
        return notices.watched(
            community=community,
            model=model,
            threshold=self._threshold_of(community),
            rule=community.rule(settings.rule),
            exempted=settings.exempt_standing,
            markers=self._members.markers,
            prefix=self._catalog.prefix,
            judged=await self._assessments.count({"community": community.id, "outcome": judged}),
            abstained=await self._assessments.count({"community": community.id, "outcome": Outcome.ABSTAINED}),
        )

    # --- members' rights --------------------------------------------------------------------------------------

    async def export(self, member: MemberId) -> Mapping[str, Any]:
        rows = await self._assessments.find({"author": member}, order=("judged_at", "message"))
        return {"assessments": [asdict(row) | {"judged_at": row.judged_at.isoformat()} for row in rows]}

    async def forget(self, member: MemberId) -> tuple[Remove | Swap | Upsert, ...]:
        return tuple(Remove(row) for row in await self._assessments.find({"author": member}, limit=_FORGOTTEN_AT_ONCE))


def _outcome(verdict: Verdict, decision: policy.Decision) -> Outcome:
    if verdict.abstained is not None:
        return Outcome.ABSTAINED
    return Outcome.FLAGGED if decision.flag else Outcome.CLEAR


def _withdrawn(earlier: Assessment, message: Message) -> list[Announce]:
    """Word that a flag is about words which the author has taken back since."""
    if earlier.outcome is not Outcome.FLAGGED:
        return []
    data = {"message": message.id, "revision": str(message.revision)}
    return [Announce("reassessed", message.conversation.id, data)]
