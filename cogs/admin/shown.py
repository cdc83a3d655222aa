"""How settings, cogs and health look in the moderators' room."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from bot.api import (
    AccessLost,
    Block,
    Code,
    ConversationId,
    ConversationReplaced,
    Document,
    Faint,
    Health,
    Inlines,
    Mention,
    Quote,
    SettingInfo,
    Strong,
    heading,
    inlines,
    listing,
    paragraph,
)

_LONGEST_VALUE = 80
_LONGEST_REASON = 300
_WORTH_TELLING = 1.0
"""Seconds; what came up since then, such as the question itself, is under way rather than waiting."""
_MINUTE = 60
_HOUR = 3600


def sections(infos: Sequence[SettingInfo], presets: Iterable[str], prefix: str) -> Document:
    """Every setting with its value, one line each."""
    blocks: list[Block] = []
    for section, group in groupby(sorted(infos, key=lambda info: info.section), key=lambda info: info.section):
        blocks += [heading(section, level=3), listing(*(_short(info) for info in group))]
    hints = [f"{prefix}settings SECTION explains them; {prefix}set SECTION.NAME VALUE changes one"]
    if known := sorted(presets):
        hints.append(f"{prefix}set preset {'|'.join(known)} changes several at once")
    return Document((*blocks, paragraph(Faint(f"{'. '.join(hints)}."))))


def section(infos: Sequence[SettingInfo], prefix: str) -> Document:
    """One section's settings with what they do and why one would change them."""
    name = infos[0].section
    items = [inlines(*_short(info), ". ", info.description) for info in infos]
    hint = f"{prefix}set {name}.{infos[0].name} VALUE changes one, with “default” it goes back to the configuration."
    return Document.of(heading(name, level=3), listing(*items), paragraph(Faint(hint)))


def changed(before: SettingInfo, value: str) -> Document:
    return Document.of(
        Code(f"{before.section}.{before.name}"),
        f" is now {_with_unit(value, before.unit)}; it was {_with_unit(before.value, before.unit)}. It holds at once.",
    )


def preset_applied(name: str, changes: Sequence[tuple[SettingInfo, str]]) -> Document:
    if not changes:
        return Document.of("Preset ", Strong(name), " changes nothing: everything has its values already.")
    rows = [inlines(Code(f"{info.section}.{info.name}"), f": {info.value} → {value}") for info, value in changes]
    return Document.of(paragraph("Preset ", Strong(name), " holds from now on:"), listing(*rows))


def cogs(loaded: Mapping[str, str], missing: Mapping[str, str], prefix: str) -> Document:
    return Document.of(
        listing(*(inlines(Strong(name), f": {description}") for name, description in loaded.items())),
        *_part("Not loaded", [inlines(Strong(name), f": {why}") for name, why in sorted(missing.items())]),
        paragraph(Faint(f"{prefix}cogs load NAME, unload NAME or reload NAME changes them.")),
    )


def rooms(
    lag: Mapping[ConversationId, float], unread: Mapping[ConversationId, int], names: Mapping[ConversationId, str]
) -> list[Inlines]:
    """The room that is furthest behind, and where messages cannot be decrypted, a line each."""
    found: list[Inlines] = []
    worst = max(lag, key=lambda room: lag[room], default=None)
    if worst is not None and lag[worst] >= _WORTH_TELLING:
        behind = f": its newest message was stored {_duration(lag[worst])} after it was sent"
        found.append(inlines("Furthest behind is ", Strong(names[worst]), behind))
    for room, count in sorted(unread.items(), key=lambda one: (-one[1], one[0])):
        noun = "1 message" if count == 1 else f"{count} messages"
        found.append(inlines(f"{noun} could not be decrypted in ", Strong(names[room])))
    return found


def health(report: Health, rooms: Sequence[Inlines] = ()) -> Document:
    """What waits, since when, what could not be judged or loaded, what went wrong, which models answer."""
    lags = report.lag
    waiting = [
        inlines(f"{_work(name)}: {count}", f", the oldest for {_duration(lag)}" if (lag := lags.get(name)) else "")
        for name, count in report.waiting.items()
        if count and lags.get(name, _WORTH_TELLING) >= _WORTH_TELLING
    ]
    abstained = [inlines(f"{reason}: {count}") for reason, count in report.abstained.items() if count]
    models = [inlines(f"{name}: {model}") for name, model in report.models.items()]
    missing = [inlines(Strong(name), f": {why}") for name, why in sorted(report.not_loaded.items())]
    failures = "Nothing went wrong since the start."
    if report.incidents:
        noun = "1 failure" if report.incidents == 1 else f"{report.incidents} failures"
        often = sorted(report.failures.items(), key=lambda one: -one[1])
        failures = f"{noun} since the start; the log holds each under its incident id."
        failures += f" By cog: {', '.join(f'{cog} {count}' for cog, count in often)}." if often else ""
    return Document.of(
        *(_part("Waiting", waiting) or (paragraph("Nothing waits: all is dealt with."),)),
        *_part("Rooms", rooms),
        *_part("Read, but not judged, since the start", abstained),
        *_part("Models", models),
        *_part("Cogs that are not loaded", missing),
        heading("Failures", level=3),
        failures,
        *_stood_still(report.stood_still),
    )


def sent_out(event: AccessLost) -> Document:
    """The bot lost a room: which, by whom, why, and what brings it back."""
    done = "I was banned from " if event.banned else "I was sent out of "
    by = (" by ", Mention(event.by.id, event.by.name)) if event.by else ()
    first = "lift the ban and then " if event.banned else ""
    reason = event.reason.strip()[:_LONGEST_REASON]
    return Document.of(
        paragraph(done, Strong(event.conversation.name or event.conversation.id), *by, "."),
        *((paragraph("The reason given:"), Quote(reason)) if reason else (paragraph("No reason was given."),)),
        paragraph(
            "Nothing is read or answered there now, and what was to be posted there is lost. "
            f"If that was a mistake, {first}invite me again: I go on there."
        ),
    )


def replaced(event: ConversationReplaced, *, follows: bool) -> Document:
    """A room got another one in its place."""
    old, new = Strong(event.old.name or event.old.id), Code(event.new.id)
    if not follows:
        return Document.of(
            paragraph("The room ", old, " was replaced by ", new, ", which I do not follow: it belongs to another "
            "community, or is open where the old one was not, or leads back. The log says which."),
        )  # fmt: skip
    return Document.of(
        paragraph("The room ", old, " was replaced by a new one. I go on there: settings, schedules and marks hold."),
        paragraph(Faint("Please put its id into the configuration when you next edit it: "), new),
    )


def _stood_still(seconds: float) -> tuple[Block, ...]:
    if not seconds:
        return ()
    return (paragraph(f"A cog held up the whole bot, for {_duration(seconds)} at the longest; the log says which."),)


def _work(name: str) -> str:
    """What waits, in words: "events", "posts to discord", or "civility.judge" for a cog's worker."""
    cog, dot, worker = name.partition(".")
    if dot:
        return f"Messages for {cog} to {worker}"
    return "Messages and commands to handle" if name == "events" else name.capitalize()


def _part(title: str, items: Sequence[Inlines]) -> tuple[Block, ...]:
    return (heading(title, level=3), listing(*items)) if items else ()


def _short(info: SettingInfo) -> Inlines:
    mark = f" (changed here; the configuration says {_with_unit(info.default, info.unit)})" if info.changed else ""
    return inlines(Code(info.name), f" = {_with_unit(info.value, info.unit)}", mark)


def _with_unit(value: str, unit: str) -> str:
    shown = value if len(value) <= _LONGEST_VALUE else f"{value[:_LONGEST_VALUE]}…"
    return f"{shown or 'empty'} {unit}".strip()


def _duration(seconds: float) -> str:
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    return f"{seconds / _MINUTE:.0f} min" if seconds < _HOUR else f"{seconds / _HOUR:.1f} h"
