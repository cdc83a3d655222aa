"""The moderators' desk: flags and reports open cases, moderators decide them, decisions can be undone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, Final

from bot.api import (
    Announced,
    Audience,
    AuditEntry,
    AuditTrail,
    Cog,
    CogTables,
    CommandCatalog,
    Community,
    ConversationReplaced,
    Directory,
    Document,
    Edit,
    Effect,
    EffectApplied,
    EffectFailed,
    Flagged,
    History,
    Invocation,
    Kept,
    MemberId,
    MessageDeleted,
    MessageEdited,
    MessageId,
    ModerationObserved,
    Place,
    Priority,
    PromptAnswered,
    Remove,
    Reply,
    Reported,
    Rest,
    Say,
    Settings,
    Standing,
    Swap,
    Upsert,
    UserError,
    command,
    listen,
)
from cogs.review import answers, by_hand, letters, measures, moving, rights, trail, withholding
from cogs.review.appeals import Appeals
from cogs.review.decisions import Decisions
from cogs.review.desk import Desk, card_label, case_number, is_card
from cogs.review.intake import Intake
from cogs.review.policy import Ruling
from cogs.review.rows import MIGRATIONS, Action, Case, State
from cogs.review.settings import ReviewSettings
from cogs.review.slowmode import Pause, slowed

_MOST_LINES: Final = 20
_ON_A_CARD: Final = {
    "uphold": Ruling(State.UPHELD),
    "dismiss": Ruling(State.DISMISSED),
    "hide": Ruling(State.UPHELD, Action.HIDE),
    "warn": Ruling(State.UPHELD, Action.WARN),
    "timeout": Ruling(State.UPHELD, Action.TIMEOUT),
    "ban": Ruling(State.UPHELD, Action.BAN),
}


class Review(Cog):
    """Put flags and reports before moderators, carry out what they decide, and undo it."""

    name = "review"
    settings = ReviewSettings
    migrations = MIGRATIONS
    keeps = (
        Kept(
            "cases about your messages: which message, what was held against it, what was decided and by whom",
            "so that moderators can decide, and take a decision back",
            "for good; when you ask to be erased, the case stays without you in it",
        ),
        Kept(
            "your reports of others' messages, with your reason",
            "so that moderators see why you want them to look",
            "until you ask to be erased",
        ),
        Kept(
            "your appeals against decisions, with your reasons, and what came of them",
            "so that moderators can look at the decision again",
            "until you ask to be erased",
        ),
        Kept(
            "what you did by hand, as a moderator, about a case, with your reason",
            "so that the other moderators see on its card what has been done already",
            "for good; when you ask to be erased, it stays without you in it",
        ),
        Kept(
            "which moderators' cards show a message of yours, never its words",
            "so that the words leave the card when you delete or change the message",
            "until the message is deleted",
        ),
    )

    def __init__(
        self,
        history: History,
        directory: Directory,
        tables: CogTables,
        settings: Settings[ReviewSettings],
        catalog: CommandCatalog,
        audit: AuditTrail,
    ) -> None:
        self._desk = Desk(history, directory, tables, settings, catalog)
        self._intake = Intake(self._desk)
        self._decisions = Decisions(self._desk)
        self._appeals = Appeals(self._desk, self._decisions)
        self._trail = audit

    # --- what brings cases up, and what changes under them -------------------------------------------------------

    @listen
    async def flagged(self, event: Flagged) -> Reply:
        return await self._intake.flagged(event)

    @listen
    async def reported(self, event: Reported) -> Reply:
        message = await self._desk.history.message(event.message)
        community = self._desk.community_of(event.conversation)
        if message is None or community is None or community.same_person(message.author.id, event.reporter.id):
            return None
        _, effects = await self._intake.reported(message, community, event.reporter, event.reason, event.at)
        return effects

    @listen
    async def reassessed(self, event: Announced) -> Reply:
        if event.topic != "reassessed" or event.conversation is None:
            return None
        community = self._desk.directory.community_of(event.conversation)
        if community is None:
            return None
        message, revision = MessageId(event.data["message"]), int(event.data["revision"])
        return await self._intake.reassessed(community, message, revision)

    @listen
    async def asked(self, event: Announced) -> Reply:
        return await withholding.every_word(self._desk, event.at) if event.topic == withholding.ASKED else None

    @listen
    async def text_changed(self, event: MessageEdited | MessageDeleted) -> Reply:
        """Cards show a message as it is: a deleted one's words leave every card that quoted them."""
        message = event.message if isinstance(event, MessageDeleted) else event.message.id
        effects: list[Effect] = []
        for case in await self._desk.quoting(message):
            community = self._desk.directory.community(case.community)
            if community is not None:
                effects += await self._desk.redraw(case, case, community)
        return effects

    @listen
    async def applied(self, event: EffectApplied) -> Reply:
        """A card has arrived: nothing in it may have gone meanwhile. A measure has: the member is told."""
        community = self._desk.directory.community_of(event.conversation)
        if community is None:
            return None
        if event.label is not None:
            number = case_number(event.label) if is_card(event.label) else None
            return None if number is None else [*await self._desk.freshened(community, number)]
        return None if event.case is None else await self._decisions.letter(community, event.case, event.effect)

    @listen
    async def measure_failed(self, event: EffectFailed) -> Reply:
        community = self._desk.directory.community_of(event.conversation)
        if not answers.concerns_members(event.effect) or community is None or community.review_room is None:
            return None
        conversation = await self._desk.directory.conversation(event.conversation)
        room = conversation.name if conversation else event.conversation
        trouble = answers.trouble(event.effect, room, event.reason)
        number = event.case
        if number is None and event.label is not None and letters.is_letter(event.label):
            number, _ = letters.subject(event.label)
        case = None if number is None else await self._desk.case(community, number)
        body = answers.failed(event.effect, trouble, case, self._desk.prefix)
        effects: list[Effect] = [Say(community.review_room, body, priority=Priority.CARD)]
        if number is not None:
            effects += await self._decisions.not_done(community, number, event.effect, trouble)
        return effects

    @listen
    async def moved(self, event: ConversationReplaced) -> Reply:
        """The moderators' room has a new one in its place: what is open is to be decided there."""
        community = self._desk.directory.community_of(event.new.id)
        if community is None or event.old.id not in community.former or community.review_room != event.new.id:
            return None
        return await moving.cards_again(self._desk, community, event.new.id)

    @listen
    async def done_by_hand(self, event: ModerationObserved) -> Reply:
        """What moderators do without the bot stands in the trail and on cards: who comes later sees all of it."""
        community = self._desk.community_of(event.conversation)
        return None if community is None else await by_hand.noted(self._desk, event, community)

    # --- deciding ------------------------------------------------------------------------------------------------

    @listen
    async def answered(self, event: PromptAnswered) -> Reply:
        community = self._desk.community_of(event.conversation)
        if community is None:
            return None
        if letters.is_letter(event.label):
            return await self._appealed(event, community)
        if event.conversation.room != community.review_room:
            return None
        if community.standing(event.member.id, event.standing) < Standing.MODERATOR:
            return _whisper(event, "Moderators decide cases.")
        try:
            return await self._pressed(event, community)
        except UserError as error:
            return _whisper(event, str(error))

    async def _pressed(self, event: PromptAnswered, community: Community) -> list[Effect]:
        number, by, words = case_number(event.label), event.member.id, event.fields.get("words", "")
        match event.choice:
            case "undo" | "grant":
                take_back = self._appeals.grant if event.choice == "grant" else self._decisions.undo
                before, effects = await take_back(community, number, by, event.at)
                return [*effects, Say(event.conversation.id, answers.undone(before, self._desk.prefix))]
            case "keep":
                _, effects = await self._appeals.keep(community, number, by, words, event.at)
            case _:
                ruling = replace(_ON_A_CARD[event.choice], reason=words)
                _, effects = await self._decisions.decide(community, number, ruling, by, event.at)
        return effects

    @command(
        "uphold",
        help="Decide that a case breaks a rule, and what follows",
        standing=Standing.MODERATOR,
        place=Place.REVIEW_ROOM,
    )
    async def uphold(
        self, call: Invocation, number: int, action: Action = Action.NONE, reason: Annotated[str, Rest()] = ""
    ) -> Reply:
        return await self._decided(call, number, Ruling(State.UPHELD, action, reason))

    @command(
        "dismiss",
        help="Decide that a case breaks no rule",
        standing=Standing.MODERATOR,
        place=Place.REVIEW_ROOM,
    )
    async def dismiss(self, call: Invocation, number: int, reason: Annotated[str, Rest()] = "") -> Reply:
        return await self._decided(call, number, Ruling(State.DISMISSED, Action.NONE, reason))

    async def _decided(self, call: Invocation, number: int, ruling: Ruling) -> Reply:
        case, effects = await self._decisions.decide(call.home, number, ruling, call.caller.id, call.at)
        waiting = await self._desk.waiting(call.home.id, limit=2)
        waiting += await self._desk.appealed(call.home.id)
        following = next((other for other in waiting if other.number != number), None)
        return [*effects, call.answer(answers.decided(case, following, self._desk.prefix), audience=Audience.ROOM)]

    @command(
        "undo",
        help="Take a decision back, with what followed from it",
        standing=Standing.MODERATOR,
        place=Place.REVIEW_ROOM,
    )
    async def undo(self, call: Invocation, number: int) -> Reply:
        before, effects = await self._decisions.undo(call.home, number, call.caller.id, call.at)
        return [*effects, call.answer(answers.undone(before, self._desk.prefix), audience=Audience.ROOM)]

    @command(
        "keep",
        help="Let a decision stand that the member appealed against",
        standing=Standing.MODERATOR,
        place=Place.REVIEW_ROOM,
    )
    async def keep(self, call: Invocation, number: int, reason: Annotated[str, Rest()] = "") -> Reply:
        case, effects = await self._appeals.keep(call.home, number, call.caller.id, reason, call.at)
        return [*effects, call.answer(answers.kept(case, self._desk.prefix), audience=Audience.ROOM)]

    @command(
        "slowmode",
        help="Set how long each member waits between two messages in a room, or off",
        standing=Standing.MODERATOR,
    )
    async def slowmode(self, call: Invocation, pause: Pause, room: Annotated[str, Rest()] = "") -> Reply:
        return await slowed(self._desk, call, pause, room)

    # --- looking -------------------------------------------------------------------------------------------------

    @command(
        "queue",
        help="List what waits for moderators: appeals and open cases, oldest first",
        standing=Standing.MODERATOR,
        place=Place.REVIEW_ROOM,
        audience=Audience.ROOM,
    )
    async def queue(self, call: Invocation, room: Annotated[str, Rest()] = "") -> Document:
        appealed, waiting = await self._desk.appealed(call.home.id), await self._desk.waiting(call.home.id)
        if room:
            there = {case.number for case in await self._desk.in_room([*appealed, *waiting], room)}
            appealed, waiting = ([case for case in cases if case.number in there] for cases in (appealed, waiting))
        return answers.queue(
            await self._listed(appealed, call.home), await self._listed(waiting, call.home), self._desk.prefix
        )

    async def _listed(self, cases: Sequence[Case], community: Community) -> answers.Listed:
        views = [await self._desk.outline(case, community) for case in cases[:_MOST_LINES]]
        return answers.Listed(views, len(cases))

    @command("case", help="Show a case's card again", standing=Standing.MODERATOR, place=Place.REVIEW_ROOM)
    async def case(self, call: Invocation, number: int) -> Reply:
        case = await self._desk.case(call.home, number)
        return await self._desk.again(case, call.home, card_label(number, call.number))

    @command(
        "history",
        help="List the cases about a member",
        standing=Standing.MODERATOR,
        place=Place.REVIEW_ROOM,
        audience=Audience.ROOM,
    )
    async def history(self, call: Invocation, member: MemberId) -> Document:
        cases = await self._desk.about(call.home, member)
        if not cases and not await self._desk.knows(member):
            raise UserError(
                "Nobody of that account has written here, or they were erased. Write the account, not the shown name."
            )
        views = [await self._desk.outline(case, call.home) for case in cases[:_MOST_LINES]]
        return answers.history(await self._desk.person(member, call.home), views, len(cases))

    @command(
        "audit",
        help="Show the newest lines of the audit trail, or those about a case",
        standing=Standing.MODERATOR,
        place=Place.REVIEW_ROOM,
        audience=Audience.ROOM,
    )
    async def audit(self, call: Invocation, number: int | None = None) -> Document:
        community = call.home
        if number is None:
            entries = await self._trail.recent(community.id, limit=_MOST_LINES)
        else:
            entries = await self._about(await self._desk.case(community, number))
        names = {person: await self._desk.person(person, community) for person in trail.people(entries)}
        return trail.document(entries, names, community, closely=number is not None)

    async def _about(self, case: Case) -> list[AuditEntry]:
        """The trail of a case: what this cog wrote down, and what the core did about its message and author."""
        number, entries = str(case.number), list[AuditEntry]()
        for subject in (measures.subject_of(case.number), case.message, case.author):
            if subject is not None:
                entries += await self._trail.recent(case.community, limit=_MOST_LINES, subject=subject)
        own = [entry for entry in entries if entry.subject != case.author and "case" not in entry.details]
        measured = [entry for entry in entries if entry.details.get("case") == number]
        measured += [entry for entry in entries if entry.subject == case.author and _is_noted(entry, number)]
        return sorted(own + measured, key=lambda entry: entry.number, reverse=True)[:_MOST_LINES]

    # --- for members ---------------------------------------------------------------------------------------------

    @command(
        "report",
        help="Report the message you reply to, to the moderators",
        cooldown=timedelta(seconds=15),
        audience=Audience.ASKER,
        menu="Report to moderators",
    )
    async def report(self, call: Invocation, reason: Annotated[str, Rest()] = "") -> Reply:
        if call.target is None:
            raise UserError(f"Reply to the message that the moderators should see, with {self._desk.prefix}report.")
        message = await self._desk.history.message(call.target)
        if message is None or self._desk.community_of(message.conversation) != call.home:
            raise UserError("I cannot find that message any more.")
        if call.home.same_person(message.author.id, call.caller.id):
            raise UserError("That is a message of your own: you can edit or delete it.")
        received, effects = await self._intake.reported(message, call.home, call.caller, reason, call.at)
        return [*effects, call.answer(answers.report_answer(received), audience=Audience.ASKER)]

    @command(
        "appeal",
        help="Say why a decision about a message of yours is a mistake: moderators look at it again",
        place=Place.ANYWHERE,
        cooldown=timedelta(seconds=15),
        audience=Audience.ASKER,
    )
    async def appeal(self, call: Invocation, number: int, reasons: Annotated[str, Rest()] = "") -> Reply:
        homes = self._desk.directory.communities() if call.community is None else [call.community]
        case, community = await self._appeals.against(homes, number, call.caller.id)
        effects = await self._appeals.appeal(case, community, call.caller.id, reasons, call.at)
        return [*effects, call.answer(answers.appeal_received(case), audience=Audience.ASKER)]

    async def _appealed(self, event: PromptAnswered, community: Community) -> list[Effect]:
        """A press on a letter. What comes of it is for that member's eyes, wherever the letter was about."""
        try:
            case = await self._appeals.told_of(community, event.label, event.member.id)
            words = event.fields.get("why", "")
            effects = await self._appeals.appeal(case, community, event.member.id, words, event.at)
            body = answers.appeal_received(case)
        except UserError as error:
            effects, body = [], Document.of(str(error))
        return [*effects, Say(event.conversation.id, body, audience=Audience.ASKER, asker=event.member.id)]

    # --- members' rights -----------------------------------------------------------------------------------------

    async def export(self, member: MemberId) -> Mapping[str, Any]:
        return await rights.export(self._desk, member)

    async def forget(self, member: MemberId) -> tuple[Remove | Swap | Upsert | Edit | Say, ...]:
        return await rights.forget(self._desk, member)


def _whisper(event: PromptAnswered, text: str) -> Say:
    return Say(event.conversation.id, Document.of(text), audience=Audience.ASIDE, asker=event.member.id)


def _is_noted(entry: AuditEntry, number: str) -> bool:
    """Whether this was done by hand while the case was before the moderators."""
    return number in entry.details.get("cases", "").split()
