"""The demonstration, act by act, on the real core and cogs."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from bot.app import App, running
from bot.config import Config
from bot.config.core import Core
from bot.demo.clock import StageClock
from bot.demo.discussion import Line, decision, lines, written_attacks
from bot.domain.conversation import Conversation
from bot.domain.document import Document, Jump
from bot.domain.effect import Ask
from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.domain.member import Member, Standing
from bot.platforms.console import ConsolePlatform, typed_lines
from bot.ports.core import CoreOf
from bot.ports.stores import Outcome

ROOM = Conversation(ConversationId("console:city-politics"), "city-politics")
DESK = Conversation(ConversationId("console:moderators"), "moderators")
MODERATOR = Member(MemberId("console:mira"), "Mira")
LATECOMER = Member(MemberId("console:hanna"), "Hanna")
THRESHOLD = 0.5
"""This community would rather look once too often; from the score that the makers recommend, two are found."""

_COGS = ("civility", "review", "summaries", "reading", "admin", "privacy", "help")


async def play(console: Console, *, interactive: bool) -> None:
    """Show everything once; with `interactive` a console follows in which the reader can type."""
    discussion = lines()
    clock = StageClock()
    clock.set(discussion[0].at - timedelta(minutes=1))
    stage: Stage | None = None

    def observe(outcome: Outcome) -> None:
        if stage is not None:
            stage.note_cases(outcome)

    typed = _Curtain(typed_lines()) if interactive else None
    with tempfile.TemporaryDirectory(prefix="folkmoot-demo-") as folder:
        platforms: list[ConsolePlatform] = []

        def connect(core_of: CoreOf) -> ConsolePlatform:
            platforms.append(
                ConsolePlatform(
                    console,
                    clock,
                    core_of(ConsolePlatform.name).prompts,
                    lines=typed,
                    rooms=(ROOM.name,),
                    review_rooms=(DESK.name,),
                    person=MODERATOR.name,
                    standing=Standing.ADMIN,
                    boxes=True,
                    files=Path(folder) / "files",
                )
            )
            return platforms[0]

        _title(console)
        async with running(configuration(Path(folder)), [connect], clock=clock, observe=observe) as app:
            stage = Stage(console, app, platforms[0], clock)
            await stage.watch(discussion)
            await stage.decide()
            await stage.sum_up()
            await stage.weekly_prompt()
            await stage.close()
            if typed is not None:
                stage.hand_over()
                typed.rise()
                await app.wait()


def configuration(folder: Path) -> Config:
    """One community with one room, moderated by Mira."""
    community = {
        "id": "tarnwick",
        "rooms": [ROOM.id],
        "review_room": DESK.id,
        "zone": "Europe/Dublin",
        "rules": [{"id": "no-personal-attacks", "text": "Argue with the claim, not with the person."}],
        "stewards": [{"name": MODERATOR.name, "accounts": [MODERATOR.id], "standing": "admin"}],
    }
    core = {"store": {"path": "demo.sqlite"}, "cogs": {"enabled": _COGS}, "community": [community]}
    civility = {"threshold": THRESHOLD}
    return Config(folder / "config.toml", Core.model_validate(core), {"civility": civility})


class _Curtain:
    """Typed lines that are read only once the show is over."""

    def __init__(self, typed: AsyncIterator[str]) -> None:
        self._typed = typed
        self._up = asyncio.Event()

    def rise(self) -> None:
        self._up.set()

    def __aiter__(self) -> AsyncIterator[str]:
        return self

    async def __anext__(self) -> str:
        await self._up.wait()
        return await anext(self._typed)


class Stage:
    """The acts. Each waits until the bot is at rest."""

    def __init__(self, console: Console, app: App, platform: ConsolePlatform, clock: StageClock) -> None:
        self._console = console
        self._app = app
        self._platform = platform
        self._clock = clock
        self._started = time.perf_counter()
        self._ids: dict[str, MessageId] = {}
        self._cases: dict[int, MessageId] = {}

    def note_cases(self, outcome: Outcome) -> None:
        """Remember which message each new card is about."""
        for post in outcome.posts:
            if isinstance(post.effect, Ask):
                message = next(_jumps(post.effect.body), None)
                if message is not None:
                    self._cases[int(post.effect.label.rpartition(":")[2])] = message

    async def watch(self, discussion: list[Line]) -> None:
        people = len({line.author for line in discussion})
        self._act(1, f"{len(discussion)} messages by {people} people are read; personal attacks become cards")
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=self._console, transient=True) as progress:
            task = progress.add_task("Reading #city-politics", total=len(discussion))
            for line in discussion:
                self._clock.set(line.at)
                author = Member(MemberId(f"console:{line.author.lower()}"), line.author)
                self._ids[line.id] = await self._platform.say(
                    line.text,
                    author=author,
                    conversation=ROOM,
                    at=line.at,
                    reply_to=self._ids.get(line.reply_to or ""),
                    likes=line.likes,
                    show=False,
                )
                progress.advance(task)
            await self._rest()

    async def decide(self) -> None:
        self._act(2, "Mira, who moderates, looks at the queue and decides")
        await self._say(MODERATOR, DESK, "!queue")
        names = {message: line for line, message in self._ids.items()}
        for number, message in sorted(self._cases.items()):
            await self._say(MODERATOR, DESK, decision(names[message], number))
        if self._cases:
            await self._say(MODERATOR, DESK, f"!undo {min(self._cases)}")
            await self._say(MODERATOR, DESK, "!audit")

    async def sum_up(self) -> None:
        self._act(3, "Hanna comes late and asks what she missed")
        await self._say(LATECOMER, ROOM, "!summarize")

    async def weekly_prompt(self) -> None:
        self._act(4, "Mira plans a weekly prompt; the clock is turned to next Monday evening")
        await self._say(MODERATOR, DESK, "!weekly mon 18:00 Europe/Dublin")
        _, upcoming = (await self._app.store.schedules.all())[0]
        assert upcoming.next_due is not None, "the plan has a next occurrence"
        self._clock.set(upcoming.next_due)
        await self._app.scheduler.tick()
        await self._app.idle()

    async def close(self) -> None:
        counters = await self._app.store.counters()
        table = Table.grid(padding=(0, 2))
        table.add_row("stored", f"{counters['messages']} messages by {counters['members']} people")
        attacks = set(written_attacks())
        names = {message: line for line, message in self._ids.items()}
        found = sum(names[message] in attacks for message in self._cases.values())
        cards = f"{len(self._cases)}, each with its reason and decided by a person; one was reopened for you"
        table.add_row("cards", cards)
        table.add_row("found", f"{found} of the {len(attacks)} attacks in the discussion, flagged from {THRESHOLD:.2f}")
        table.add_row("classifier", self._app.models.classifier.model or "none: nothing is flagged without a model")
        table.add_row("summarizer", self._app.models.summarizer.model or "none")
        table.add_row("time", f"{time.perf_counter() - self._started:.1f} s; nothing left this machine")
        self._console.print(Panel(table, title="What happened", title_align="left", border_style="green"))

    def hand_over(self) -> None:
        self._act(5, "Your turn")
        self._console.print(
            "You are Mira, an admin, in [bold]city-politics[/]. Type a message, or a command: "
            "[bold]!help[/], [bold]!summarize[/].\n"
            "[bold]/room moderators[/] goes to the moderators' room: [bold]!queue[/], [bold]!case 2[/], "
            "[bold]!undo 2[/], [bold]!settings[/], [bold]!health[/].\n"
            "[bold]/as Hanna member[/] makes you a member, [bold]/help[/] shows the console's own orders, "
            "[bold]/quit[/] ends."
        )

    async def _say(self, who: Member, where: Conversation, text: str) -> None:
        await self._platform.say(text, author=who, conversation=where)
        await self._rest()

    async def _rest(self) -> None:
        await self._platform.caught_up()
        await self._app.idle()

    def _act(self, number: int, title: str) -> None:
        self._console.print()
        self._console.print(Rule(f"{number}. {title}", style="bold green", align="left"))


def _jumps(body: Document) -> Iterator[MessageId]:
    spans = (span for block in body.blocks for span in getattr(block, "spans", ()))
    return (span.message for span in spans if isinstance(span, Jump))


def _title(console: Console) -> None:
    text = Text.assemble(
        ("Folkmoot", "bold"),
        " reads along in a political discussion, on this machine alone. ",
        "It flags attacks on people, not on ideas; people decide.",
    )
    console.print(Panel(text, border_style="green"))
