"""Reading for the moderators' desk: finds cases and draws their cards from what is stored at this moment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

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
from cogs.review.rows import Appeal, AppealState, ByHand, Case, Report, Shown, State
from cogs.review.settings import ReviewSettings
from cogs.review.views import AppealView, ByHandView, CardView, Complaint


@dataclass(frozen=True, slots=True)
class News:
    """What a card should show already that is only stored together with it; `appeal` takes the stored one's place."""

    complaints: tuple[Complaint, ...] = ()
    appeal: Appeal | None = None
    by_hand: tuple[ByHand, ...] = ()


NOTHING_NEW: Final = News()


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

    async def appeal(self, case: Case) -> Appeal | None:
        """What the member said against the latest decision on the case."""
        return await self.tables.of(Appeal).get(case.community, case.number, case.decision)

    async def appealed(self, community: CommunityId) -> list[Case]:
        """Cases with an open appeal, the oldest appeal first."""
        where = {"community": community, "state": AppealState.OPEN}
        found = await self.tables.of(Appeal).find(where, order=("at", "number"))
        cases = [await self.tables.of(Case).get(community, appeal.number) for appeal in found]
        return [case for case in cases if case is not None]

    async def by_hand(self, case: Case) -> list[ByHand]:
        """What was done about the case outside the bot, oldest first."""
        where = {"community": case.community, "number": case.number}
        return await self.tables.of(ByHand).find(where, order=("place",))

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

    async def outline(self, case: Case, community: Community) -> CardView:
        """What a line in a list needs of a card."""
        message = await self.history.message(case.message)
        appeal = await self.appeal(case)
        return CardView(
            case=case,
            community=community,
            room_name=await self.room_name(case),
            author=await self._author(case, message),
            message=message,
            decider=await self.person(case.decided_by, community) if case.decided_by else None,
            appeal=await self._appeal(appeal, community) if appeal else None,
        )

    async def post(self, case: Case, community: Community, label: str, news: News = NOTHING_NEW) -> list[Ask | Upsert]:
        """A new card in the review room under `label`."""
        if community.review_room is None:
            return []
        view = await self._view(case, community, news)
        offered = self._choices(view)
        ask = Ask(community.review_room, cards.card(view), label, offered)
        return [ask, *_shown(view, [label])]

    async def redraw(
        self,
        old: Case,
        new: Case,
        community: Community,
        news: News = NOTHING_NEW,
        *,
        without: MemberId | None = None,
    ) -> list[Swap | Edit | Upsert | Remove]:
        """Store `new` in place of `old` (they may be equal) and show it on every posted card of the case.

        Nothing by the member `without` is shown.
        """
        drawn = replace(new, drawn=old.drawn + 1)
        rows = await self.tables.of(Shown).find({"community": new.community, "number": new.number})
        labels = sorted({row.label for row in rows})
        if community.review_room is None or not labels:
            return [Swap(old, drawn)]
        view = await self._view(drawn, community, news)
        if without is not None:
            view = view.without(without)
        body = cards.card(view)
        offered = self._choices(view)
        edits = [Edit(community.review_room, label, body, offered) for label in labels]
        left = [Remove(row) for row in rows if row.message not in view.quoted]
        return [Swap(old, drawn), *edits, *left, *_shown(view, labels)]

    async def brought_up(self, case: Case, community: Community, label: str, news: News) -> list[Effect]:
        """The case's cards with what is new, and another card under a new label, so that nobody overlooks it."""
        swap, *edits = await self.redraw(case, case, community, news)
        drawn = replace(case, drawn=case.drawn + 1)
        return [swap, *edits, *await self.post(drawn, community, label, news)]

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

    def _choices(self, view: CardView) -> tuple[Choice, ...]:
        minutes = self.settings.of(view.community.id).timeout_minutes
        appealed = view.appeal is not None and view.appeal.is_open
        return cards.choices(
            view.case, message_there=view.message is not None, timeout_minutes=minutes, appealed=appealed
        )

    async def _view(self, case: Case, community: Community, news: News) -> CardView:
        view = await self.outline(case, community)
        upheld, dismissed = await self._others(case)
        answered, before, after = await self._around(case, view.message, community)
        stored = [await self._complaint(report) for report in await self._reports(case)]
        done = [*await self.by_hand(case), *news.by_hand]
        return replace(
            view,
            answered=answered,
            before=before,
            after=after,
            complaints=(*stored, *news.complaints),
            appeal=await self._appeal(news.appeal, community) if news.appeal else view.appeal,
            by_hand=tuple([await self._done_by_hand(row, community) for row in done]),
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

    async def _complaint(self, report: Report) -> Complaint:
        known = await self.directory.member(report.reporter)
        name = known.name if known else "A bot" if report.automatic else "somebody"
        return Complaint(Mention(report.reporter, name), report.words, report.automatic)

    async def _appeal(self, appeal: Appeal, community: Community) -> AppealView:
        settler = await self.person(appeal.settled_by, community) if appeal.settled_by else None
        return AppealView(appeal, await self.person(appeal.member, community), settler)

    async def _done_by_hand(self, row: ByHand, community: Community) -> ByHandView:
        return ByHandView(row, await self.person(row.by, community) if row.by else None)


def _shown(view: CardView, labels: Iterable[str]) -> list[Upsert]:
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
