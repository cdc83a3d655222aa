"""Measures against members and messages, as far as a stage of virtual people knows them."""

from datetime import UTC, datetime, timedelta

from bot.domain.effect import (
    Ban,
    Hide,
    Kick,
    LiftTimeout,
    Restore,
    SlowMode,
    Timeout,
    Unban,
)
from bot.platforms.console.stage import Stage

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)

Measure = Hide | Restore | Timeout | LiftTimeout | Kick | Ban | Unban | SlowMode


def takes_back(measure: Measure) -> bool:
    """Whether it ends another one: then the reason given is that of the one that ends."""
    return isinstance(measure, Restore | LiftTimeout | Unban)


def carry_out(measure: Measure, stage: Stage, now: datetime) -> str:
    """Do what can be done; gives a line that says what was."""
    match measure:
        case Hide(message=message):
            return f"Message #{stage.short(message)} is hidden"
        case Restore(message=message):
            return f"Message #{stage.short(message)} is shown again"
        case Timeout(member=member, seconds=seconds):
            pause = timedelta(seconds=round(min(seconds, (FOREVER - now).total_seconds())))
            stage.silence(member, now + pause)
            return f"{stage.name_of(member)} may not speak for {_in_words(pause)}"
        case LiftTimeout(member=member):
            stage.silence(member, None)
            return f"{stage.name_of(member)} may speak again"
        case Kick(member=member, conversation=room):
            return f"{stage.name_of(member)} is sent out of {stage.room_name(room)}"
        case Ban(member=member):
            stage.silence(member, FOREVER)
            return f"{stage.name_of(member)} is banned"
        case Unban(member=member):
            stage.silence(member, None)
            return f"{stage.name_of(member)} is no longer banned"
        case SlowMode(conversation=room, seconds=0):
            return f"{stage.room_name(room)} is no longer slowed down"
        case SlowMode(conversation=room, seconds=seconds):
            return f"In {stage.room_name(room)} there are now {seconds} s between two messages of one member"


def _in_words(time: timedelta) -> str:
    minutes, seconds = divmod(round(time.total_seconds()), 60)
    return str(time) if seconds or time > timedelta(hours=2) else f"{minutes} minutes"
