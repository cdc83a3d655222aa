"""One event at a time: to the command it gives, or to the listeners that want it."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import timedelta
from typing import Any

from bot.cog import Invocation
from bot.commands.arguments import Scope
from bot.commands.authority import refusal
from bot.commands.cooldown import Cooldowns
from bot.commands.spec import CommandSpec
from bot.dispatch import presses
from bot.dispatch.given import Given, given_in
from bot.dispatch.observing.tally import STALE, UNKNOWN_COMMAND, Tally
from bot.dispatch.outcome import Source, answered, effects_of
from bot.dispatch.runner import HandlerFailed, Runner
from bot.domain.document import Document
from bot.domain.effect import Audience, Effect
from bot.domain.event import Event, JobDue, PromptAnswered, conversation_id
from bot.domain.ids import MemberId, MessageId, platform_of
from bot.domain.member import Standing
from bot.errors import ModelUnavailable, UserError
from bot.log import logger
from bot.ownership import CORE
from bot.ports.clock import Clock
from bot.ports.knowledge import Directory
from bot.ports.platform import Prompts
from bot.ports.stores import Envelope, Journal
from bot.registry import Registry

_log = logger("dispatch")

Done = frozenset[tuple[str, str]]
"""(cog, handler) of those that are done with an event; commands are named with their "!"."""

_MOST_MENTIONS = 10
"""Looked up in one command."""

_REFUSED = (CORE, "press")
"""Who is done with an answer that does not count."""


class Dispatcher:
    """Routes envelopes to handlers.

    Args:
        registry: gives the current registry; it may be another one at the next event.
        platforms: names of all that are connected.
        linked: gives the message that a link opens; called with a platform's name and a text.
        finished: called with an event's number when nobody need see it again.
        broken: called when the bot cannot go on: the event stays unfinished and comes again after the restart.
        stale_after: a typed command that was stored later than this after it was sent is not carried out.
    """

    def __init__(
        self,
        journal: Journal,
        prompts: Prompts,
        directory: Directory,
        clock: Clock,
        runner: Runner,
        tally: Tally,
        *,
        registry: Callable[[], Registry],
        prefix: str,
        platforms: Collection[str],
        linked: Callable[[str, str], MessageId | None],
        finished: Callable[[int], None],
        broken: Callable[[Exception], None],
        stale_after: timedelta,
    ) -> None:
        self._journal = journal
        self._prompts = prompts
        self._directory = directory
        self._clock = clock
        self._runner = runner
        self._tally = tally
        self._registry = registry
        self._prefix = prefix
        self._platforms = platforms
        self._linked = linked
        self._finished = finished
        self._broken = broken
        self._stale_after = stale_after
        self._cooldowns = Cooldowns()
        self.recovered_up_to = 0
        """Events up to this number may have been handled in part before a crash."""

    def hurried(self, event: Event) -> MemberId | None:
        """Who waits for an answer to this event: it then rides in an express lane, one for each asker."""
        if isinstance(event, PromptAnswered):
            return event.member.id
        given = given_in(event, self._prefix)
        if given is None:
            return None
        return given.caller.id if given.message is None or self._registry().commands.find(given.name) else None

    def concerns(self, event: Event) -> bool:
        """Whether there is anything to do about an event: one without a listener may still be a mistyped command."""
        if isinstance(event, JobDue) or self._registry().listeners(event):
            return True
        return given_in(event, self._prefix) is not None

    async def handle(self, envelope: Envelope) -> None:
        """Run everything that this event calls for. Never raises."""
        try:
            done = await self._done_before(envelope.number)
            given = given_in(envelope.event, self._prefix)
            if given is not None and not any(name.startswith("!") for _, name in done):
                await self._command(envelope, given)
            if isinstance(envelope.event, JobDue):
                await self._job(envelope, envelope.event, done)
            if not isinstance(envelope.event, PromptAnswered) or await self._counts(envelope, envelope.event, done):
                await self._listeners(envelope, done)
        except Exception as error:  # noqa: BLE001 - what no cog is to blame for ends the bot, not a lane in silence
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

    async def _counts(self, envelope: Envelope, event: PromptAnswered, done: Done) -> bool:
        """Whether an answer to a prompt may be acted on; who gave one that may not is told.

        One that somebody acted on before a crash counted: that it closed its prompt does not make it void.
        """
        if done:
            return _REFUSED not in done
        community = self._directory.community_of(event.conversation.room)
        refusal = await presses.refusal(event, self._prompts, community)
        if refusal is not None:
            await self._runner.say(Source(*_REFUSED, envelope.number, self._clock.now()), refusal)
        return refusal is None

    async def _job(self, envelope: Envelope, event: JobDue, done: Done) -> None:
        handle = self._registry().job(event.cog, event.job)
        if handle is None:
            _log.warning("nobody does this job any more", cog=event.cog, job=event.job, due=event.due.isoformat())
        elif (event.cog, event.job) not in done:
            await self._run(envelope, event.cog, event.job, handle, event)

    async def _run(
        self, envelope: Envelope, cog: str, name: str, handle: Callable[[Any], Awaitable[Any]], event: Event
    ) -> None:
        async def produce() -> Sequence[Effect]:
            return effects_of(await handle(event))

        source = Source(cog, name, envelope.number, self._clock.now(), conversation_id(event))
        try:
            await self._runner.run(source, produce)
        except HandlerFailed:
            return  # logged where it was caught; the other listeners go on
        except (UserError, ModelUnavailable) as error:
            _log.warning("a listener gave up", cog=cog, handler=name, error=type(error).__name__)

    async def _command(self, envelope: Envelope, given: Given) -> None:
        call = self._call(envelope.number, given)
        spec = self._registry().commands.find(given.name)
        if given.message is not None and envelope.stored_at - given.message.sent_at > self._stale_after:
            self._tally.commands[spec.name if spec else UNKNOWN_COMMAND, STALE] += 1
            return  # whoever gave it does not wait for an answer any more
        if spec is None:
            self._tally.commands[UNKNOWN_COMMAND, "unknown"] += 1
            await self._unknown(call, typed=given.message is not None)
            return
        text = self._refusal(spec, call)
        if text is not None:
            self._tally.commands[spec.name, "refused"] += 1
            await self._answer(call, spec.cog, text)
            return
        await self._invoke(spec, call, given)

    def _call(self, number: int, given: Given) -> Invocation:
        community = self._directory.community_of(given.conversation.room)
        return Invocation(
            number=number,
            command=given.name,
            caller=given.caller,
            standing=community.standing(given.caller.id, given.standing) if community else given.standing,
            conversation=given.conversation,
            community=community,
            at=self._clock.now(),
            message=given.message,
            target=given.target,
            asked=given.id,
        )

    def _refusal(self, spec: CommandSpec, call: Invocation) -> str | None:
        text = refusal(
            spec,
            standing=call.standing,
            conversation=call.conversation,
            community=call.community,
            prefix=self._prefix,
        )
        if text is not None or call.standing >= Standing.MODERATOR:
            return text
        wait = self._cooldowns.wait(spec, call.caller.id, call.at)
        return None if wait is None else f"{self._prefix}{spec.name} again in {_shown(wait)}, please."

    async def _invoke(self, spec: CommandSpec, call: Invocation, given: Given) -> None:
        platform = platform_of(call.conversation.id)
        given = given.with_accounts(await self._mentioned(given))
        others = tuple(name for name in self._platforms if name != platform)
        scope = Scope(platform, call.target, lambda text: self._linked(platform, text), self._prefix, others)

        async def produce() -> Sequence[Effect]:
            effects = effects_of(await spec.handler(call, **given.bind(spec, scope)), call, spec.mark.audience)
            return effects if call.message is not None else answered(call, effects)

        self._cooldowns.start(spec, call.caller.id, call.at)  # before it is done: it can be given in many rooms at once
        source = Source(spec.cog, f"!{spec.name}", call.number, call.at, call.conversation.id)
        try:
            await self._runner.run(source, produce)
        except (UserError, ModelUnavailable, HandlerFailed) as error:
            self._tally.commands[spec.name, "refused" if isinstance(error, UserError) else "failed"] += 1
            self._cooldowns.cancel(spec, call.caller.id)
            await self._answer(call, spec.cog, _why_not(f"{self._prefix}{spec.name}", error))
        else:
            self._tally.commands[spec.name, "answered"] += 1

    async def _mentioned(self, given: Given) -> dict[str, MemberId]:
        """Shown names of those whom a command mentions, unless two are called the same."""
        named: dict[str, MemberId] = {}
        twice: set[str] = set()
        for identity in given.message.mentions[:_MOST_MENTIONS] if given.message else ():
            member = await self._directory.member(identity)
            if member is not None and member.name.strip():
                twice |= {member.name} if member.name in named else set()
                named[member.name] = identity
        return {name: identity for name, identity in named.items() if name not in twice}

    async def _unknown(self, call: Invocation, *, typed: bool) -> None:
        """Of typed words answer only near misses: other bots may share the prefix."""
        nearest = self._registry().commands.nearest(call.command)
        if not typed or (nearest is not None and call.community is not None):
            hint = f" Did you mean {self._prefix}{nearest}?" if nearest else ""
            await self._answer(call, CORE, f"There is no {self._prefix}{call.command}.{hint}")

    async def _answer(self, call: Invocation, cog: str, text: str) -> None:
        source = Source(cog, f"!{call.command}", call.number, self._clock.now())
        await self._runner.say(source, call.answer(Document.of(text), audience=Audience.ASIDE))


def _why_not(command: str, error: Exception) -> str:
    match error:
        case HandlerFailed(incident=incident):
            return f"{command} failed on our side. The admin finds it in the log as incident {incident}."
        case ModelUnavailable():
            return f"{command} needs a model, and none is loaded at the moment."
    return str(error)


def _shown(wait: timedelta) -> str:
    seconds = max(1, round(wait.total_seconds()))
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min {rest} s" if minutes else f"{seconds} s"
