"""Words made so that Discord shows them as they are: no markup, no mention, no address that unfurls. Pure."""

import re
import unicodedata

from bot.domain.text import harmless

GAP = "\u200b"
"""Takes no room; parts what must not touch."""

_MARKS = re.compile(r"[\\*_~`|<>\[\]@]|:(?=\S)")
"""Special wherever they stand. A colon begins emoji by name and ends the scheme of an address."""

_MARKS_NEAR_ADDRESSES = re.compile(r"[\\*_~`|<>\[\]@./]|:(?=\S)")
"""Invitations and gifts unfurl without a scheme."""

_LINE_BEGINNINGS = re.compile(r"^([^\S\n]*+[0-9]*+)(?=[#+.)-])", re.MULTILINE)
"""Headings, lists, small print."""

_EVERYBODY = re.compile(r"\\@(?=everyone|here)", re.IGNORECASE)


def escaped(text: str) -> str:
    r"""Every special character behind a backslash, which Discord does not show before what is no letter or digit.

    Each text is taken for the beginning of a line. `@everyone` is parted as well: a server that reads what is escaped
    would not find it.
    """
    clean = harmless(text)
    marks = _MARKS_NEAR_ADDRESSES if "discord" in clean.lower() else _MARKS
    marked = marks.sub(r"\\\g<0>", clean)
    return _EVERYBODY.sub(rf"\\@{GAP}", _LINE_BEGINNINGS.sub(r"\1\\", marked))


def units(text: str) -> int:
    """The length as Discord's clients count it, in units of UTF-16; the server counts as much or less."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def heaviest(character: str) -> int:
    """What one character of a member's words may take in units once it is rendered, wherever it stands."""
    if character == "\n":
        return _LINE_BREAK
    if character == "@":
        return 3
    if character.isascii():
        return 1 if character.isalnum() or character == " " else 2
    return 2 if ord(character) > _BASIC_PLANE else 1


_LINE_BREAK = 8
"""With the marks of a quote and of bold words, which end and begin on each line."""

_BASIC_PLANE = 0xFFFF


def is_blank(text: str) -> bool:
    """Whether nothing of it can be seen, so that Discord might take it for empty."""
    return all(unicodedata.category(character) in _UNSEEN or character == "\u2800" for character in text)


_UNSEEN = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})
