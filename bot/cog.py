"""What a cog is: a named set of functions from events to effects.

    class Greeter(Cog):
        \"\"\"Say hello.\"\"\"

        name = "greeter"

        def __init__(self, clock: Clock) -> None:
            self._clock = clock

        @command("hello", help="Say hello back")
        async def hello(self, call: Invocation, name: str = "you") -> Document:
            return Document.of("Hello ", name)

        @listen
        async def joined(self, event: MemberJoined) -> Reply:
            ...

Constructor annotations say what the cog needs; handlers return a Document or effects and never wait for what comes
of them. A handler may run again for the same event (after a crash, or when a row changed under it): all it changes,
it changes by what it returns.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from bot.config import Section
from bot.domain.community import Community
from bot.domain.conversation import Conversation
from bot.domain.document import Document
from bot.domain.effect import Audience, Edit, Remove, Say, Swap, Upsert
from bot.domain.ids import MemberId, MessageId
from bot.domain.member import Member, Standing
from bot.domain.message import Message
from bot.ports.tables import Migration

Handler = TypeVar("Handler", bound=Callable[..., Awaitable[Any]])

_MARK = "__folkmoot_mark__"


@dataclass(frozen=True, slots=True)
class Kept:
    """One thing that a cog keeps about members, in words that `!privacy` shows them.

    Attributes:
        what: "which of your messages a summary quotes".
        why: "so that the quote goes when you delete the message".
        until: "until the message is deleted"; how long, in words.
    """

    what: str
    why: str
    until: str


class Cog:
    """Base of every cog. The first line of its docstring is shown by `folkmoot cogs` and `!cogs`.

    Attributes:
        name: unique; also the name of its section in the configuration.
        settings: the model of that section, if it has one.
        migrations: the steps of its own tables, if it has any.
        keeps: what it keeps about members in those tables.
    """

    name: ClassVar[str]
    settings: ClassVar[type[Section] | None] = None
    migrations: ClassVar[tuple[Migration, ...]] = ()
    keeps: ClassVar[tuple[Kept, ...]] = ()

    async def export(self, member: MemberId) -> Mapping[str, Any]:  # noqa: ARG002 - the contract's default
        """What this cog keeps about a member, ready for JSON."""
        return {}

    async def forget(self, member: MemberId) -> tuple[Remove | Swap | Upsert | Edit | Say, ...]:  # noqa: ARG002 - likewise
        """The changes that erase a member from this cog's rows, and from what it has posted.

        It is asked again until it returns nothing, so a great many rows may go in parts. The member's messages are
        deleted before. A `Say` is for those who must know that something went; it names nobody.
        """
        return ()


class Place(StrEnum):
    """Where a command may be given."""

    ANYWHERE = "anywhere"
    COMMUNITY = "a room of a community"
    REVIEW_ROOM = "the moderators' room"


@dataclass(frozen=True, slots=True)
class Invocation:
    """A command as it reaches its handler; authority has been decided.

    Attributes:
        number: correlation id; effects and log lines carry it.
        community: of the room it was given in; never None unless the command's place is ANYWHERE.
        message: the message that gave it; None for the platform's own commands.
        asked: the id of that message, or of the platform's own invocation: what an answer replies to.
        target: the message it is about: the one replied to, or the one a context menu was opened on.
    """

    number: int
    command: str
    caller: Member
    standing: Standing
    conversation: Conversation
    community: Community | None
    at: datetime
    message: Message | None = None
    target: MessageId | None = None
    asked: MessageId | None = None

    @property
    def home(self) -> Community:
        """The community, for commands whose place guarantees one."""
        if self.community is None:
            raise LookupError(f"!{self.command} was given outside a community")
        return self.community

    def answer(self, body: Document, *, audience: Audience = Audience.THREAD, label: str | None = None) -> Say:
        """The answer where the command was given, for a handler that returns other effects beside it.

        Who answers by another effect sets its `reply_to` to `asked`: a platform that parses commands itself shows the
        member that the bot is at work until it has an answer.
        """
        return Say(self.conversation.id, body, label, audience, asker=self.caller.id, reply_to=self.asked)


@dataclass(frozen=True, slots=True)
class Rest:
    """Marks a text parameter that takes the rest of the line: `reason: Annotated[str, Rest()] = ""`."""


@dataclass(frozen=True, slots=True)
class CommandMark:
    name: str
    help: str
    aliases: tuple[str, ...]
    standing: Standing
    place: Place
    cooldown: timedelta
    audience: Audience
    menu: str | None = None


@dataclass(frozen=True, slots=True)
class ListenMark:
    pass


@dataclass(frozen=True, slots=True)
class WorkMark:
    batch: int


@dataclass(frozen=True, slots=True)
class JobMark:
    name: str


Mark = CommandMark | ListenMark | WorkMark | JobMark


def command(
    name: str,
    *,
    help: str,  # noqa: A002 - the field's own word
    aliases: tuple[str, ...] = (),
    standing: Standing = Standing.MEMBER,
    place: Place = Place.COMMUNITY,
    cooldown: timedelta = timedelta(0),
    audience: Audience = Audience.THREAD,
    menu: str | None = None,
) -> Callable[[Handler], Handler]:
    """Declare a command: `async def f(self, call: Invocation, ...) -> Reply`.

    Parameters become arguments: str, int, float, bool, timedelta ("2h"), MemberId, MessageId, Literal, enums, and any
    class with `parse(text)`. A default makes one optional; keyword-only parameters are options (`--full`).

    Args:
        name: what follows the prefix; unique over all cogs.
        help: one line, imperative.
        aliases: other names.
        standing: the least standing that may give it.
        place: where it may be given; a command for moderators belongs to the review room.
        cooldown: per member, for costly commands; moderators are exempt.
        audience: who sees the answer when the handler returns a Document.
        menu: its name in the menu of a message, where platforms have one ("Report to moderators"): the message is
            then the command's target. At most 32 characters.
    """
    return _mark(CommandMark(name, help, aliases, standing, place, cooldown, audience, menu))


def listen(handler: Handler) -> Handler:
    """Declare a listener: `async def f(self, event: Kind | OtherKind) -> Reply`.

    Events of one conversation come in order. CogStarted, JobDue, PromptAnswered, EffectApplied and EffectFailed reach
    only the cog that they name. Long work belongs into a `worker`.
    """
    return _mark(ListenMark())(handler)


def worker(*, batch: int = 32) -> Callable[[Handler], Handler]:
    """Declare a detached worker: `async def f(self, events: Sequence[Kind | OtherKind]) -> Reply`.

    It gets up to `batch` stored events at a time, oldest first over all rooms, and never delays a room or a command.
    What it returns and how far it has got are stored together. By its turn an event may be old: look at the message's
    newest revision before acting on it.
    """
    return _mark(WorkMark(batch))


def job(name: str) -> Callable[[Handler], Handler]:
    """Declare what a `Schedule` of this job does: `async def f(self, due: JobDue) -> Reply`."""
    return _mark(JobMark(name))


def _mark(mark: Mark) -> Callable[[Handler], Handler]:
    def declare(handler: Handler) -> Handler:
        setattr(handler, _MARK, mark)
        return handler

    return declare


def mark_of(handler: object) -> Mark | None:
    found = getattr(handler, _MARK, None)
    return found if isinstance(found, Mark) else None
