"""What is kept about members, put together from the core and every loaded cog."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.dispatch.members.off_record import OffRecord
from bot.dispatch.members.retention import LABELLED_POSTS, TOMBSTONES
from bot.dispatch.outcome import Source
from bot.dispatch.runner import HandlerFailed, Runner
from bot.domain.community import Community
from bot.domain.ids import CommunityId, MemberId
from bot.errors import CogError, ModelUnavailable, UserError
from bot.ownership import CORE
from bot.ports.clock import Clock
from bot.ports.knowledge import Directory, Keeping
from bot.ports.stores import MemberRecords
from bot.registry import LoadedCog, Registry

_UNSAID = Community(CommunityId(""), frozenset())
"""What holds where no community is configured."""


class MemberDataView:
    """Implements the port `MemberData`.

    Args:
        markers: as the configuration gives them.
        journal_hours: how long handled events are remembered.
        time_limit: seconds that one cog may take for its part of an export.
    """

    def __init__(
        self,
        records: MemberRecords,
        directory: Directory,
        runner: Runner,
        clock: Clock,
        off_record: OffRecord,
        *,
        registry: Callable[[], Registry],
        markers: Sequence[str],
        journal_hours: int,
        time_limit: float,
    ) -> None:
        self._records = records
        self._directory = directory
        self._runner = runner
        self._clock = clock
        self._off_record = off_record
        self._registry = registry
        self._markers = tuple(markers)
        self._journal_hours = journal_hours
        self._time_limit = time_limit

    @property
    def markers(self) -> tuple[str, ...]:
        return self._markers

    async def off_record(self, member: MemberId) -> bool:
        return self._off_record.wanted(member)

    def keepings(self, community: Community | None) -> list[Keeping]:
        cogs = self._registry().cogs.items()
        kept = [Keeping(name, one.what, one.why, one.until) for name, loaded in cogs for one in loaded.cog.keeps]
        return [*self._core(community), *kept]

    async def export(self, member: MemberId) -> Mapping[str, Any]:
        loaded = self._registry().cogs
        parts = await asyncio.gather(*(self._part(one, member) for one in loaded.values()))
        found: dict[str, Any] = {CORE: dict(await self._records.export(member))}
        found |= {name: part for name, part in zip(loaded, parts, strict=True) if part}
        for name in sorted(await self._records.keepers() - loaded.keys()):
            found[name] = {
                "missing": "This part of the bot is switched off and may keep something about you. "
                "Whoever runs the bot can switch it on; then ask again."
            }
        return found

    async def _part(self, cog: LoadedCog, member: MemberId) -> Mapping[str, Any]:
        async def exported() -> Mapping[str, Any]:
            part = dict(await cog.export(member))
            try:
                json.dumps(part, allow_nan=False)
            except (TypeError, ValueError) as error:
                raise CogError(f"what export gives is no JSON: {type(error).__name__}") from error
            return part

        source = Source(cog.name, "export", 0, self._clock.now())
        try:
            return await self._runner.attempt(source, exported, within=self._time_limit)
        except HandlerFailed as failure:
            reason = f"the failure is in the log as incident {failure.incident}"
        except (UserError, ModelUnavailable) as error:
            reason = f"the failure was a {type(error).__name__}"
        return {"missing": f"This part could not be put together: {reason}. Please tell whoever runs the bot."}

    def _core(self, community: Community | None) -> list[Keeping]:
        among = (community,) if community else self._directory.communities() or (_UNSAID,)
        days = _span([one.retention_days for one in among], "day")
        hours = _span([one.off_record_hours for one in among], "hour")
        return [
            Keeping(
                CORE,
                "your messages in the rooms that I read, with the names of attached files and what they answer",
                "so that moderators see what a flagged or reported message was about, and a summary can quote",
                f"{days}; off the record {hours}; gone at once when you delete one",
            ),
            Keeping(
                CORE,
                "your name and the account that the platform shows",
                "so that cards and summaries can say who wrote",
                "as long as anything else of you is kept here, or until you ask to be erased",
            ),
            Keeping(
                CORE,
                "that a message was deleted: its id, its room and when, without its words and without you",
                "so that it does not come back when the platform sends it once more",
                _span([TOMBSTONES.days], "day"),
            ),
            Keeping(
                CORE,
                "which questions I put to you, such as whether to erase you, without their words",
                "so that I understand your answer, also after a restart",
                _span([LABELLED_POSTS.days], "day"),
            ),
            Keeping(
                CORE,
                "which messages you approved of with a reaction",
                "so that a summary can count likes",
                "as long as the message is kept",
            ),
            Keeping(
                CORE,
                "that something happened, such as a message, a report or a command, without the words of messages",
                "so that nothing is lost or done twice when I am restarted",
                _span([self._journal_hours], "hour"),
            ),
            Keeping(
                CORE,
                "what my connection to the platform must find again: a message of yours that I cannot decrypt yet or "
                "that I hid, which reaction was yours, until when you may not write",
                "so that I can go on with it after a restart, and take a measure back",
                "until that is done, words and reactions at most 30 days; gone at once when you ask to be erased",
            ),
            Keeping(
                CORE,
                "the audit trail: which messages were flagged and what moderators decided and did",
                "so that decisions can be checked and taken back",
                "for good; when you ask to be erased, its lines stay and name you no more",
            ),
            Keeping(
                CORE,
                "your wish to be off the record, if you told me",
                "so that I can keep to it",
                "until you change it or ask to be erased",
            ),
            Keeping(
                CORE,
                "once you were erased: a fingerprint of your account, in which only who knows the account finds it",
                "so that you are erased again when a backup is put back",
                "for good",
            ),
        ]


def _span(numbers: Sequence[int], unit: str) -> str:
    """As in "30 days", or where communities differ "14 to 30 days, as the community decides"."""
    least, most = min(numbers), max(numbers)
    if least == most:
        return f"{most} {unit}" if most == 1 else f"{most} {unit}s"
    return f"{least} to {most} {unit}s, as the community decides"
