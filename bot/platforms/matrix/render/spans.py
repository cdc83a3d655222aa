"""Inline nodes as plain text and as HTML: the words escaped, addresses only where they can do no harm. Pure."""

import html
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain import document as tree
from bot.domain.document import Inline, Inlines
from bot.domain.ids import MessageId, platform_of
from bot.domain.text import harmless
from bot.platforms.matrix import names

LinkTo = Callable[[MessageId], str | None]
"""The address that opens a message; None where there is none."""

LONGEST_ADDRESS = 2000
"""Characters of an address that is made a link; nobody opens a longer one."""

LONGEST_NAME = 100
"""Characters of a person's name that are shown."""

_SCHEMES = frozenset({"http", "https", "mailto"})
_UNFIT_IN_ADDRESS = frozenset(" \t\n\ufffd<>\"'`\\^{}|")


@dataclass(frozen=True, slots=True)
class Piece:
    """Something shown: both forms, and the users whom it is meant to notify."""

    plain: str
    html: str
    meant: tuple[str, ...] = ()


def line(spans: Inlines, link_to: LinkTo) -> Piece:
    return joined([span(each, link_to) for each in spans])


def joined(pieces: Iterable[Piece], between: Piece | None = None) -> Piece:
    """Pieces one after the other."""
    every = list(pieces)
    gap = between or Piece("", "")
    return Piece(
        gap.plain.join(piece.plain for piece in every),
        gap.html.join(piece.html for piece in every),
        tuple(user for piece in every for user in piece.meant),
    )


def span(node: Inline, link_to: LinkTo) -> Piece:
    match node:
        case tree.Text(text=text):
            return words(text)
        case tree.Strong(text=text):
            return wrapped("strong", text)
        case tree.Faint(text=text):
            return wrapped("em", text)
        case tree.Code(text=text):
            return wrapped("code", text)
        case tree.Link(text=text, url=url):
            return _link(text, url)
        case tree.Jump(message=message, text=text):
            address = link_to(message)
            return _linked(text, address) if address else words(text)
        case tree.Mention():
            return _mention(node)
        case tree.Moment():
            return words(_moment(node))


def words(text: str) -> Piece:
    clean = harmless(text)
    return Piece(clean, escaped(clean))


def wrapped(tag: str, text: str) -> Piece:
    inside = words(text)
    return Piece(inside.plain, f"<{tag}>{inside.html}</{tag}>" if inside.plain else "")


def escaped(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")


def opens(address: str) -> bool:
    """Whether an address may be made a link: of a scheme that runs nothing, and one that people can open."""
    if len(address) > LONGEST_ADDRESS or harmless(address) != address or _UNFIT_IN_ADDRESS & set(address):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:  # an unfinished IPv6 address
        return False
    return parts.scheme in _SCHEMES and bool(parts.netloc or parts.scheme == "mailto")


def _link(text: str, address: str) -> Piece:
    if opens(address):
        return _linked(text, address)
    return words(text if not address or text == address else f"{text} ({address})")


def _linked(text: str, address: str) -> Piece:
    """Plain text spells the address out, for whoever sees no HTML."""
    shown = words(text if text.strip() else address)
    plain = shown.plain if shown.plain == address else f"{shown.plain} <{address}>"
    return Piece(plain, f'<a href="{html.escape(address)}">{shown.html}</a>')


def _mention(mention: tree.Mention) -> Piece:
    """A pill; whether it notifies is said by `m.mentions` alone."""
    shown = words(clipped(mention.name, LONGEST_NAME) if mention.name.strip() else mention.member)
    user = user_in(mention)
    if user is None:
        return shown
    pill = f'<a href="{html.escape(names.link_to_user(user))}">{shown.html}</a>'
    return Piece(shown.plain, pill, (user,) if mention.notify else ())


def user_in(mention: tree.Mention) -> str | None:
    """The account that a mention names; None for somebody of another platform."""
    user = names.user_of(mention.member)
    whole = platform_of(mention.member) == names.PLATFORM and user.startswith("@") and names.server_of(user)
    return user if whole and len(user) <= LONGEST_USER and harmless(user) == user else None


LONGEST_USER = 255
"""Characters of a user id, by the specification."""


def _moment(moment: tree.Moment) -> str:
    """In its zone, by the zone's short name where it has one."""
    try:
        zone = ZoneInfo(moment.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = ZoneInfo("UTC")
    try:
        local = moment.at.astimezone(zone)
    except OverflowError:  # at the calendar's very ends
        local = moment.at
    short = local.tzname() or ""
    return f"{local:%a %d %b %Y, %H:%M} {short if short.isalpha() else zone.key}"


def clipped(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
