"""The audit trail in plain words: what happened to which case, message or setting, by whom, and why."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.api import (
    AuditEntry,
    Community,
    Document,
    Faint,
    Inline,
    Inlines,
    Jump,
    MemberId,
    Mention,
    MessageId,
    Moment,
    Strong,
    inlines,
    listing,
)

_CASES: Final = {
    "opened": "opened",
    "joined": "flagged once more",
    "reported": "reported",
    "upheld": "upheld",
    "dismissed": "dismissed",
    "reopened": "opened again, the decision taken back",
    "appealed": "appealed against",
    "kept": "kept as it was decided, after the appeal",
}
_MEASURES: Final = {
    "warn": "warn the member",
    "hide": "hide the message",
    "timeout": "time the member out",
    "kick": "send the member out",
    "ban": "ban the member",
}
_MESSAGE_EFFECTS: Final = {"Hide": "hidden", "Restore": "shown again"}
_MEMBER_EFFECTS: Final = {
    "Warn": "warned",
    "Timeout": "timed out",
    "LiftTimeout": "may write again",
    "Kick": "sent out",
    "Ban": "banned",
    "Unban": "no longer banned",
}
_FLAGS: Final = {"raised": " flagged", "observed": " would have been flagged, but here the bot only observes"}
_OTHERS: Final = {
    "weekly.planned": "Weekly prompt planned",
    "weekly.off": "Weekly prompt switched off",
    "prompt.posted": "Discussion prompt posted by hand",
    "prompt.skipped": "Discussion prompt passed over",
    "member.erased": "A member was erased, with all that was kept about them",
    "store.restored": "The store was restored from a backup; decisions after that backup are in the store it replaced",
    "trail.rewritten": "The trail was given pseudonyms in place of members' names",
    "trail.broken": "The trail was given pseudonyms; it had been broken before",
}
_CAME_TO_NOTHING: Final = {
    "failed": "Did not work: ",
    "unknown": "Perhaps did not work: ",
    "withheld": "Held back, since here the bot may not do this by itself: ",
}


def people(entries: Sequence[AuditEntry]) -> set[MemberId]:
    """Everybody whose name the trail needs."""
    concerned = {MemberId(entry.subject) for entry in entries if entry.details.get("effect") in _MEMBER_EFFECTS}
    return concerned | {entry.actor for entry in entries if entry.actor is not None}


def document(
    entries: Sequence[AuditEntry], names: Mapping[MemberId, Mention], community: Community, *, closely: bool
) -> Document:
    """Lines of the trail, newest first.

    Args:
        entries: what is shown.
        names: of `people(entries)`.
        community: whose trail it is.
        closely: also say what the model believed, where it did.
    """
    if not entries:
        return Document.of("The audit trail is empty so far.")
    return Document.of(listing(*(_line(entry, names, community, closely=closely) for entry in entries)))


def _line(entry: AuditEntry, names: Mapping[MemberId, Mention], community: Community, *, closely: bool) -> Inlines:
    actor = f", by {names[entry.actor].name}" if entry.actor is not None and entry.actor in names else ""
    reason = entry.details.get("reason") or entry.details.get("note")
    return inlines(
        Faint(f"{entry.number} "),
        Moment(entry.at, community.zone),
        " · ",
        *_what(entry, names),
        actor,
        f": “{reason}”" if reason else "",
        Faint(_belief(entry)) if closely else "",
    )


def _what(entry: AuditEntry, names: Mapping[MemberId, Mention]) -> list[str | Inline]:
    details = entry.details
    topic, _, event = entry.action.partition(".")
    if topic == "case":
        measure = _MEASURES.get(details.get("action", "")) if event == "upheld" else None
        number = entry.subject.removeprefix("case ")
        return [Strong(f"Case {number}"), f" {_CASES.get(event, event)}", f", to {measure}" if measure else ""]
    if topic == "flag":
        return [Jump(MessageId(entry.subject), "Message"), _FLAGS.get(event, f" {event}")]
    if entry.action == "slowmode.set":
        return [f"Slow mode of {details.get('room', 'a room')}: {details.get('pause', '')}"]
    if topic == "sanction":
        seen = [f"By hand in {details.get('room', 'a room')}: "] if event == "observed" else []
        return [*seen, _CAME_TO_NOTHING.get(event, ""), *_measure(entry, names)]
    if topic == "setting":
        return [Strong(entry.subject), f" changed from {details.get('from') or 'empty'} to {details.get('to')}"]
    if topic == "cog":
        return [Strong(entry.subject), f" {event}"]
    rule = f" for {details['rule']} ({details.get('zone', '')})" if "rule" in details else ""
    return [f"{_OTHERS[entry.action]}{rule}"] if entry.action in _OTHERS else [f"{entry.subject}: {entry.action}"]


def _measure(entry: AuditEntry, names: Mapping[MemberId, Mention]) -> list[str | Inline]:
    effect, case = entry.details.get("effect", ""), entry.details.get("case")
    about = f" (case {case})" if case else ""
    if effect in _MEMBER_EFFECTS:
        who = names.get(MemberId(entry.subject))
        return [who.name if who else "A member", f" {_MEMBER_EFFECTS[effect]}{about}"]
    if effect in _MESSAGE_EFFECTS:
        return [Jump(MessageId(entry.subject), "Message"), f" {_MESSAGE_EFFECTS[effect]}{about}"]
    return ["Slow mode set" if effect == "SlowMode" else f"{effect}{about}"]


def _belief(entry: AuditEntry) -> str:
    details = entry.details
    if entry.action not in ("case.opened", "case.joined") or "score" not in details:
        return ""
    return (
        f" (rule {details.get('rule', '')}; score {details['score']}, flagged from {details.get('threshold', '')}; "
        f"model {details.get('model', '')})"
    )
