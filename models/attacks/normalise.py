"""The model's own copy of a message: look-alikes and disguised words undone, the way back to the original kept."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from models.attacks.lexicon import RESTORABLE

# Matrix allows events of 64 kB; nothing longer can arrive, and nothing longer is read.
MOST_CHARACTERS: Final = 65_536
_LONGEST_DISGUISE: Final = 40

# Letters of other alphabets that look like Latin ones. Applied only inside words that hold Latin letters too: a whole
# Russian or Greek word is language, not disguise.
_LOOK_ALIKES: Final = dict(
    zip(
        "аАбвВгеЕзіІїјЈкКмМнНоОрРсСтТуУхХѕЅԁԛԝ" + "αΑΒβγεΕηΗιΙκΚΜνΝοΟρΡτΤυΥχΧΖω" + "ıɑɡɩʏ",  # noqa: RUF001 — the look-alikes themselves
        "aAbbBreE3iIijJkKmMhHoOpPcCtTyYxXsSdqw" + "aABbyeEnHiIkKMvNoOpPtTuYxXZw" + "iagiy",
        strict=True,
    )
)
_LEET: Final = str.maketrans("013457896@$!|+", "oleastbgbasilt")
_LEET_OTHER_ONE: Final = str.maketrans("013457896@$!|+", "oieastbgbasiit")
_QUOTE: Final = re.compile(r"^[ \t]{0,3}>(?:[> ].*)?$", re.MULTILINE)
_QUOTE_MARK: Final = re.compile(r"^[ \t]{0,3}(?:> ?){1,9}", re.MULTILINE)
_LINK: Final = re.compile(r"https?://\S{1,2000}|www\.\S{1,2000}", re.IGNORECASE)
_MENTION: Final = re.compile(r"<@[!&]?\d{5,25}>")
_EMOJI: Final = re.compile(r"<a?:(\w{2,32}):\d{5,25}>")
_RUN: Final = re.compile(r"([^\W\d_])\1{2,}")
_PUNCTUATION_RUN: Final = re.compile(r"([^\w\s])\1{3,}")
_SPACES: Final = re.compile(r"[^\S\n]{2,}")
_SPELLED_OUT: Final = re.compile(r"(?<![^\W_])(?:[^\W\d_][ .\-_*]{1,2}){2,18}[^\W\d_](?![^\W_])")
_TOKEN: Final = re.compile(r"[\w@$!|+*#]+")
_ELONGATED: Final = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class Normalised:
    """What the model reads; character `i` of `text` came from `original[starts[i]:ends[i]]`."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The range of the original text behind `text[start:end]` (not empty)."""
        return min(self.starts[start:end]), max(self.ends[start:end])


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some characters on their way through the steps, and where each came from."""

    text: str
    starts: list[int]
    ends: list[int]


def _without_quotes(piece: _Piece) -> _Piece:
    own = _replace(piece, _QUOTE, lambda _: "")
    return own if own.text.strip() else _replace(piece, _QUOTE_MARK, lambda _: "")


def quoted(text: str) -> str:
    """The lines that `text` quotes, without their marks; empty where it holds nothing but a quote."""
    text = text[:MOST_CHARACTERS]
    lines = [match.group() for match in _QUOTE.finditer(text)]
    if not lines or not _QUOTE.sub("", text).strip():
        return ""
    return "\n".join(_QUOTE_MARK.sub("", line) for line in lines)


def normalise(text: str) -> Normalised:
    """Return the model's copy of `text`: quotes left out, disguises undone, at most MOST_CHARACTERS read.

    What is nothing but a quote, as a forwarded message is, says what it quotes.
    """
    piece = _characters(text[:MOST_CHARACTERS])
    piece = _without_quotes(piece)
    piece = _replace(piece, _LINK, lambda _: "url")
    piece = _replace(piece, _MENTION, lambda _: "@user")
    piece = _replace(piece, _EMOJI, lambda match: match.group(1))
    piece = _unmix_alphabets(piece)
    piece = _replace(piece, _SPELLED_OUT, _join_letters)
    piece = _replace(piece, _TOKEN, _undisguise)
    piece = _replace(piece, _RUN, lambda match: match.group(1) * 2)
    piece = _replace(piece, _PUNCTUATION_RUN, lambda match: match.group(1) * 3)
    piece = _replace(piece, _SPACES, lambda _: " ")
    return _trimmed(piece)


def _characters(text: str) -> _Piece:
    """Plain letters, without marks that show nothing: zero width, bidi, stacked accents, lone surrogates."""
    if text.isascii():
        clean = "".join(" " if ord(letter) < 32 and letter != "\n" else letter for letter in text)  # noqa: PLR2004
        return _Piece(clean, list(range(len(text))), list(range(1, len(text) + 1)))
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for index, letter in enumerate(text):
        for shown in _shown(letter):
            letters.append(shown)
            starts.append(index)
            ends.append(index + 1)
    return _Piece("".join(letters), starts, ends)


def _shown(letter: str) -> str:
    if letter.isascii():
        return " " if letter != "\n" and not letter.isprintable() else letter
    if unicodedata.category(letter) in {"Cf", "Cs", "Cc", "Mn", "Me", "Co", "Cn"}:
        return ""
    if letter in "‘’‛′":  # noqa: RUF001 — typographic apostrophes: "you're" has to stay one word
        return "'"
    if unicodedata.category(letter) in {"Zl", "Zp"}:
        return "\n"
    folded = unicodedata.normalize("NFKD", letter)
    return "".join(part for part in folded if not unicodedata.combining(part))


def _replace(piece: _Piece, pattern: re.Pattern[str], change: Callable[[re.Match[str]], str]) -> _Piece:
    """Replace every match whose text changes; each new character points at the whole match."""
    changes = [
        (match.start(), match.end(), new)
        for match in pattern.finditer(piece.text)
        if (new := change(match)) != match.group()
    ]
    return _apply(piece, changes) if changes else piece


def _apply(piece: _Piece, changes: Iterable[tuple[int, int, str]]) -> _Piece:
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    for start, end, new in changes:
        parts += (piece.text[position:start], new)
        starts += piece.starts[position:start] + [piece.starts[start]] * len(new)
        ends += piece.ends[position:start] + [piece.ends[end - 1]] * len(new)
        position = end
    parts.append(piece.text[position:])
    starts += piece.starts[position:]
    ends += piece.ends[position:]
    return _Piece("".join(parts), starts, ends)


def _unmix_alphabets(piece: _Piece) -> _Piece:
    if piece.text.isascii():
        return piece
    return _replace(piece, _TOKEN, _latin_only)


def _latin_only(match: re.Match[str]) -> str:
    word = match.group()
    if word.isascii() or not any(letter.isascii() and letter.isalpha() for letter in word):
        return word
    return "".join(_LOOK_ALIKES.get(letter, letter) for letter in word)


def _join_letters(match: re.Match[str]) -> str:
    """Turn "i d i o t" into "idiot"; the first letter may be a word of its own ("a m o r o n")."""
    joined = "".join(letter for letter in match.group() if letter.isalpha())
    if joined.lower() in RESTORABLE:
        return joined
    if joined.lower()[1:] in RESTORABLE:
        return f"{joined[0]} {joined[1:]}"
    return match.group()


def _undisguise(match: re.Match[str]) -> str:
    """Restore a disguised harsh word; leave every other token as it is."""
    token = match.group()
    core = token.rstrip("!*").lower()
    if not core or len(token) > _LONGEST_DISGUISE or core in RESTORABLE:
        return token if len(token) <= _LONGEST_DISGUISE else _shortened(token)
    found = _SWAPPED.get(core) or next((word for word in _candidates(core) if word in RESTORABLE), None)
    return token if found is None else found + token[len(token.rstrip("!")) :]


def _candidates(core: str) -> Iterable[str]:
    """What `core` may stand for, the likelier first."""
    if not core.isalpha() and any(letter.isalpha() for letter in core):
        for table in (_LEET, _LEET_OTHER_ONE):
            plain = core.translate(table)
            yield plain
            yield _ELONGATED.sub(r"\1", plain)
        if "*" in core or "#" in core:
            yield from _unmasked(core)
    if _ELONGATED.search(core):
        yield _RUN.sub(r"\1\1", core)
        yield _RUN.sub(r"\1", core)
        # "iddiiot" is not English either way, and "as" is never made of "ass": only longer words fold fully.
        if _RUN.search(core):
            yield _ELONGATED.sub(r"\1", core)


def _unmasked(core: str) -> Sequence[str]:
    """The one harsh word that "st*pid" or "f##k" fits; none where several fit."""
    shape = re.compile("".join("[a-z]" if letter in "*#" else re.escape(letter) for letter in core))
    fitting = [word for word in _BY_LENGTH.get(len(core), ()) if shape.fullmatch(word)]
    if sum(letter.isalpha() for letter in core) < 2:  # noqa: PLR2004 — "c***" says nothing certain
        return ()
    return fitting[:1] if len(fitting) == 1 or "fuck" in fitting or "shit" in fitting else ()


def _shortened(token: str) -> str:
    """A token of thousands of letters carries nothing beyond its beginning."""
    return _RUN.sub(r"\1\1", token)[:_LONGEST_DISGUISE]


def _trimmed(piece: _Piece) -> Normalised:
    text = piece.text
    start = len(text) - len(text.lstrip())
    end = max(start, len(text.rstrip()))
    return Normalised(text[start:end], tuple(piece.starts[start:end]), tuple(piece.ends[start:end]))


def _swaps(word: str) -> Iterable[str]:
    """`word` with two neighbours exchanged; the first letter stays, as it does in slips and in disguises."""
    return (word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(1, len(word) - 1))


# Real words that a swap of letters makes of harsh ones.
_REAL_WORDS: Final = frozenset(["lairs", "crepe", "crepes", "twist"])
_SWAPPED: Final = {
    swapped: word
    for word in sorted(RESTORABLE)
    if len(word) >= 5  # noqa: PLR2004 — shorter ones are too near to other words
    for swapped in _swaps(word)
    if swapped not in RESTORABLE and swapped not in _REAL_WORDS
}
_BY_LENGTH: Final[dict[int, tuple[str, ...]]] = {
    length: tuple(sorted(word for word in RESTORABLE if len(word) == length)) for length in range(3, 16)
}
