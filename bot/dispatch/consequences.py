"""What becomes of a handler's effects: flags merged per message, automatic sanctions bound by the mode."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime

from bot.domain.effect import AnySanction, Effect, Flag, Record, Sanction
from bot.domain.event import Flagged
from bot.domain.ids import CommunityId
from bot.domain.moderation import Mode, Origin


@dataclass(slots=True)
class Consequences:
    """What may leave, what moderators hear of, and what is only written down."""

    allowed: list[Effect] = field(default_factory=list)
    flagged: list[Flagged] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)


def weigh(effects: Iterable[Effect], *, mode: Mode, community: CommunityId | None, at: datetime) -> Consequences:
    """Decide about the effects of one handler in one community.

    In `observe` flags are only recorded and nothing automatic leaves; in `suggest` flags reach moderators; in `enforce`
    automatic sanctions are carried out too. What a human decided is never bound. Outside any community a flag has no
    moderators to go to and is dropped.
    """
    result = Consequences()
    flags: list[Flag] = []
    for effect in effects:
        if isinstance(effect, Flag):
            flags.append(effect)
        elif isinstance(effect, Sanction) and effect.origin is Origin.AUTOMATIC and mode is not Mode.ENFORCE:
            result.records.extend(_withheld(effect, mode, community))
        else:
            result.allowed.append(effect)
    if community is not None and flags:
        told = mode is not Mode.OBSERVE
        result.records.extend(
            _flag_record(flag, community, "flag.raised" if told else "flag.observed") for flag in flags
        )
        if told:
            result.flagged = _merge(flags, at)
    return result


def sanction_subject(sanction: AnySanction) -> str:
    """The id of the message or member that a sanction is about, or of the room."""
    names = {entry.name for entry in fields(sanction)}
    for name in ("message", "member"):
        if name in names:
            return str(getattr(sanction, name))
    return sanction.conversation


def _merge(flags: Sequence[Flag], at: datetime) -> list[Flagged]:
    merged: dict[tuple[str, int], list[Flag]] = {}
    for flag in flags:
        merged.setdefault((flag.message, flag.revision), []).append(flag)
    return [
        Flagged(
            message=same[0].message,
            revision=same[0].revision,
            author=same[0].author,
            conversation=same[0].conversation,
            grounds=tuple(flag.ground for flag in same),
            at=at,
        )
        for same in merged.values()
    ]


def _flag_record(flag: Flag, community: CommunityId, action: str) -> Record:
    details = {"rule": flag.ground.rule, "revision": str(flag.revision), "author": flag.author.id}
    evidence = flag.ground.evidence
    if evidence is not None:
        details |= {
            "score": f"{evidence.score:.4f}",
            "threshold": f"{evidence.threshold:.4f}",
            "model": evidence.model,
            "target": evidence.target,
        }
    return Record(community, action, flag.message, None, details)


def _withheld(sanction: AnySanction, mode: Mode, community: CommunityId | None) -> Iterable[Record]:
    if community is not None:
        details = {"effect": type(sanction).__name__, "mode": mode.value, "rule": sanction.ground.rule}
        yield Record(community, "sanction.withheld", sanction_subject(sanction), None, details)
