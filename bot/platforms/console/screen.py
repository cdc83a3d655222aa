"""What the console shows: people's messages, the bot's posts and prompts, notices. Boxes on a terminal, else lines."""

from collections import OrderedDict
from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.text import Text

from bot.domain.document import Block, Document, Faint, Paragraph, paragraph
from bot.domain.effect import Choice
from bot.domain.message import Message
from bot.domain.text import harmless
from bot.platforms.console.render import boxed, plain_text, rendered, rendered_choices
from bot.platforms.console.stage import Stage

_SHOWN_OF_A_CHANGE = 3
"""Blocks that are shown of a changed post whose earlier form is not known."""

_NAMING = 2
"""Blocks that say which post it is and how it stands; they are always shown."""

_REMEMBERED = 200
"""Posts of which the latest form is known, to show only what changes."""


class Screen:
    """Args: boxes: whether posts are drawn as such, also where the output is no terminal."""

    def __init__(self, console: Console, *, boxes: bool = False) -> None:
        self._console = console
        self._boxes = boxes or console.is_terminal
        self._bodies: OrderedDict[str, Document] = OrderedDict()
        self._latest_change: tuple[Document, tuple[Choice, ...]] | None = None

    def message(self, message: Message, number: str) -> None:
        """Something a member said, with the number it is called by."""
        head = Text.assemble(
            (harmless(message.author.name), "bold"), (harmless(f"  {message.conversation.name} #{number}"), "dim")
        )
        self._show(Group(head, Text(harmless(message.text))), f"{head.plain}\n{harmless(message.text)}")

    def numbered(self, message: Message) -> None:
        """The number of what was just typed, and who said it where."""
        name, room = message.author.name, message.conversation.name
        self._line(f"#{message.id.partition(':')[2]} {name} in {room}", "dim")

    def post(self, body: Document, *, title: str, number: str, choices: Sequence[Choice] = ()) -> None:
        """Something the bot posted; `choices` are answered by typing their numbers."""
        self._remember(number, body)
        self._draw(body, title=title, number=number, choices=choices)

    def _draw(self, body: Document, *, title: str, number: str, choices: Sequence[Choice]) -> None:
        inside: list[RenderableType] = [rendered(body)]
        below = [f"{n}) {harmless(choice.text)}" for n, choice in enumerate(choices, 1)]
        if choices:
            inside += [Text(), rendered_choices(choices)]
        foot = f"to choose 1 here: 1 {number} · #{number}" if choices else f"#{number}"
        box = boxed(Group(*inside), title=title, foot=foot, style="yellow" if choices else "cyan")
        self._show(box, "\n".join([harmless(f"[{title} #{number}]"), plain_text(body), *below]))

    def changed(self, body: Document, *, title: str, number: str, choices: Sequence[Choice] = ()) -> None:
        """A post in its new form: its heading and what is new about it, since the rest stands further up.

        Several posts that change alike, as the cards of one case do, are shown once.
        """
        before, change = self._bodies.get(number), (body, tuple(choices))
        self._remember(number, body)
        if change == self._latest_change:
            self._line(f"{title} in the same way: #{number}", "dim")
            return
        self._latest_change = change
        news = _beginning(body) if before is None else _news(body, before)
        if len(news) < len(body.blocks):
            news = (*news, paragraph(Faint("[the rest as above]")))
        self._draw(Document(news), title=title, number=number, choices=choices)

    def _remember(self, number: str, body: Document) -> None:
        self._bodies[number] = body
        self._bodies.move_to_end(number)
        if len(self._bodies) > _REMEMBERED:
            self._bodies.popitem(last=False)

    def question(self, text: str) -> None:
        self._line(f"? {text}", "bold yellow")

    def notice(self, text: str) -> None:
        self._line(text, "italic")

    def people(self, stage: Stage) -> None:
        for person in stage.people():
            you = " (you)" if person == stage.person else ""
            self._line(f"{person.member.name}: {person.standing.name.lower()}{you}", "")
        self._line("Rooms: " + ", ".join(room.name for room in stage.rooms()), "")

    def _line(self, text: str, style: str) -> None:
        self._show(Text(harmless(text), style=style), harmless(text))

    def _show(self, drawn: RenderableType, plain: str) -> None:
        if self._boxes:
            self._console.print(drawn)
        else:
            self._console.out(plain, highlight=False)


def _beginning(body: Document) -> tuple[Block, ...]:
    """Of a post that was shown in an earlier session."""
    shown = body.blocks[:_SHOWN_OF_A_CHANGE]
    return shown[:-1] if len(shown) < len(body.blocks) and _leads_on(shown[-1]) else shown


def _news(body: Document, before: Document) -> tuple[Block, ...]:
    named, others = body.blocks[:_NAMING], body.blocks[_NAMING:]
    return named + tuple(block for block in others if block not in before.blocks)


def _leads_on(block: Block) -> bool:
    """Whether it only says what comes after it."""
    return isinstance(block, Paragraph) and bool(block.spans) and getattr(block.spans[-1], "text", "").endswith(":")
