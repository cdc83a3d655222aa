"""Reading for the moderators' desk: finds cases and draws their cards from what is stored at this moment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.api import (
    ERASED,
    Ask,
    Choice,
    CogTables,
    CommandCatalog,
    Community,
    CommunityId,
    Conversation,
    Directory,
    Edit,
    Effect,
    History,
    MemberId,
    Mention,
    Message,
    MessageId,
    OneOf,
    Remove,
    Settings,
    Swap,
    Upsert,
    UserError,
)
from cogs.review import cards
from cogs.review.rows import Case, Report, Shown, State
from cogs.review.settings import ReviewSettings


@dataclass(frozen=True, slots=True)
class Desk:
    history: History
    directory: Directory
    tables: CogTables
    settings: Settings[ReviewSettings]
    catalog: CommandCatalog

    @property
    def prefix(self) -> str:
        return self.catalog.prefix

    # --- cases ------------------------------------------------------------------------------------------------

    async def case(self, community: Community, number: int) -> Case:
        """The community's case; another community's does not exist here.

        Raises:
            UserError: there is none with this number.
        """
        case = await self.tables.of(Case).get(community.id, number)
        if case is None:
            raise UserError(f"There is no case {number} here. {self.prefix}queue lists the open ones.")
        return case

    async def latest(self, community: CommunityId, message: MessageId) -> Case | None:
        """The newest case about a message."""
        found = await self.tables.of(Case).find(
            {"community": community, "message": message}, order=("-number",), limit=1
        )
        return found[0] if found else None

    async def next_number(self, community: CommunityId) -> int:
        found = await self.tables.of(Case).find({"community": community}, order=("-number",), limit=1)
        return found[0].number + 1 if found else 1

    async def waiting(self, community: CommunityId, limit: int | None = None) -> list[Case]:
        """Open cases, oldest first."""
        where = {"community": community, "state": State.OPEN}
        return await self.tables.of(Case).find(where, order=("number",), limit=limit)

    async def in_room(self, cases: Sequence[Case], room: str) -> list[Case]:
        """Those whose message stands in the room of that name.

        Raises:
            UserError: none does; the text names the rooms where some do.
        """
        names = {case.number: await self.room_name(case) for case in cases}
        wanted = room.strip().lstrip("#").casefold()
        found = [case for case in cases if names[case.number].lstrip("#").casefold() == wanted]
        if not found:
            others = ", ".join(sorted(set(names.values()))) or "nowhere"
            raise UserError(f"No case waits in “{room}”. Cases wait in: {others}.")
        return found

    async def about(self, community: Community, member: MemberId) -> list[Case]:
        """Cases about a member's messages, newest first."""
        return await self.tables.of(Case).find({"community": community.id, "author": member}, order=("-number",))

    async def quoting(self, message: MessageId) -> list[Case]:
        """Cases with a card that shows words of this message."""
        shown = await self.tables.of(Shown).find({"message": message})
        keys = sorted({(row.community, row.number) for row in shown})
        found = [await self.tables.of(Case).get(community, number) for community, number in keys]
        return [case for case in found if case is not None]

    # --- cards ------------------------------------------------------------------------------------------------

    async def outline(self, case: Case, community: Community) -> cards.CardView:
        """What a line in a list needs of a card."""
        message = await self.history.message(case.message)
        return cards.CardView(
            case=case,
            community=community,
            room_name=await self.room_name(case),
            author=await self._author(case, message),
            message=message,
            decider=await self.person(case.decided_by, community) if case.decided_by else None,
        )

    async def post(
        self, case: Case, community: Community, label: str, also: tuple[cards.Complaint, ...] = ()
    ) -> list[Effect]:
        """A new card in the review room under `label`; `also` are reports that are not stored yet."""
        if community.review_room is None:
            return []
        view = await self._view(case, community, also)
        offered = self._choices(view)
        ask = Ask(community.review_room, cards.card(view), label, offered)
        return [ask, *_shown(view, [label])]

    async def redraw(
        self,
        old: Case,
        new: Case,
        community: Community,
        also: tuple[cards.Complaint, ...] = (),
        *,
        without: MemberId | None = None,
    ) -> list[Swap | Edit | Upsert | Remove]:
        """Store `new` in place of `old` (they may be equal) and show it on every posted card of the case.

        `also` are reports that are not stored yet; nothing by the member `without` is shown.
        """
        drawn = replace(new, drawn=old.drawn + 1)
        rows = await self.tables.of(Shown).find({"community": new.community, "number": new.number})
        labels = sorted({row.label for row in rows})
        if community.review_room is None or not labels:
            return [Swap(old, drawn)]
        view = await self._view(drawn, community, also)
        if without is not None:
            view = view.without(without)
        body = cards.card(view)
        offered = self._choices(view)
        edits = [Edit(community.review_room, label, body, offered) for label in labels]
        left = [Remove(row) for row in rows if row.message not in view.quoted]
        return [Swap(old, drawn), *edits, *left, *_shown(view, labels)]

    async def again(self, case: Case, community: Community, label: str) -> list[Effect]:
        """Another card of a case under a new label. It counts as a drawing, like any other."""
        drawn = replace(case, drawn=case.drawn + 1)
        return [Swap(case, drawn), *await self.post(drawn, community, label)]

    async def freshened(self, community: Community, number: int) -> list[Swap | Edit | Upsert | Remove]:
        """The cards drawn anew if words that they show went while they were on their way."""
        case = await self.tables.of(Case).get(community.id, number)
        rows = await self.tables.of(Shown).find({"community": community.id, "number": number})
        quoted = {row.message for row in rows if row.author is not None}
        if case is None or quoted <= (await self.history.messages(quoted)).keys():
            return []
        return await self.redraw(case, case, community)

    def _choices(self, view: cards.CardView) -> tuple[Choice, ...]:
        minutes = self.settings.of(view.community.id).timeout_minutes
        return cards.choices(view.case, message_there=view.message is not None, timeout_minutes=minutes)

    async def _view(self, case: Case, community: Community, also: tuple[cards.Complaint, ...]) -> cards.CardView:
        view = await self.outline(case, community)
        upheld, dismissed = await self._others(case)
        answered, before, after = await self._around(case, view.message, community)
        stored = [await self._complaint(report) for report in await self._reports(case)]
        return replace(
            view,
            answered=answered,
            before=before,
            after=after,
            complaints=(*stored, *also),
            upheld=upheld,
            dismissed=dismissed,
            remarks=tuple(await self.directory.remarks(case.author)) if case.author else (),
        )

    # --- names ------------------------------------------------------------------------------------------------

    async def person(self, member: MemberId, community: Community) -> Mention:
        """A moderator by the name that the configuration gives, anybody else by their own."""
        steward = community.steward(member)
        if steward is not None:
            return Mention(member, steward.name)
        if member == ERASED:
            return Mention(member, ERASED)
        known = await self.directory.member(member)
        return Mention(member, known.name if known else "somebody")

    async def knows(self, member: MemberId) -> bool:
        return await self.directory.member(member) is not None

    async def room_name(self, case: Case) -> str:
        conversation = await self.directory.conversation(case.conversation)
        return conversation.name if conversation else "a room that is gone"

    def community_of(self, conversation: Conversation) -> Community | None:
        return self.directory.community_of(conversation.room)

    # --- parts of a card --------------------------------------------------------------------------------------

    async def _around(
        self, case: Case, message: Message | None, community: Community
    ) -> tuple[tuple[Message, ...], tuple[Message, ...], tuple[Message, ...]]:
        if message is None:
            return (), (), ()
        count = self.settings.of(community.id).neighbours
        answered = await self.history.answered(message)
        before = await self.history.around(case.message, before=count, after=0)
        after = await self.history.around(case.message, before=0, after=count)
        shown = {earlier.id for earlier in answered}
        before, after = (
            [near for near in side if near.id not in shown and self._says_something(near)] for side in (before, after)
        )
        return tuple(answered), tuple(before), tuple(after)

    def _says_something(self, message: Message) -> bool:
        there = message.off_record or message.text.strip() or message.attachments
        return bool(there) and not self.catalog.is_command(message.text)

    async def _others(self, case: Case) -> tuple[int, int]:
        if case.author is None:
            return 0, 0
        decided = OneOf((State.UPHELD, State.DISMISSED))
        rows = await self.tables.of(Case).find(
            {"community": case.community, "author": case.author, "state": decided}, order=("number",)
        )
        states = [row.state for row in rows if row.number != case.number]
        return states.count(State.UPHELD), states.count(State.DISMISSED)

    async def _author(self, case: Case, message: Message | None) -> Mention | None:
        if case.author is None:
            return None
        known = message.author if message else await self.directory.member(case.author)
        return Mention(case.author, known.name if known else "somebody")

    async def _reports(self, case: Case) -> list[Report]:
        where = {"community": case.community, "number": case.number}
        return await self.tables.of(Report).find(where, order=("at",))

    async def _complaint(self, report: Report) -> cards.Complaint:
        known = await self.directory.member(report.reporter)
        return cards.Complaint(Mention(report.reporter, known.name if known else "somebody"), report.words)


def _shown(view: cards.CardView, labels: Iterable[str]) -> list[Upsert]:
    case = view.case
    return [
        Upsert(Shown(case.community, case.number, label, message, author))
        for label in labels
        for message, author in view.quoted.items()
    ]


def card_label(number: int, again: int | str | None = None) -> str:
    """The label of a case's card; of one posted `again` with the number of the command that asked for it, or where."""
    return f"case:{number}" if again is None else f"case:{number}:{again}"


def is_card(label: str) -> bool:
    """Whether a post's label is a card's: the review room hears of other things, too."""
    return label.startswith("case:")


def case_number(label: str) -> int:
    """The case that a card's label stands for."""
    return int(label.split(":")[1])
