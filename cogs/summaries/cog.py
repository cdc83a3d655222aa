"""`!summarize`, and keeping what was posted true when messages are deleted or changed."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from bot.api import (
    Announce,
    Announced,
    Cog,
    CogStarted,
    CogTables,
    CommandCatalog,
    ConversationKind,
    DeadlineExceeded,
    Directory,
    Edit,
    EffectApplied,
    EffectFailed,
    History,
    Invocation,
    Kept,
    MemberId,
    Message,
    MessageDeleted,
    MessageEdited,
    MessageId,
    ModelUnavailable,
    OneOf,
    Put,
    Remove,
    Reply,
    Settings,
    Summarizer,
    Swap,
    ThreadSummary,
    Upsert,
    UserError,
    command,
    listen,
)
from cogs.summaries.material import Material, choose, from_on, unreadable
from cogs.summaries.posted import MIGRATIONS, Citation, Posted, Withheld, surviving, without_words
from cogs.summaries.render import document
from cogs.summaries.settings import SummarySettings
from cogs.summaries.span import Span

_WITHHELD: Final = "message.withheld"
_CLEARED: Final = "message.cleared"
_ASKING: Final = "withheld.asked"
"""Topics of the cog that keeps cases; it need not be there."""


class Summaries(Cog):
    """Sum up a discussion on request."""

    name = "summaries"
    settings = SummarySettings
    migrations = MIGRATIONS
    keeps = (
        Kept(
            "which of your messages a summary quotes and where, never their words",
            "so that the quote goes when you delete or change the message",
            "until the message is deleted",
        ),
        Kept(
            "which of your messages the moderators have before them",
            "so that no summary repeats it",
            "until they dismiss the case or the message is deleted",
        ),
    )

    def __init__(
        self,
        *,
        history: History,
        directory: Directory,
        summarizer: Summarizer,
        tables: CogTables,
        settings: Settings[SummarySettings],
        catalog: CommandCatalog,
    ) -> None:
        self._history = history
        self._directory = directory
        self._summarizer = summarizer
        self._posted = tables.of(Posted)
        self._citations = tables.of(Citation)
        self._withheld = tables.of(Withheld)
        self._settings = settings
        self._catalog = catalog

    @command(
        "summarize",
        help="Sum up the discussion here: the last 24h, 3d or 500 messages, or from the message that you reply to",
        aliases=("summary", "tldr"),
        cooldown=timedelta(minutes=1),
        menu="Summarize from here",
    )
    async def summarize(self, call: Invocation, span: Span | None = None) -> Reply:
        if not await self._directory.may_read(call.caller.id, call.conversation.id):
            raise UserError("I sum up a room only for people who can open it, and I cannot see that you can")
        start = await self._start(call) if span is None and call.target else None
        material = await self._material(call, span or Span(), start)
        if not material.messages:
            raise UserError(self._nothing_said(span, start))
        summary = await self._summed_up(call, material)
        posted = without_words(
            summary, {message.id: message for message in material.messages}, _frame(call, summary, material)
        )
        # While the model read, a message may have been deleted, changed or flagged.
        messages = await self._quotable(posted.rests_on)
        posted = replace(surviving(posted, messages), gone=0)
        if next(posted.lines(), None) is None:
            raise UserError(
                "There is too little here to sum up: no sentence that says something by itself. "
                f"If more was said before, try {self._catalog.prefix}summarize 500"
            )
        return [
            call.answer(document(posted, messages), label=posted.label),
            Put(posted),
            *(Put(Citation(name, posted.label, messages[name].author.id)) for name in sorted(posted.rests_on)),
        ]

    async def _start(self, call: Invocation) -> Message:
        """The message that a summary is to begin with; it says from when on, and nothing of it leaves its place.

        Words are taken from the conversation in which the command was given and from no other: that of a thread's first
        message is the room above, and begins with what was said in the thread since.
        """
        found = await self._history.message(call.target) if call.target else None
        if found is None or found.conversation.id not in (call.conversation.id, call.conversation.parent):
            raise UserError(
                "I keep no such message of this conversation, so I cannot begin there. "
                f"Choose a later one, or say how far back: {self._catalog.prefix}summarize 24h"
            )
        return found

    def _nothing_said(self, span: Span | None, start: Message | None) -> str:
        if start is not None:
            return "Nobody has said anything here since that message that I could sum up."
        if span is None or span.time is None:
            return "Nobody has said anything here yet that I could sum up."
        return f"Nobody has said anything here in that time. Try a longer one: {self._catalog.prefix}summarize 3d"

    async def _material(self, call: Invocation, span: Span, start: Message | None) -> Material:
        settings = self._settings.of(call.home.id)
        if span.messages is not None and span.messages > settings.most_messages:
            raise UserError(f"That is too much for one summary: {settings.most_messages} messages at most")
        since = start.sent_at if start else call.at - span.time if span.time else None
        limit = span.messages or (settings.most_messages if since else settings.messages)
        beyond = 2  # the command itself, and an older message that shows that there are older ones
        read = await self._history.recent(call.conversation.id, limit=limit + beyond, since=since)
        read = from_on(read, start.id) if start else read
        asking = call.message.id if call.message else None
        material = choose(
            read,
            is_command=self._catalog.is_command,
            withheld=await self._withheld_among([message.id for message in read]),
            asking=asking,
            limit=limit,
        )
        counts = await self._directory.counts(call.conversation.id)
        return Material(material.messages, (*material.left_out, *unreadable(counts)))

    async def _summed_up(self, call: Invocation, material: Material) -> ThreadSummary:
        settings = self._settings.of(call.home.id)
        title = call.conversation.name if call.conversation.kind is ConversationKind.THREAD else None
        try:
            return await self._summarizer.summarize(
                material.messages, title=title, issues=settings.issues, lines_per_issue=settings.lines_per_issue
            )
        except ModelUnavailable as error:
            raise UserError(
                f"I cannot sum up for now: no model is loaded. The moderators can ask {self._catalog.prefix}health"
            ) from error
        except DeadlineExceeded as error:
            raise UserError(
                f"That took too long. Try fewer messages, such as {self._catalog.prefix}summarize 100"
            ) from error

    @listen
    async def changed(self, event: MessageDeleted | MessageEdited) -> Reply:
        """A quoted message was deleted or its words were changed: its lines go at once."""
        if not isinstance(event, MessageDeleted):
            return await self._renewed(event.message.id)
        held = await self._withheld.get(event.message)
        return [*([Remove(held)] if held else []), *await self._renewed(event.message)]

    @listen
    async def started(self, event: CogStarted) -> Reply:  # noqa: ARG002 - what has happened is all there is to it
        """Cases may have been opened and decided while nobody here listened."""
        return Announce(_ASKING)

    @listen
    async def reviewed(self, event: Announced) -> Reply:
        """A message came before the moderators: its lines go at once. Once it is cleared it may be quoted again."""
        if event.topic not in (_WITHHELD, _CLEARED):
            return None
        name = MessageId(event.data["message"])
        held = await self._withheld.get(name)
        if event.topic == _CLEARED:
            return Remove(held) if held else None
        message = await self._history.message(name)
        if held is not None or message is None:
            return None
        return [Upsert(Withheld(name, message.author.id)), *await self._renewed(name, without={name})]

    @listen
    async def applied(self, event: EffectApplied) -> Reply:
        """Between reading and posting a message may have gone without anybody knowing of the quote yet."""
        return await self._made_anew(event.label) if event.label and event.effect == "Say" else None

    @listen
    async def failed(self, event: EffectFailed) -> Reply:
        posted = await self._posted.get(event.label) if event.label and event.effect == "Say" else None
        return [Remove(posted), *await self._uncited(posted.label, frozenset())] if posted else None

    async def export(self, member: MemberId) -> Mapping[str, Any]:
        citations = await self._citations.find({"author": member}, order=("label", "message"))
        held = await self._withheld.find({"author": member}, order=("message",))
        return {
            "quoted": [{"summary": citation.label, "message": citation.message} for citation in citations],
            "not to be quoted": [row.message for row in held],
        }

    async def forget(self, member: MemberId) -> tuple[Remove | Swap | Upsert | Edit, ...]:
        citations = await self._citations.find({"author": member})
        labels = sorted({citation.label for citation in citations})
        written = {citation.message for citation in citations}
        held = [Remove(row) for row in await self._withheld.find({"author": member})]
        return (*held, *[effect for label in labels for effect in await self._made_anew(label, without=written)])

    async def _renewed(
        self, message: MessageId, *, without: Collection[MessageId] = frozenset()
    ) -> tuple[Remove | Swap | Edit, ...]:
        """The posts that rest on a message, made anew."""
        labels = [citation.label for citation in await self._citations.find({"message": message})]
        return tuple([effect for label in labels for effect in await self._made_anew(label, without=without)])

    async def _made_anew(
        self, label: str, *, without: Collection[MessageId] = frozenset()
    ) -> tuple[Remove | Swap | Edit, ...]:
        """The post and its rows without what may not be quoted any more, and without these messages."""
        old = await self._posted.get(label)
        if old is None:
            return ()
        messages = await self._quotable(old.rests_on.difference(without))
        new = surviving(old, messages)
        if new == old:
            return ()
        is_empty = next(new.lines(), None) is None
        return (
            Remove(old) if is_empty else Swap(old, new),
            *await self._uncited(label, new.rests_on),
            Edit(old.conversation, label, document(new, messages)),
        )

    async def _uncited(self, label: str, kept: frozenset[MessageId]) -> list[Remove]:
        citations = await self._citations.find({"label": label}, order=("message",))
        return [Remove(citation) for citation in citations if citation.message not in kept]

    async def _quotable(self, wanted: Collection[MessageId]) -> dict[MessageId, Message]:
        """Those that are stored, on the record and not withheld."""
        stored = await self._history.messages(frozenset(wanted) - await self._withheld_among(wanted))
        return {name: message for name, message in stored.items() if not message.off_record}

    async def _withheld_among(self, messages: Collection[MessageId]) -> frozenset[MessageId]:
        return frozenset(row.message for row in await self._withheld.find({"message": OneOf(tuple(messages))}))


def _frame(call: Invocation, summary: ThreadSummary, material: Material) -> Posted:
    return Posted(
        label=f"summary:{call.number}",
        conversation=call.conversation.id,
        zone=call.home.zone,
        messages=summary.messages,
        people=summary.people,
        since=material.messages[0].sent_at,
        until=material.messages[-1].sent_at,
        left_out=material.left_out,
        about=None,
        issues=(),
        agreements=(),
        questions=(),
    )
