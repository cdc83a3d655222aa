"""The core's own sections: store, log, commands, models, limits, record, monitoring, cogs, console, communities."""

import re
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, model_validator

from bot.config.discord import DiscordSection, discord_id, without_links
from bot.config.matrix import MatrixSection, matrix_id
from bot.config.section import Section, setting

_LONGEST_MARKER = 20
_SHORTEST_MARKER = 2  # one sign alone begins too many messages


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        near = get_close_matches(name, available_timezones(), n=1, cutoff=0.8) or ["Europe/Berlin"]
        raise ValueError(f"{name!r} is no IANA time zone; write one such as {near[0]!r} or 'UTC'") from error
    return name


def _platform_id(text: str) -> str:
    without_links(text)
    if not re.fullmatch(r"[a-z]+:\S+", text):
        raise ValueError(f"{text!r} must be written platform:id, as in 'console:square'")
    platform, _, native = text.partition(":")
    if platform == "matrix":
        matrix_id(native)
    if platform == "discord":
        discord_id(native)
    return text


def _short_name(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9-]{1,40}", text):
        raise ValueError(f"{text!r} must be lower-case letters, digits and hyphens, 40 at most")
    return text


def _command_prefix(text: str) -> str:
    if not re.fullmatch(r"[^\w\s]{1,3}", text):
        raise ValueError(f"{text!r} must be one to three signs such as '!', without letters or spaces")
    return text


def _marker(text: str) -> str:
    clean = text.strip()
    if not _SHORTEST_MARKER <= len(clean) <= _LONGEST_MARKER:
        raise ValueError(f"{text!r} must be {_SHORTEST_MARKER} to {_LONGEST_MARKER} characters, such as '[off]'")
    return clean


def _this_machine(text: str) -> str:
    if text not in {"127.0.0.1", "::1"}:
        raise ValueError(
            f"{text!r} must be '127.0.0.1' or '::1': what the endpoint tells is for this machine; "
            "let something that checks who asks pass it on, if others need it"
        )
    return text


Zone = Annotated[str, AfterValidator(_known_zone)]
PlatformId = Annotated[str, AfterValidator(_platform_id)]
ShortName = Annotated[str, AfterValidator(_short_name)]
CommandPrefix = Annotated[str, AfterValidator(_command_prefix)]
LoopbackAddress = Annotated[str, AfterValidator(_this_machine)]
Marker = Annotated[str, AfterValidator(_marker)]

StandingName = Literal["member", "trusted", "moderator", "admin"]


class StoreSection(Section):
    """Where everything that the bot keeps lies."""

    path: Path = setting(
        Path("folkmoot.sqlite"),
        "The SQLite file, created readable by its owner only; a relative path starts at this file's folder. "
        "Put it on a local disk: SQLite and network file systems do not get on.",
    )


class LogSection(Section):
    """What the process writes to its standard error. Message texts are never logged."""

    level: Literal["debug", "info", "warning", "error"] = setting(
        "info",
        "How much is written: error the least, debug the most, which helps when something does not do what it should.",
    )
    format: Literal["console", "json"] = setting(
        "console", "Coloured lines for people, or one JSON object a line for a log collector."
    )


class CommandsSection(Section):
    """How commands are told from talk."""

    prefix: CommandPrefix = setting(
        "!",
        "What a command begins with; change it where another bot already answers to the same one.",
    )


class ModelsSection(Section):
    """The local models: they run on this machine, beside the event loop."""

    enabled: bool = setting(
        True, "Load the models. Without them nothing is flagged and nothing summed up; the bot says so."
    )
    threads: int = setting(
        1,
        "Processor threads for one model run; more judge a backlog faster and leave less for everything else.",
        ge=1,
        le=64,
    )
    batch: int = setting(
        16,
        "Messages judged in one run; a larger number is a little faster and answers later.",
        unit="messages",
        ge=1,
        le=256,
    )
    deadline: float = setting(
        20.0,
        "How long a summary may take before the asker is told that it takes too long; raise it on slow machines.",
        unit="seconds",
        gt=0,
        le=600,
    )
    classifier: str = setting(
        "",
        "Another classifier than Folkmoot's own: the folder of a sequence-classification model of Hugging Face, or its "
        "id once `hf download` has fetched it. It needs `pip install 'folkmoot[hf]'`, much more memory and time, reads "
        "one message without what it answers, and knows no recommended threshold: set `threshold` under `civility`.",
    )
    classifier_labels: tuple[str, ...] = setting(
        (),
        "The labels of that model which stand for a personal attack, such as toxic-bert's `insult` and `threat`; "
        "a start with a wrong one lists them all.",
    )


class LimitsSection(Section):
    """Bounds that keep a flood in one room from harming the others."""

    waiting: int = setting(
        5_000,
        "Events that may wait in memory; more wait in the store and are read again when it is their turn. "
        "Fewer need less memory, more are handled a little faster after a burst.",
        unit="events",
        ge=100,
        le=1_000_000,
    )
    at_once: int = setting(8, "Rooms whose events are handled at the same time.", unit="rooms", ge=1, le=256)
    handler_seconds: float = setting(
        60.0,
        "After this long a cog's handler counts as hung and is stopped; raise it for a slow model.",
        unit="seconds",
        gt=0,
        le=3600,
    )
    command_hours: int = setting(
        24,
        "A typed command that the bot reads later than this after it was written is not carried out: nobody waits for "
        "an answer any more. Raise it where the bot is off for days and commands are to count all the same.",
        unit="hours",
        ge=1,
        le=720,
    )
    journal_hours: int = setting(
        24,
        "How long handled events are remembered, so that one delivered again is known; they hold no texts.",
        unit="hours",
        ge=1,
        le=720,
    )


class RecordSection(Section):
    """What members can do to keep words off the record."""

    markers: tuple[Marker, ...] = setting(
        ("[off]", "[otr]"),
        "A message that begins with one of these is off the record: never quoted, never summed up, kept for "
        "moderation only and for a short time (`off_record_hours`). Capital letters make no difference.",
    )


class MonitoringSection(Section):
    """Health and metrics over HTTP, for programs on this machine: `folkmoot health`, Prometheus, a container."""

    enabled: bool = setting(
        False, "Answer GET /health and GET /metrics; switch it on where something looks after the bot."
    )
    address: LoopbackAddress = setting(
        "127.0.0.1", "Where it listens: 127.0.0.1 or ::1, so that only this machine can ask."
    )
    port: int = setting(9464, "The port; choose another where this one is taken.", ge=1, le=65535)
    lag_limit: float = setting(
        900.0,
        "From this lag on the bot counts as unwell: the oldest message that waits for a cog's worker, such as the "
        "classifier, has waited for so long. Raise it where bursts are usual.",
        unit="seconds",
        gt=0,
        le=86_400,
    )


class CogsSection(Section):
    """Which features run."""

    enabled: tuple[str, ...] = setting(
        ("civility", "review", "summaries", "reading", "admin", "privacy", "help"),
        "The cogs that are loaded, in this order; one that is not named is never loaded.",
    )
    paths: tuple[Path, ...] = setting(
        (),
        "Folders with further cogs, one folder or file per cog; a relative path starts at this file's folder. "
        "Their code runs with all the bot's rights.",
    )


class ConsoleSection(Section):
    """The console platform: rooms in a terminal, for trying things out without Discord or Matrix."""

    room: ShortName = setting("square", "The room in which typed lines are said.")
    review_room: ShortName = setting("moderators", "The room in which flags and prompts for moderators appear.")
    person: ShortName = setting("you", "Who is speaking until `/as` says otherwise.")
    standing: StandingName = setting(
        "admin", "What that person may do; choose member to see the bot as members see it."
    )


class RuleSection(Section):
    """One rule of a community, in its own words."""

    id: ShortName = setting(..., "A short name that flags and cases refer to.", examples=["no-personal-attacks"])
    text: str = setting(
        ...,
        "The rule as members read it.",
        examples=["Argue with the claim, not with the person."],
        min_length=1,
        max_length=500,
    )


class StewardSection(Section):
    """A person who moderates, with all their accounts, so that "another moderator" means another person."""

    name: str = setting(
        ..., "How the audit trail and the cards call them.", examples=["Noor"], min_length=1, max_length=80
    )
    accounts: tuple[PlatformId, ...] = setting(
        ...,
        "Their accounts on all platforms, as platform:id. Linked accounts count as one person.",
        examples=[["console:noor"]],
        min_length=1,
    )
    standing: StandingName = setting(
        "moderator", "What they may do in the whole community, if the platform does not already grant more."
    )


class CommunitySection(Section):
    """The unit that moderators run: rooms on any platform with their rules and moderators."""

    id: ShortName = setting(
        ...,
        "A short name; stored with cases and settings, so do not change it later.",
        examples=["assembly"],
    )
    rooms: tuple[PlatformId, ...] = setting(
        (),
        "The rooms that the bot reads and answers in, as platform:id. Rooms named nowhere are left alone.",
        examples=[["console:square"]],
    )
    review_room: PlatformId | None = setting(
        None,
        "The room that only moderators can open, where flags are decided; without one nobody hears of flags.",
        examples=["console:moderators"],
    )
    mode: Literal["observe", "suggest", "enforce"] = setting(
        "suggest",
        "What the bot may do by itself: nothing (observe: count only), put flags before moderators (suggest), "
        "or carry out what rules say as well (enforce).",
    )
    zone: Zone = setting("UTC", "The IANA time zone in which schedules and times are read.")
    retention_days: int = setting(
        30,
        "How long message texts are kept; fewer days keep less about members, more let summaries and cases look back "
        "further.",
        unit="days",
        ge=1,
        le=3650,
    )
    off_record_hours: int = setting(
        72,
        "How long a text is kept that was said off the record: long enough for moderators to look at it, if somebody "
        "reports it. It is never quoted or summed up.",
        unit="hours",
        ge=1,
        le=8760,
    )
    rules: tuple[RuleSection, ...] = setting((), "The community's rules.")
    stewards: tuple[StewardSection, ...] = setting((), "Its moderators.")

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        _require_unique("rule", [rule.id for rule in self.rules])
        _require_unique("account", [account for steward in self.stewards for account in steward.accounts])
        if self.review_room in self.rooms:
            raise ValueError(f"{self.review_room} is both a room and the review room: flags would be seen by everyone")
        return self


class Core(Section):
    """The whole file but the cogs' sections."""

    store: StoreSection = StoreSection()
    log: LogSection = LogSection()
    commands: CommandsSection = CommandsSection()
    models: ModelsSection = ModelsSection()
    limits: LimitsSection = LimitsSection()
    record: RecordSection = RecordSection()
    monitoring: MonitoringSection = MonitoringSection()
    cogs: CogsSection = CogsSection()
    console: ConsoleSection = ConsoleSection()
    matrix: MatrixSection = MatrixSection()
    discord: DiscordSection = DiscordSection()
    community: tuple[CommunitySection, ...] = ()

    @model_validator(mode="after")
    def _rooms_belong_to_one_community(self) -> Self:
        _require_unique("community", [community.id for community in self.community])
        rooms = [room for community in self.community for room in {*community.rooms, community.review_room} if room]
        _require_unique("room", rooms)
        return self


def _require_unique(what: str, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"the {what} {', '.join(map(repr, twice))} is named twice")
