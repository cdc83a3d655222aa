"""What Discord's client makes of a message's text: its rules of markdown, written down anew for the tests.

The rules are those of the client's parser (simple-markdown with Discord's additions), in its order; only what decides
about whether something is shown as it was meant is here.
"""

import re
from dataclasses import dataclass, field

_BLOCK = (
    ("codeblock", re.compile(r"```(?:([a-z0-9_+\-.#]+?)\n)?\n*([^\n][\s\S]*?)\n*```", re.IGNORECASE)),
    ("heading", re.compile(r"(#{1,3})[^\S\n]+([^\n]+)\n?")),
    ("small", re.compile(r"-# +([^\n]+)\n?")),
    ("quote", re.compile(r" *> [^\n]*(?:\n *> [^\n]*)*\n?")),
    ("quote_rest", re.compile(r" *>>> [\s\S]*")),
    ("list", re.compile(r" *(?:[-*]|[0-9]+\.) [^\n]*(?:\n {2,}[^\n]+)*\n?")),
)
"""Tried at the beginning of a line only, code blocks anywhere."""

_INLINE = (
    ("escape", re.compile(r"\\([^0-9A-Za-z\s])")),
    ("autolink", re.compile(r"<([^: >]+:/[^ >]+)>")),
    ("url", re.compile(r"(?:https?|steam)://[^\s<]+[^<.,:;\"'\]\s]")),
    (
        "link",
        re.compile(
            r"\[((?:\[[^\]]*\]|[^\[\]]|\](?=[^\[]*\]))*)\]\(\s*<?((?:\([^)]*\)|[^\s\\]|\\.)*?)>?(?:\s+['\"][\s\S]*?['\"])?\s*\)"
        ),
    ),
    ("mention", re.compile(r"<@!?(\d+)>|<@&(\d+)>|@(?:everyone|here)")),
    ("channel", re.compile(r"<#(\d+)>|<id:\w+>|</[^>]+:\d+>")),
    ("emoji", re.compile(r"<a?:(\w+):(\d+)>|:([^\s:]+?(?:::skin-tone-\d)?):")),
    ("time", re.compile(r"<t:(-?\d{1,17})(?::[tTdDfFR])?>")),
    ("code", re.compile(r"(`+)([\s\S]*?[^`])\1(?!`)")),
    ("strong", re.compile(r"\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)")),
    ("underline", re.compile(r"__((?:\\[\s\S]|[^\\])+?)__(?!_)")),
    (
        "em",
        re.compile(
            r"\b_((?:__|\\[\s\S]|[^\\_])+?)_\b|\*(?=\S)((?:\*\*|\\[\s\S]|\s+(?:\\[\s\S]|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)"
        ),
    ),
    ("strike", re.compile(r"~~([\s\S]+?)~~(?!_)")),
    ("spoiler", re.compile(r"\|\|([\s\S]+?)\|\|")),
)

INVITE = re.compile(r"(?:discord\.(?:gg|gift|new)|discord(?:app)?\.com/(?:invite|gifts|template))/\w+", re.IGNORECASE)
"""Shown as a card below the message, wherever in the raw text it stands."""


@dataclass
class Seen:
    """The words that are seen, and what else was made of them: (kind, words or address)."""

    text: str = ""
    made: list[tuple[str, str]] = field(default_factory=list)

    def kinds(self) -> set[str]:
        return {kind for kind, _ in self.made}

    def of(self, kind: str) -> list[str]:
        return [what for each, what in self.made if each == kind]


def seen(content: str) -> Seen:
    """The message as it is shown; what takes no room is left out of the words."""
    result = Seen(made=[("invite", found[0]) for found in INVITE.finditer(content)])
    result.text = _read(content, result, blocks=True).replace("\u200b", "")
    return result


def _read(text: str, result: Seen, *, blocks: bool) -> str:
    out, at, begins = "", 0, blocks
    while at < len(text):
        begins = blocks and (at == 0 or text[at - 1] == "\n")
        for kind, rule in _BLOCK:
            found = rule.match(text, at) if begins or kind == "codeblock" else None
            if found is not None:
                out += _block(kind, found, result)
                at = found.end()
                break
        else:
            for kind, rule in _INLINE:
                found = rule.match(text, at)
                if found is not None:
                    out += _inline(kind, found, result)
                    at = found.end()
                    break
            else:
                out += text[at]
                at += 1
    return out


def _block(kind: str, found: re.Match[str], result: Seen) -> str:
    whole = found[0]
    if kind == "codeblock":
        result.made.append((kind, found[2]))
        return found[2]
    end = "\n" if whole.endswith("\n") else ""
    if kind == "quote":
        inside = _read(
            "\n".join(re.sub(r"^ *> ?", "", each) for each in whole.split("\n")).rstrip("\n"), result, blocks=True
        )
    elif kind == "quote_rest":
        inside = _read(whole, result, blocks=False)
    elif kind == "list":
        mark = re.match(r" *([-*]|[0-9]+\.) ", whole)
        assert mark is not None
        inside = _read(re.sub(r"\n {2,}", "\n", whole[mark.end() :]).rstrip("\n"), result, blocks=True)
    else:
        inside = _read(found[found.lastindex or 0], result, blocks=False)
    result.made.append((kind, inside))
    return inside + end


def _inline(kind: str, found: re.Match[str], result: Seen) -> str:
    match kind:
        case "escape":
            return found[1]
        case "link":
            label = _read(found[1], result, blocks=False)
            result.made.append((kind, f"{label} {found[2]}"))
            if not found[0].endswith(">)"):
                result.made.append(("unfurled", found[2]))
            return label
        case "autolink" | "url" | "mention" | "channel" | "emoji" | "time":
            result.made.append((kind, found[0]))
            return found[0]
        case "code":
            result.made.append((kind, found[2]))
            return re.sub(r"^ (?= *`)|(?<=`) $", "", found[2])
    inside = _read(next(group for group in found.groups() if group is not None), result, blocks=False)
    result.made.append((kind, inside))
    return inside
