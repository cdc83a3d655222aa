"""Cutting a post into sentences, as people write them in chats, forums and mails."""

# ruff: noqa: RUF001 (dashes and quotation marks as people type them)
from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST_POST = 20_000
_LONGEST_SENTENCE = 380
_LONGEST_HEADING = 110
_LONGEST_LIST_NUMBER = 20
"""With the white space before it."""
# A line this long that does not end a sentence was probably wrapped by a mail program.
_WRAPPED_LINE = 55

_NOT_THEIR_WORDS = re.compile(
    r"""```.*?(?:```|\Z)                                    # code
    | ^[ \t]*>>>.*\Z                                        # Discord: a quotation up to the end
    | ^[ \t]*(?:>|&gt;)[^\n]*$                              # a quoted line belongs to whom it quotes
    | ^[^\n]{2,90}\b(?:wrote|writes|schrieb)\s?:[ \t]*$     # "On Monday X wrote:"
    | ^--[ ]?$.*\Z                                          # a mail's signature
    | <a?:\w{1,40}:\d{5,25}>                                # custom emoji
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
# The third kind: "half full.Then" with the space forgotten.
_BOUNDARY = re.compile(
    r"""(?<![.!?…])[.!?…]++["'”’»)\]*_~]*+(?=\s)|[。！？]+|\n|(?<=[a-z]{3})[.!?](?=[A-Z][a-z']*\s)"""
)
_CLAUSE_BOUNDARY = re.compile(r"(?:;|\s[-–—]{1,3}|—|\.{3}|…|:)\s+")
_LAST_WORD = re.compile(r"[^\s(\"'“]+\Z")
_LISTED = re.compile(r"[ \t]*(?:[-*•–+]|\(?\d{1,2}[.)]|[a-h]\))[ \t]+")
_LEAD = re.compile(
    r"""(?:\s+ | (?:[-*•–+#]+|\(?\d{1,2}[.)])(?=\s) | <@[!&]?\d+>[,:]? | @[\w.-]+[,:]?(?=\s) | [~*_]+(?=\s))+""",
    re.VERBOSE,
)
_ABBREVIATIONS = frozenset(
    {"mr", "mrs", "ms", "dr", "prof", "st", "vs", "e.g", "i.e", "eg", "ie", "cf", "no", "inc", "ltd", "jr", "sr", "gen"}
    | {"sen", "rep", "gov", "fig", "approx", "pp", "vol", "ch", "ca", "al"}
)
_ABBREVIATIONS_BEFORE_SMALL = frozenset({"etc", "u.s", "u.k", "u.n", "a.m", "p.m", "co", "corp", "dept", "est"})


@dataclass(frozen=True, slots=True)
class Segment:
    """One sentence: `text[start:end]` of the post it was cut from.

    Attributes:
        paragraph: counts from zero within the post.
        heading: a title line over further text, not a sentence.
        part: cut out of a longer sentence.
    """

    start: int
    end: int
    paragraph: int
    heading: bool = False
    part: bool = False


def segments(text: str) -> list[Segment]:
    """Cut a post into sentences; code, quoted lines, mail signatures and leading mentions are left out."""
    readable = _NOT_THEIR_WORDS.sub(lambda match: "\n" * len(match[0]), text[:_LONGEST_POST])
    found = [
        Segment(*span, paragraph, part=part)
        for paragraph, (start, end) in enumerate(_paragraphs(readable))
        for sentence in _sentences(readable, start, end)
        for span, part in _shortened(readable, *sentence)
    ]
    return _with_heading(readable, found)


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for gap in re.finditer(r"\n[ \t\r]*\n\s*", text):
        if text[start : gap.start()].strip():
            yield start, gap.start()
        start = gap.end()
    if text[start:].strip():
        yield start, len(text)


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    begin = start
    for match in _BOUNDARY.finditer(text, start, end):
        # The cheap half of the check first: nothing between this boundary and the last.
        if match.end() > begin and _ends_sentence(text, begin, match, end):
            if trimmed := _trimmed(text, begin, match.end()):
                yield trimmed
            begin = match.end()
    if trimmed := _trimmed(text, begin, end):
        yield trimmed


def _ends_sentence(text: str, begin: int, match: re.Match[str], end: int) -> bool:
    if match[0] == "\n":
        return _line_ends_sentence(text, match.start(), end)
    rest = text[match.end() : min(end, match.end() + 20)].lstrip()
    follows_small = rest[:1].islower()
    if text[match.start() - 1 : match.start()] in ("(", "["):
        return False  # "a bargain (!) for the town"
    if match[0].startswith(("...", "…")):
        return not follows_small
    if match[0] != ".":
        return True
    word = _LAST_WORD.search(text[max(begin, match.start() - 20) : match.start()])
    last = word[0].lower() if word else ""
    if last in _ABBREVIATIONS or (follows_small and last in _ABBREVIATIONS_BEFORE_SMALL):
        return False
    if len(last) == 1 and last.isalpha() and last != "i":
        return False  # an initial: "J. Smith"
    # A number at the beginning is a list's, not a sentence.
    before = text[begin : min(match.start(), begin + _LONGEST_LIST_NUMBER + 1)]
    is_begun = len(before) > _LONGEST_LIST_NUMBER or before.strip(" \t\n0123456789.(")
    return not last.rstrip(".)").isdigit() or bool(is_begun)


def _line_ends_sentence(text: str, newline: int, end: int) -> bool:
    line_start = text.rfind("\n", 0, newline) + 1
    following = text[newline + 1 : end]
    wrapped = newline - line_start >= _WRAPPED_LINE and following.lstrip()[:1].islower()
    return not wrapped or _LISTED.match(following[:12]) is not None


def _shortened(text: str, start: int, end: int) -> list[tuple[tuple[int, int], bool]]:
    """The sentence, or its clauses if it is so long that nobody would quote it whole."""
    if end - start <= _LONGEST_SENTENCE:
        return [((start, end), False)]
    cuts = [start, *(match.end() for match in _CLAUSE_BOUNDARY.finditer(text, start, end)), end]
    pieces: list[tuple[int, int]] = []
    for left, right in pairwise(cuts):
        if pieces and right - pieces[-1][0] <= _LONGEST_SENTENCE:
            pieces[-1] = (pieces[-1][0], right)
        else:
            pieces.append((left, right))
    trimmed = [_trimmed(text, *piece) for piece in pieces]
    return [(piece, len(pieces) > 1) for piece in trimmed if piece]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    lead = _LEAD.match(text, start, end)
    start = lead.end() if lead else start
    end = start + len(text[start:end].rstrip())
    return (start, end) if end > start else None


def _with_heading(text: str, found: list[Segment]) -> list[Segment]:
    """Mark a first line that stands alone, unpunctuated, over a longer text."""
    if len(found) < 2 or found[1].paragraph == 0:  # noqa: PLR2004 (a heading and something under it)
        return found
    first = found[0]
    line = text[first.start : first.end]
    if len(line) > _LONGEST_HEADING or line[-1] in '.!?…,;:"”' or (not line[0].isupper() and not line[0].isdigit()):
        return found
    return [Segment(first.start, first.end, first.paragraph, heading=True), *found[1:]]
