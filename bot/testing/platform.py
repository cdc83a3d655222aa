"""A platform for tests: the client of a `FakeServer`, with everything an adapter to a real one has to do."""

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from bot.domain.document import Block, Document, Heading, Inlines, Listing, Mention, Paragraph, Quote, plain
from bot.domain.effect import (
    Ask,
    Attach,
    Audience,
    Deliverable,
    DirectMessage,
    Edit,
    Guarantee,
    OpenThread,
    React,
    Say,
    Warn,
    prompt_in,
)
from bot.domain.event import Incoming, PromptAnswered
from bot.domain.ids import ConversationId, MemberId, MessageId, native_of
from bot.domain.message import Message
from bot.domain.text import harmless
from bot.errors import Gone, OutcomeUnknown, PlatformError, Unavailable
from bot.ports.platform import Batch, Delivery, Prompts, Receipt, Remark
from bot.testing.faults import AnswerLostError
from bot.testing.server import Checkpoints, FakePost, FakeServer
from bot.testing.timeline import Happening, Press

__all__ = ["Checkpoints", "FakePlatform", "FakePost", "FakeServer"]

Carried = TypeVar("Carried")

_ACCOUNT = "sync"
_PAGE = 50
_ALMOST_PING = re.compile(r"<(?=@)|@(?=everyone|here|room)")


class FakePlatform:
    """A connection to a `FakeServer`, made with the token that is valid when it is built.

    Args:
        server: what it connects to.
        prompts: where earlier prompts are looked up; the server itself remembers them too.
        batch_size: events in one batch.
    """

    def __init__(self, server: FakeServer, *, prompts: Prompts | None = None, batch_size: int = 50) -> None:
        self._server = server
        self._prompts: Prompts = prompts or server
        self._batch_size = batch_size
        self._token = server.faults.token
        self._born = server.timeline.position
        self._floor: dict[str, int] = {}
        self._marks: dict[str, int] = {}
        self._reached: dict[str, int] = {}
        self._refused: set[str] = set()
        self._changed = asyncio.Event()
        self._resting = asyncio.Event()
        self._closed = False

    @property
    def name(self) -> str:
        return self._server.name

    # --- reading ------------------------------------------------------------------------------------------------

    async def batches(self, resume: Mapping[str, str]) -> AsyncIterator[Batch]:
        """Interactions first, since they do not wait; then what is new in the rooms."""
        faults, fresh, connected = self._server.faults, deque[Happening](), False
        self._resume(resume)
        self._server.listen(self._changed)
        try:
            if not resume:
                yield Batch((), {scope: str(mark) for scope, mark in self._marks.items()})
            while not self._closed:
                self._changed.clear()
                if faults.down:
                    connected = False
                    await self._changed.wait()
                    continue
                faults.check_connection(self._token)
                if not connected:
                    fresh.clear()
                    self._go_back(faults.redeliver)
                    connected = True
                fresh = fresh or deque(self._sync())
                if interactions := await self._acknowledge():
                    yield Batch(interactions, {})
                elif fresh:
                    yield await self._batch([fresh.popleft() for _ in range(min(self._batch_size, len(fresh)))])
                else:
                    self._resting.set()
                    await self._changed.wait()
                    self._resting.clear()
        finally:
            self._server.unlisten(self._changed)

    async def caught_up(self) -> None:
        """Wait until all that has happened on the server was yielded and dealt with."""
        await self._resting.wait()
        while self._changed.is_set():  # told of news, but its turn has not come yet
            await asyncio.sleep(0)
            await self._resting.wait()

    def _resume(self, resume: Mapping[str, str]) -> None:
        """Without a checkpoint reading starts at what was the end when the connection was built."""
        scopes = [_ACCOUNT] if self._server.checkpoints is Checkpoints.ONE_TOKEN else self._server.timeline.rooms()
        self._floor = {} if resume else dict.fromkeys(scopes, self._born)
        self._reached = self._floor | {scope: int(token) for scope, token in resume.items()}
        self._marks = dict(self._reached)

    def _go_back(self, steps: int) -> None:
        self._marks = {
            scope: max(self._floor.get(scope, 0), position - steps) for scope, position in self._reached.items()
        }

    def _scope(self, room: ConversationId) -> str:
        return _ACCOUNT if self._server.checkpoints is Checkpoints.ONE_TOKEN else room

    def _mark(self, room: ConversationId) -> int:
        return self._marks.get(self._scope(room), self._server.timeline.opened(room))

    def _sync(self) -> list[Happening]:
        """Everything behind the marks, in order, gaps paged back."""
        found: list[Happening] = []
        for room in self._server.timeline.rooms():
            news = self._server.timeline.since(room, self._mark(room), self._server.faults.timeline_limit)
            if news and news.limited:
                found += self._gap(room, news.happenings[0].position)
            found += news.happenings if news else []
        found.sort(key=lambda happening: happening.position)
        for happening in found:
            self._marks[self._scope(happening.room)] = happening.position
        return found

    def _gap(self, room: ConversationId, before: int) -> list[Happening]:
        found: list[Happening] = []
        while page := self._server.page(room, after=self._mark(room), before=before, limit=_PAGE):
            found = page + found
            before = page[0].position
        return found

    async def _batch(self, happenings: list[Happening]) -> Batch:
        moved: dict[str, str] = {}
        for happening in happenings:
            scope = self._scope(happening.room)
            self._reached[scope] = max(happening.position, self._reached.get(scope, 0))
            moved[scope] = str(self._reached[scope])
        events = [await self._event(happening.what) for happening in happenings if happening.what is not None]
        return Batch(tuple(event for event in events if event is not None), moved)

    async def _event(self, what: Incoming | Press) -> Incoming | None:
        if not isinstance(what, Press):
            return what
        prompt = await self._prompts.at(what.prompt)
        if prompt is None:
            return None
        return PromptAnswered(
            id=what.id,
            cog=prompt.cog,
            label=prompt.ask.label,
            choice=what.choice,
            member=what.member,
            standing=what.standing,
            conversation=what.conversation,
            at=what.at,
            fields=what.fields,
        )

    async def _acknowledge(self) -> tuple[Incoming, ...]:
        """What came in on interactions that still wait, acknowledged."""
        events: list[Incoming | None] = []
        for interaction in self._server.waiting():
            interaction.acknowledged = True
            events.append(await self._event(interaction.what))
        return tuple(event for event in events if event is not None)

    # --- acting -------------------------------------------------------------------------------------------------

    async def apply(self, delivery: Delivery) -> Receipt:
        if self._closed:
            raise Unavailable("this connection is closed")
        try:
            return self._carry_out(delivery)
        except AnswerLostError as lost:
            if self.guarantee(delivery.effect) is Guarantee.UNKNOWN_IS_TOLD:
                raise OutcomeUnknown("the connection broke before the answer came") from lost
            raise Unavailable("the connection broke before the answer came") from lost

    def linked(self, text: str) -> MessageId | None:
        native = text.removeprefix(f"https://{self.name}.example/")
        return MessageId(f"{self.name}:{native}") if native != text and native else None

    def guarantee(self, effect: Deliverable) -> Guarantee:
        match effect:
            case DirectMessage() | Warn():
                return Guarantee.UNKNOWN_IS_TOLD
            case Say(audience=audience) | Ask(audience=audience) | Attach(audience=audience):
                return (
                    Guarantee.UNKNOWN_IS_TOLD
                    if audience in (Audience.ASKER, Audience.ASIDE)
                    else Guarantee.EXACTLY_ONCE
                )
            case OpenThread():
                return Guarantee.EXACTLY_ONCE
            case _:
                return Guarantee.AT_LEAST_ONCE

    def _carry_out(self, delivery: Delivery) -> Receipt:
        server, effect = self._server, delivery.effect
        match effect:
            case Say() | Ask() | Attach() | DirectMessage() | OpenThread():
                return self._post(delivery, self._draft(delivery, effect))
            case Warn():
                receipt = self._post(delivery, self._draft(delivery, effect))
                server.sanction(delivery.key, effect)
                return receipt
            case Edit():
                self._request(delivery.key, "edit messages", effect.conversation, lambda: self._edit(delivery, effect))
                return Receipt(delivery.target)
            case React(message=message, emoji=emoji):
                self._request(delivery.key, "react", effect.conversation, lambda: server.leave_reaction(message, emoji))
                return Receipt()
            case _:
                what = f"{type(effect).__name__.lower()} members or messages"
                self._request(delivery.key, what, effect.conversation, lambda: server.sanction(delivery.key, effect))
                return Receipt()

    def _request(self, key: str, what: str, room: ConversationId, carry_out: Callable[[], Carried]) -> Carried:
        """One request to the server; what it refused before carrying it out is remembered."""
        try:
            self._server.faults.before(self._token, what, room)
        except PlatformError:
            self._refused.add(key)
            raise
        self._refused.discard(key)
        result = carry_out()
        self._server.faults.after(room)
        return result

    def _post(self, delivery: Delivery, draft: FakePost) -> Receipt:
        """Post in as many parts as the server's limit demands; only the first answers and asks."""
        posted: list[MessageId] = []
        for number, text in enumerate(_parts(draft.text, self._server.size_limit)):
            part = replace(draft, key=f"{delivery.key}/{number}", text=text)
            posted.append(self._post_once(delivery, part if not posted else replace(part, reply_to=None, ask=None)))
        return Receipt(posted[0])

    def _post_once(self, delivery: Delivery, part: FakePost) -> MessageId:
        if delivery.attempt > 1 and part.key not in self._refused:
            if earlier := self._server.find(part.key):
                return earlier.id
            if self.guarantee(delivery.effect) is Guarantee.UNKNOWN_IS_TOLD:
                raise OutcomeUnknown("whether an earlier attempt arrived cannot be looked up for what only one sees")
        post = self._request(part.key, "send messages", delivery.effect.conversation, lambda: self._server.put(part))
        return post.id

    def _draft(self, delivery: Delivery, effect: Say | Ask | Attach | DirectMessage | OpenThread | Warn) -> FakePost:
        draft = FakePost(MessageId(""), effect.conversation, delivery.key, delivery.cog, wire_text(effect.body))
        match effect:
            case Say(audience=audience, asker=asker, reply_to=reply_to):
                return replace(draft, audience=audience, asker=asker, reply_to=reply_to)
            case Ask(audience=audience, asker=asker, reply_to=reply_to):
                return replace(draft, audience=audience, asker=asker, reply_to=reply_to, ask=effect)
            case Attach(audience=audience, asker=asker, reply_to=reply_to, name=name, content=content):
                file = (name, content)
                return replace(draft, audience=audience, asker=asker, reply_to=reply_to, attachment=file)
            case DirectMessage(member=member) | Warn(member=member):
                private = self._server.direct(member)
                ask = prompt_in(effect)
                return replace(draft, conversation=private, audience=Audience.ASKER, asker=member, ask=ask)
            case OpenThread(name=name):
                parent = self._server.conversation(effect.conversation)
                return replace(draft, conversation=self._server.thread(parent, harmless(name)).id)

    def _edit(self, delivery: Delivery, effect: Edit) -> None:
        if delivery.target is None:
            raise Gone(f"nothing was posted under {effect.label!r}")
        post = self._server.post_at(delivery.target)
        text = next(_parts(wire_text(effect.body), self._server.size_limit))
        ask = post.ask
        if ask or effect.choices:
            ask = ask or Ask(effect.conversation, effect.body, effect.label, effect.choices)
            ask = replace(ask, body=effect.body, choices=effect.choices)
        self._server.put(replace(post, text=text, ask=ask, edits=post.edits + 1))

    # --- asking -------------------------------------------------------------------------------------------------

    def address(self, message: MessageId) -> str | None:
        return f"https://{self.name}.example/{native_of(message)}"

    async def may_read(self, member: MemberId, conversation: ConversationId) -> bool:
        return not self._server.faults.down and self._server.may_read(member, conversation)

    async def history(self, conversation: ConversationId, *, before: MessageId | None, limit: int) -> list[Message]:
        self._server.faults.check_connection(self._token)
        older: list[Message] = []
        for message in self._server.messages.values():
            if message.id == before:
                break
            if message.conversation.id == conversation:
                older.append(message)
        return older[-limit:]

    async def remarks(self, member: MemberId) -> Sequence[Remark]:
        self._server.faults.check_connection(self._token)
        return self._server.remarks.get(member, ())

    async def aclose(self) -> None:
        self._closed = True
        self._changed.set()


def wire_text(body: Document) -> str:
    """The document as this platform writes it: plain, harmless, `<@id>` only for those whom the bot means to notify."""
    text = _ALMOST_PING.sub(lambda found: found.group() + "\u2060", harmless(plain(body)))
    meant = (span for block in body.blocks for span in _spans(block) if isinstance(span, Mention) and span.notify)
    return text + "".join(f" <@{span.member}>" for span in meant)


def _spans(block: Block) -> Inlines:
    match block:
        case Heading(spans=spans) | Paragraph(spans=spans) | Quote(source=spans):
            return spans
        case Listing(items=items):
            return tuple(span for item in items for span in item)
        case _:
            return ()


def _parts(text: str, limit: int) -> Iterator[str]:
    """The text in pieces of at most `limit` characters, cut at a line's or word's end where there is one."""
    while len(text) > limit:
        cut = max(text.rfind("\n", 1, limit + 1), text.rfind(" ", 1, limit + 1))
        cut = cut if cut > 0 else limit
        yield text[:cut]
        text = text[cut:].lstrip(" \n")
    yield text
