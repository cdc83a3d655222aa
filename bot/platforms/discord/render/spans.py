"""Inline nodes as Discord's markdown: the words escaped, addresses only where they can do no harm. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.domain import document as tree
from bot.domain.document import Inline, Inlines
from bot.domain.ids import MessageId
from bot.domain.text import harmless
from bot.platforms.discord import names
from bot.platforms.discord.render.escaping import GAP, escaped

LinkTo = Callable[[MessageId], str | None]
"""The address that opens a message; None where there is none."""

LONGEST_ADDRESS = 800
"""Characters of an address that is made a link: a longer one would fill the message."""

LONGEST_NAME = 100
"""Characters of a person's name that are shown."""

_SCHEMES = frozenset({"http", "https"})
_UNFIT_IN_ADDRESS = frozenset(" \t\n\ufffd<>\"'`\\^{}|")
_IN_LABELS = str.maketrans({"[": "\uff3b", "]": "\uff3d", "\n": " "})
"""Discord finds a label's end before it looks for escapes."""

_TOUCHING = "*`"


@dataclass(frozen=True, slots=True)
class Piece:
    """Something shown, and the accounts that it is meant to notify."""

    text: str
    meant: tuple[int, ...] = ()


def line(spans: Inlines, link_to: LinkTo) -> Piece:
    return joined(span(each, link_to) for each in spans)


def joined(pieces: Iterable[Piece]) -> Piece:
    """One after the other; marks that would run into each other are held apart."""
    text, meant = "", list[int]()
    for piece in pieces:
        touching = text[-1:] in _TOUCHING and piece.text[:1] in _TOUCHING and text and piece.text
        text += f"{GAP}{piece.text}" if touching else piece.text
        meant += piece.meant
    return Piece(text, tuple(meant))


def span(node: Inline, link_to: LinkTo) -> Piece:
    match node:
        case tree.Text(text=text):
            return Piece(escaped(text))
        case tree.Strong(text=text):
            return Piece(wrapped("**", text))
        case tree.Faint(text=text):
            return Piece(wrapped("*", text))
        case tree.Code(text=text):
            return Piece(code(text))
        case tree.Link(text=text, url=url):
            return Piece(_link(text, url))
        case tree.Jump(message=message, text=text):
            address = link_to(message)
            return Piece(_linked(text, address) if address else escaped(text))
        case tree.Mention():
            return mention(node)
        case tree.Moment(at=at):
            return Piece(f"<t:{int(at.timestamp())}:f>")


def wrapped(mark: str, text: str) -> str:
    """Each line of the text between marks; white space stays outside, where Discord wants it."""
    return "\n".join(_wrapped_line(mark, each) for each in harmless(text).split("\n"))


def _wrapped_line(mark: str, text: str) -> str:
    before, words, after = _around(text)
    return f"{before}{mark}{escaped(words)}{mark}{after}" if words else text


def _around(text: str) -> tuple[str, str, str]:
    words = text.strip().strip("\ufeff").strip()
    start = text.find(words)
    return text[:start], words, text[start + len(words) :]


def code(text: str) -> str:
    """Between backticks; those in the text are held apart, else they would end it."""
    clean = " ".join(harmless(text).split("\n"))
    if not clean.strip():
        return clean
    if "`" not in clean:
        return f"`{clean}`"
    return f"`` {clean.replace('``', f'`{GAP}`').replace('``', f'`{GAP}`')} ``"


def mention(node: tree.Mention) -> Piece:
    """The name; what notifies is an account's number, which Discord shows as its name."""
    user = names.user_of(node.member)
    if node.notify and user is not None:
        return Piece(f"<@{user}>", (user,))
    return Piece(escaped(clipped(node.name if node.name.strip() else node.member, LONGEST_NAME)))


def opens(address: str) -> bool:
    """Whether an address may be made a link: one that people can open in a browser."""
    if len(address) > LONGEST_ADDRESS or harmless(address) != address or _UNFIT_IN_ADDRESS & set(address):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:  # an unfinished IPv6 address
        return False
    return parts.scheme in _SCHEMES and bool(parts.netloc)


def clipped(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _link(text: str, address: str) -> str:
    if opens(address):
        return _linked(text, address)
    return escaped(text if not address or text == address else f"{text} ({address})")


def _linked(text: str, address: str) -> str:
    """In angle brackets, so that it does not unfurl. Discord makes no link of a label that looks like an address."""
    plain = f"<{address.replace('(', '%28').replace(')', '%29')}>"
    label = text.translate(_IN_LABELS).strip()
    if not label or label == address:
        return plain
    return f"{escaped(label)} ({plain})" if "://" in label else f"[{escaped(label)}]({plain})"
