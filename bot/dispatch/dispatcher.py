"""One event at a time: to the command it gives, or to the listeners that want it."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from bot.cog import Invocation
from bot.commands.arguments import Scope
from bot.commands.authority import refusal
from bot.commands.cooldown import Cooldowns
from bot.commands.parse import bind_named, bind_text, read_line
from bot.commands.spec import CommandSpec
from bot.dispatch.outcome import Source, effects_of
from bot.dispatch.runner import HandlerFailed, Runner
from bot.domain.document import Document
from bot.domain.effect import Audience, Effect
from bot.domain.event import CommandInvoked, Event, JobDue, MessagePosted
from bot.domain.ids import platform_of
from bot.domain.member import MemberKind, Standing
from bot.errors import StorageError, UserError
from bot.ports.clock import Clock
from bot.ports.knowledge import Directory
from bot.ports.stores import Envelope, Journal
from bot.registry import Registry

Done = frozenset[tuple[str, str]]
"""(cog, handler) of those that are done with an event; commands are named with their "!"."""

CORE = "core"
"""The name under which the core itself answers."""


class Dispatcher:
    """Routes envelopes to handlers.

    Args:
        registry: gives the current registry; it may be another one at the next event.
        finished: called with an event's number when nobody need see it again.
        broken: called when the store fails: the event stays unfinished and comes again after the restart.
    """

    def __init__(
        self,
        journal: Journal,
        directory: Directory,
        clock: Clock,
        runner: Runner,
        *,
        registry: Callable[[], Registry],
        prefix: str,
        finished: Callable[[int], None],
        broken: Callable[[StorageError], None],
    ) -> None:
        self._journal = journal
        self._directory = directory
        self._clock = clock
        self._runner = runner
        self._registry = registry
        self._prefix = prefix
        self._finished = finished
        self._broken = broken
        self._cooldowns = Cooldowns()
        self.recovered_up_to = 0
        """Events up to this number may have been handled in part before a crash."""

    def is_command(self, event: Event) -> bool:
        if isinstance(event, MessagePosted):
            return (
                event.message.author.kind is MemberKind.PERSON
                and read_line(event.message.text, self._prefix) is not None
            )
        return isinstance(event, CommandInvoked)

    async def handle(self, envelope: Envelope) -> None:
        """Run everything that this event calls for. Never raises."""
        try:
            done = await self._done_before(envelope.number)
            if self.is_command(envelope.event) and not any(name.startswith("!") for _, name in done):
                await self._command(envelope)
            if isinstance(envelope.event, JobDue):
                await self._job(envelope, envelope.event, done)
            await self._listeners(envelope, done)
        except StorageError as error:
            self._broken(error)
        else:
            self._finished(envelope.number)

    async def _done_before(self, number: int) -> Done:
        return await self._journal.handled_by(number) if number <= self.recovered_up_to else frozenset()

    async def _listeners(self, envelope: Envelope, done: Done) -> None:
        event = envelope.event
        for listener in self._registry().listeners(event):
            if (listener.cog, listener.name) not in done:
                await self._run(envelope, listener.cog, listener.name, listener.handle, event)

    async def _job(self, envelope: Envelope, event: JobDue, done: Done) -> None:
        handle = self._registry().job(event.cog, event.job)
        if handle is not None and (event.cog, event.job) not in done:
            await self._run(envelope, event.cog, event.job, handle, event)

    async def _run(
        self, envelope: Envelope, cog: str, name: str, handle: Callable[[Any], Awaitable[Any]], event: Event
    ) -> None:
        async def produce() -> Sequence[Effect]:
            return effects_of(await handle(event))

        source = Source(cog, name, envelope.number, self._clock.now())
        try:
            await self._runner.run(source, produce, handled=(envelope.number,))
        except (HandlerFailed, UserError):
            return  # logged where it was caught; the other listeners go on

    async def _command(self, envelope: Envelope) -> None:
        call, name, arguments = self._read(envelope)
        spec = self._registry().commands.find(name)
        if spec is None:
            await self._unknown(call, name)
            return
        text = self._refusal(spec, call)
        if text is not None:
            await self._answer(call, spec.cog, text)
            return
        await self._invoke(spec, call, arguments)

    def _read(self, envelope: Envelope) -> tuple[Invocation, str, Callable[[CommandSpec], dict[str, Any]]]:
        """The invocation, the command's name, and how its arguments are bound once it is found."""
        event = envelope.event
        if isinstance(event, CommandInvoked):
            name, caller, standing, conversation = event.name, event.caller, event.standing, event.conversation
            message, target = None, event.target
            scope = Scope(platform_of(conversation.id), target)
            named = event.arguments

            def bind(spec: CommandSpec) -> dict[str, Any]:
                return bind_named(spec, named, scope)
        else:
            assert isinstance(event, MessagePosted)
            line = read_line(event.message.text, self._prefix)
            assert line is not None
            name, caller, standing, conversation = (
                line.name,
                event.message.author,
                event.standing,
                event.message.conversation,
            )
            message, target = event.message, event.message.reply_to
            scope = Scope(platform_of(conversation.id), target)

            def bind(spec: CommandSpec) -> dict[str, Any]:
                return bind_text(spec, line.rest, scope)

        community = self._directory.community_of(conversation.room)
        call = Invocation(
            number=envelope.number,
            command=name,
            caller=caller,
            standing=community.standing(caller.id, standing) if community else standing,
            conversation=conversation,
            community=community,
            at=self._clock.now(),
            message=message,
            target=target,
        )
        return call, name, bind

    def _refusal(self, spec: CommandSpec, call: Invocation) -> str | None:
        text = refusal(
            spec,
            caller=call.caller.id,
            on_platform=call.standing,
            conversation=call.conversation,
            community=call.community,
        )
        if text is not None or call.standing >= Standing.MODERATOR:
            return text
        wait = self._cooldowns.wait(spec, call.caller.id, call.at)
        return None if wait is None else f"!{spec.name} again in {_shown(wait)}, please."

    async def _invoke(self, spec: CommandSpec, call: Invocation, bind: Callable[[CommandSpec], dict[str, Any]]) -> None:
        async def produce() -> Sequence[Effect]:
            return effects_of(await spec.handler(call, **bind(spec)), call, spec.mark.audience)

        source = Source(spec.cog, f"!{spec.name}", call.number, call.at)
        try:
            await self._runner.run(source, produce, handled=(call.number,))
        except UserError as error:
            await self._answer(call, spec.cog, str(error))
        except HandlerFailed as failure:
            await self._answer(
                call,
                spec.cog,
                f"!{spec.name} failed on our side. The admin finds it in the log as incident {failure.incident}.",
            )

    async def _unknown(self, call: Invocation, name: str) -> None:
        """Answer only near misses: other bots may share the prefix."""
        nearest = self._registry().commands.nearest(name)
        if nearest is not None and call.community is not None:
            await self._answer(call, CORE, f"There is no {self._prefix}{name}. Did you mean {self._prefix}{nearest}?")

    async def _answer(self, call: Invocation, cog: str, text: str) -> None:
        async def produce() -> Sequence[Effect]:
            return [call.answer(Document.of(text), audience=Audience.ASKER)]

        source = Source(cog, f"!{call.command}", call.number, self._clock.now())
        await self._runner.run(source, produce, handled=(call.number,))


def _shown(wait: timedelta) -> str:
    seconds = max(1, round(wait.total_seconds()))
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min {rest} s" if minutes else f"{seconds} s"
