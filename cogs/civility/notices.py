"""What civility says: the notice to a room, the answer to `!watch`, and word of a missing model."""

from collections.abc import Sequence
from datetime import datetime

from bot.api import Code, Community, Document, Faint, Mode, Moment, Rule, Strong, paragraph


def room_notice(model: str, community: Community, rule: Rule | None, markers: Sequence[str], prefix: str) -> Document:
    about = f" Our rule: “{rule.text}”" if rule else ""
    return Document.of(
        paragraph(
            Strong("For your information: "),
            f"I read along in this room and look for personal attacks.{about} A small model ({model}) does it, "
            "on the machine that runs me: no other company or service is asked. "
            f"It errs at times, so it {_does(community)}. It is meant for attacks on people, not for opinions.",
        ),
        paragraph(_kept(community)),
        paragraph(_off_record(markers), Code(f"{prefix}watch"), " and ", Code(f"{prefix}privacy"), " tell you more."),
    )


def _does(community: Community) -> str:
    if community.mode is Mode.OBSERVE:
        return "only counts for now: nobody is told of single messages"
    return "only points messages out to the moderators, and people decide"


def _kept(community: Community) -> str:
    return (
        f"Your messages are kept on that machine for {_days(community.retention_days)}; what you delete here is "
        "deleted there at once."
    )


def _off_record(markers: Sequence[str]) -> str:
    """What begins with a marker is judged all the same: that is said, too."""
    if not markers:
        return ""
    return (
        f"Begin a message with {' or '.join(markers)} to keep it off the record: it is judged like any other, but "
        "never quoted, and soon deleted there. "
    )


def watched(
    *,
    community: Community,
    model: str,
    threshold: float,
    rule: Rule | None,
    exempted: str,
    markers: Sequence[str],
    prefix: str,
    judged: int,
    abstained: int,
) -> Document:
    about = f" Our rule: “{rule.text}”" if rule else ""
    spared = "" if exempted == "nobody" else f" Messages by people from the standing “{exempted}” on are not judged."
    unsure = f"; it could not judge {abstained} more" if abstained else ""
    return Document.of(
        paragraph(
            f"I look for personal attacks in this room.{about} A model on the machine that runs me gives each message "
            f"a score from 0 to 1; from {threshold:.2f} on {_follows(community)}.{spared}"
        ),
        paragraph(_kept(community)),
        paragraph(_off_record(markers), Code(f"{prefix}privacy"), " says what is kept about you."),
        paragraph(Faint(f"Model: {model}. Judged in this community: {_messages(judged)}{unsure}.")),
    )


def _follows(community: Community) -> str:
    if community.mode is Mode.OBSERVE:
        return "it is counted, and that is all for now"
    return "it is put before the moderators, and they decide"


def watched_without_model(unjudged: int) -> Document:
    return Document.of(
        "This room is to be watched for personal attacks, but no model answers at the moment. "
        f"I do not guess: {_messages(unjudged)} unjudged so far. The moderators know.",
    )


def not_watched() -> Document:
    return Document.of("I do not look for attacks in this room.")


def model_missing(prefix: str) -> Document:
    return Document.of(
        paragraph(
            Strong("I cannot judge messages at the moment: "),
            "the model for personal attacks does not answer. I do not guess, so there are no flags until it does. "
            "Everything else goes on, and members can still report messages.",
        ),
        paragraph(
            "Whoever runs me finds the cause in the log and with ",
            Code("folkmoot doctor"),
            ". ",
            Code(f"{prefix}watch"),
            " in one of your rooms shows how many messages went unjudged.",
        ),
    )


def model_back(since: datetime, until: datetime, zone: str, messages: int) -> Document:
    return Document.of(
        paragraph(
            f"The model for personal attacks answers again. Left unjudged: {_messages(messages)}, from ",
            Moment(since, zone),
            " to ",
            Moment(until, zone),
            ".",
        )
    )


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _messages(count: int) -> str:
    return "1 message" if count == 1 else f"{count} messages"
