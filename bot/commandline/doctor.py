"""`folkmoot doctor`: everything the bot needs, each line ok or what to do."""

import asyncio
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.text import Text

import models
from bot.commandline import machine, upkeep
from bot.commandline.checkup import discord_findings, matrix_findings
from bot.commandline.connections import CONSOLE, MATRIX, connections
from bot.commandline.finding import Finding, Verdict, lines, mend, note, ok
from bot.commandline.survey import Surveyed, survey
from bot.commandline.trial import unbuildable
from bot.config import CommunitySection, Config, load_config
from bot.errors import ConfigError, StorageError
from bot.loading.settings import section_models
from bot.storage import examine_store
from bot.storage.file.lock import holder
from models.attacks import ForeignClassifier
from models.runtime import Bundle, BundleError

_CLASSIFIER = "attack classifier"
_WEIGHTS = {_CLASSIFIER: "attacks", "sentence encoder": "encoder"}


def examine(path: Path, console: Console) -> int:
    """Print what was found; gives the exit code: 0, 78 where something must be set right, 75 for passing trouble."""
    findings = list(_findings(path))
    console.print(lines(finding for finding in findings if not finding.is_address))
    for finding in (finding for finding in findings if finding.is_address):
        console.print(Text(f"\n{finding.subject}: {finding.words}"), soft_wrap=True)
    to_mend = sum(finding.verdict is Verdict.MEND for finding in findings)
    option = "" if path == Path("config.toml") else f" --config {path}"
    console.print()
    if to_mend:
        things = "One thing is" if to_mend == 1 else f"{to_mend} things are"
        console.print(Text(f"{things} to be set right; then run `folkmoot doctor{option}` again."))
    else:
        console.print(Text(f"All is well: `folkmoot run{option}` starts the bot."))
    return max(finding.exit_code for finding in findings)


def _findings(path: Path) -> Iterator[Finding]:
    yield machine.python()
    yield machine.packages()
    yield machine.time_zones()
    try:
        config = load_config(path, section_models)
    except ConfigError as error:
        yield mend("configuration", str(error), error.exit_code)
        yield note("the rest", "store, communities, cogs and models are looked at once the configuration can be read")
        return
    yield ok("configuration", str(path))
    store = config.beside(config.store.path).absolute()
    yield from upkeep.secrets(os.environ)
    yield machine.clock(datetime.now(UTC), [path, store])
    yield from _store(store)
    if config.monitoring.enabled and holder(store) is None:
        yield machine.port(config.monitoring.address, config.monitoring.port)
    yield from _communities(config)
    yield from matrix_findings(config, os.environ, datetime.now(UTC))
    yield from discord_findings(config, os.environ, datetime.now(UTC))
    yield from _cogs(config)
    yield from _models(config)


def _store(path: Path) -> Iterator[Finding]:
    yield from machine.store_file(path)
    if not path.exists():
        yield ok("store", f"{path} is made at the first start")
        return
    try:
        current = asyncio.run(examine_store(path))
    except StorageError as error:
        yield mend("store", str(error), error.exit_code)
    else:
        yield ok("store", f"{path}{'' if current else ', brought up to date at the next start'}")
        now = datetime.now(UTC)
        yield from upkeep.around(path, now)
        if current:
            yield from asyncio.run(upkeep.inside(path, now))


def _communities(config: Config) -> Iterator[Finding]:
    if not config.communities:
        yield mend("communities", "there is none, so nothing is watched: write a [[community]] with its rooms", 78)
    for community in config.communities:
        yield _community(community)
    there = {connection.name for connection in connections(config)}
    rooms = {room for community in config.communities for room in community.rooms}
    for platform in sorted({room.partition(":")[0] for room in rooms} - there):
        how = "; set homeserver and user under [matrix]" if platform == MATRIX else ""
        yield note(platform, f"nothing here connects to {platform}: rooms that begin with {platform}: stay unread{how}")
    typed = f"console:{config.console.room}"
    if rooms and CONSOLE in there and typed not in rooms:
        yield note("console", f"{typed}, where typed lines go, is a room of no community: see [console] room")


def _community(community: CommunitySection) -> Finding:
    subject = f"community {community.id}"
    if not community.rooms:
        return mend(subject, "it has no rooms: name them under `rooms`, as platform:id", 78)
    if community.review_room is None:
        return mend(subject, "nobody would hear of flags: name a room for moderators as `review_room`", 78)
    rooms = f"{len(community.rooms)} room{'s' if len(community.rooms) > 1 else ''}"
    return ok(
        subject, f"{rooms}, review room {community.review_room}, mode {community.mode}, times in {community.zone}"
    )


def _cogs(config: Config) -> Iterator[Finding]:
    unbuilt = asyncio.run(unbuildable(config))
    for cog in survey(config):
        if not cog.enabled:
            continue
        problem = cog.problem or unbuilt.get(cog.name)
        yield mend(f"cog {cog.name}", problem, 78) if problem else ok(f"cog {cog.name}", cog.description)
        yield from _rules(config, cog)


def _rules(config: Config, cog: Surveyed) -> Iterator[Finding]:
    """Settings that name a rule which a community does not have."""
    if cog.model is None:
        return
    section = config.section(cog.name, cog.model)
    for name, field in cog.model.model_fields.items():
        extra = field.json_schema_extra
        if not isinstance(extra, dict) or extra.get("names") != "rule":
            continue
        wanted = getattr(section, name)
        for community in config.communities:
            if all(rule.id != wanted for rule in community.rules):
                yield note(
                    f"[{cog.name}] {name}",
                    f"community {community.id} has no rule {wanted!r}: what refers to it shows that name, no rule's "
                    f"words; write the rule, or in its review room {config.commands.prefix}set {cog.name}.{name} RULE",
                )


def _models(config: Config) -> Iterator[Finding]:
    if not config.models.enabled:
        yield note("models", "switched off by [models] enabled: nothing is flagged or summed up")
        return
    if config.models.classifier:
        yield _other_classifier(config.models.classifier, config.models.classifier_labels)
    for subject, folder in _WEIGHTS.items():
        if subject == _CLASSIFIER and config.models.classifier:
            continue
        try:
            bundle = Bundle.open(Path(models.__path__[0]) / folder / "weights")
        except BundleError as error:
            yield mend(subject, f"{error} Until then the bot runs without it.", 75)
        else:
            yield ok(subject, f"{bundle.version}, every file as its manifest says")


def _other_classifier(name: str, labels: Sequence[str]) -> Finding:
    try:
        loaded = ForeignClassifier(name, labels)
    except BundleError as error:
        return mend(_CLASSIFIER, f"{error} Until then the bot runs without it.", 75)
    return ok(_CLASSIFIER, f"{loaded.version}, an attack being {', '.join(labels)}")
