"""HTML of a message as plain text: what people see of it, quotes as lines that begin with "> ". Pure.

The markup is hostile: nh3 reads it as browsers do, and gives back well-formed markup of a few elements; only that is
walked through. Nothing that people can see is left out.
"""

import re
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from urllib.parse import unquote

import nh3

from bot.platforms.matrix.fields import user_id

_LONGEST = 200_000
_MOST_TAGS = 2_000
"""Beyond, the time that reading takes would grow with the square of their number; nobody writes so many by hand."""

_DEEPEST_QUOTE = 4

_BLOCKS = frozenset(
    {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "table", "tr", "caption"}
    | {"details", "summary", "mx-reply"}
)
_CELLS = frozenset({"td", "th"})
_KEPT = set(_BLOCKS | _CELLS | {"br", "hr", "a", "img", "tbody", "thead"})
_ATTRIBUTES = {"a": {"href"}, "img": {"alt", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto", "matrix"}

_REPLY_OPENS, _REPLY_CLOSES = "<mx-reply>", "</mx-reply>"
_BREAKING_TAG = re.compile(rf"</?(?:{'|'.join(sorted(_BLOCKS | {'br', 'hr'}))})\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z!][^<>]*>")
_PARTING_TAG = re.compile(r"</?(?:t[dh]|img)\b[^<>]*>", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_SPACES = re.compile(r"[ \t\n\r\f]+")
_PILL = re.compile(r"(?:https?://matrix\.to/#/|matrix:u/)(?P<user>[^?/]+)(?:\?.*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """`users`: whose pills stand in the text, in order."""

    text: str
    users: tuple[str, ...] = ()


def read(markup: str) -> Reading:
    """What is seen of it."""
    markup = markup[:_LONGEST].replace("\0", "")
    bare = _stripped(markup)
    if markup.count("<") > _MOST_TAGS:
        return Reading(bare)
    clean = nh3.clean(
        markup,
        tags=_KEPT,
        attributes=_ATTRIBUTES,
        clean_content_tags={"script", "style"},
        url_schemes=_SCHEMES,
        link_rel=None,
    )
    walk = _Walk()
    walk.feed(clean)
    walk.close()
    seen = walk.text()
    # Clients do not all read markup as browsers do: what one of them may show counts, too.
    whole = seen if said_in(bare, seen) else f"{seen}\n{bare}".lstrip("\n")
    return Reading(whole, tuple(dict.fromkeys(walk.users)))


def words(text: str) -> list[str]:
    """Letters and figures between everything else, without regard to case."""
    return _WORD.findall(text.casefold())


def said_in(some: str, more: str) -> bool:
    """Whether all words of the one stand in the other, in the same order."""
    remaining = iter(words(more))
    return all(word in remaining for word in words(some))


def without_reply(markup: str) -> str:
    """The markup without the quote that clients put before a reply: they hide just that."""
    start = markup.lstrip()
    if start[: len(_REPLY_OPENS)].lower() != _REPLY_OPENS:
        return markup
    end = start.lower().find(_REPLY_CLOSES)
    return markup if end < 0 else start[end + len(_REPLY_CLOSES) :]


def _stripped(markup: str) -> str:
    """All its words without the elements' meaning: a quote in it counts as the author's own words."""
    parted = _PARTING_TAG.sub(" ", _BREAKING_TAG.sub("\n", markup))
    return unescape(_TAG.sub("", parted)).strip()


class _Walk(HTMLParser):
    """Collects lines, each with the depth of quotation that it begins in."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.users: list[str] = []
        self._lines: list[tuple[int, str]] = []
        self._line: list[str] = []
        self._mark = ""
        """What a line of a list begins with; it waits for the first word."""
        self._depth = 0
        self._preformatted = 0
        self._lists: list[int | None] = []
        self._links: list[tuple[str, list[str]]] = []

    def text(self) -> str:
        self._break()
        return "\n".join(f"{'> ' * min(depth, _DEEPEST_QUOTE)}{line}".rstrip() for depth, line in self._lines).strip(
            "\n"
        )

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _BLOCKS or tag in {"br", "hr"}:
            self._break(empty=tag == "br")
        if tag == "blockquote":
            self._depth += 1
        elif tag == "pre":
            self._preformatted += 1
        elif tag in {"ul", "ol"}:
            self._lists.append(_number(given.get("start")) if tag == "ol" else None)
        elif tag == "li":
            self._item()
        elif tag in _CELLS and self._line:
            self._line.append(" | ")
        elif tag == "img":
            self._say(f" {given.get('alt') or given.get('title') or ''} ")
        elif tag == "a":
            self._links.append((given.get("href", ""), []))

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._break()
        if tag == "blockquote":
            self._depth = max(0, self._depth - 1)
        elif tag == "pre":
            self._preformatted = max(0, self._preformatted - 1)
        elif tag in {"ul", "ol"} and self._lists:
            self._lists.pop()
        elif tag == "a" and self._links:
            self._linked(*self._links.pop())

    def handle_data(self, data: str) -> None:
        if not self._preformatted:
            self._say(_SPACES.sub(" ", data))
            return
        for number, line in enumerate(data.split("\n")):
            if number:
                self._break(empty=True)
            self._say(line)

    def _say(self, words: str) -> None:
        if not self._preformatted and (not self._line or self._line[-1].endswith(" ")):
            words = words.lstrip(" ")
        if words:
            self._line.append(words)
            if self._links:
                self._links[-1][1].append(words)

    def _break(self, *, empty: bool = False) -> None:
        line = "".join((self._mark, *self._line)) if self._line else ""
        if line.strip() or (empty and self._lines and self._lines[-1][1]):
            self._lines.append((self._depth, line if self._preformatted else line.strip()))
        if self._line:
            self._line, self._mark = [], ""

    def _item(self) -> None:
        number = self._lists[-1] if self._lists else None
        self._mark = "- " if number is None else f"{number}. "
        if number is not None:
            self._lists[-1] = number + 1

    def _linked(self, address: str, words: list[str]) -> None:
        """A person's name stands for them; any other address is seen beside its words, as its author gave both."""
        pill = _PILL.fullmatch(address)
        user = unquote(pill["user"]) if pill else ""
        user = user if user.startswith("@") or not address.lower().startswith("matrix:") else f"@{user}"
        if user_id(user):
            self.users.append(user)
        elif address and address.rstrip("/") not in "".join(words) and not _same(address, "".join(words)):
            self._say(f" ({address})")


def _same(address: str, words: str) -> bool:
    """Whether the words are the address without its scheme."""
    return address.partition(":")[2].strip("/") == words.strip().strip("/")


def _number(start: str | None) -> int:
    return int(start) if start and start.isascii() and start.isdecimal() and len(start) <= 9 else 1  # noqa: PLR2004
