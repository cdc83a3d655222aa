"""Chat text made fit to store, and made harmless to show."""

import re

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

_BREAKS = dict.fromkeys(map(ord, "\x0b\x0c\x85\u2028\u2029"), "\n")
_CONTROLS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], "\ufffd") | _BREAKS | {0x09: "\t", 0x0A: "\n", 0x0D: " "}
_NO_XML = (0xFFFE, 0xFFFF)
_DIRECTIONS = dict.fromkeys(
    [*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xFFF9, 0xFFFC), *_NO_XML], "\ufffd"
)
_HARMFUL = _CONTROLS | _DIRECTIONS
_SUSPECT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]")
_SURROGATES = re.compile("[\ud800-\udfff]")


def storable(text: str) -> str:
    """The text with lone surrogates and NUL, which databases refuse, as U+FFFD: one for one, so that offsets hold."""
    if text.isascii() and "\0" not in text:
        return text
    return _UNSTORABLE.sub("\ufffd", text)


def harmless(text: str) -> str:
    """The text without what steers a terminal, turns the reading direction or breaks XML: escapes, bidi overrides.

    One character stands for one, so that offsets into the text stay true. Tabs and line breaks are kept, other
    separators of lines become breaks, and everything else that is taken out leaves U+FFFD behind.
    """
    if _SUSPECT.search(text) is None:
        return text
    return _SURROGATES.sub("\ufffd", text).translate(_HARMFUL)
