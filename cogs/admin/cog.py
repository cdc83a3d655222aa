"""`!settings`, `!set`, `!cogs` and `!health`."""

from difflib import get_close_matches
from typing import Annotated, Final, Literal

from bot.api import (
    AccessLost,
    Cog,
    CogControl,
    CogError,
    CommandCatalog,
    Community,
    Configure,
    Conversation,
    ConversationId,
    ConversationReplaced,
    Directory,
    Document,
    HealthReport,
    Invocation,
    Place,
    Priority,
    Record,
    Reply,
    Rest,
    Say,
    SettingInfo,
    SettingsCatalog,
    Standing,
    UserError,
    command,
    listen,
)
from cogs.admin import shown

_UNTIL_RESTART: Final = "At the next start the configuration decides again: [cogs] enabled."


class Admin(Cog):
    """Settings, cogs and health, for those who run the community."""

    name = "admin"

    def __init__(
        self,
        *,
        settings: SettingsCatalog,
        cogs: CogControl,
        health: HealthReport,
        catalog: CommandCatalog,
        directory: Directory,
    ) -> None:
        self._settings = settings
        self._cogs = cogs
        self._health = health
        self._catalog = catalog
        self._directory = directory

    @command(
        "settings",
        help="Show this community's settings, or explain those of one section",
        standing=Standing.MODERATOR,
        place=Place.REVIEW_ROOM,
    )
    async def settings_of(self, call: Invocation, section: str = "") -> Document:
        infos = self._settings.all(call.home.id)
        if not section:
            return shown.sections(infos, self._settings.presets(), self._catalog.prefix)
        wanted = [info for info in infos if info.section == section.lower()]
        if not wanted:
            raise UserError(f"There is no such section. {_which(section, sorted({info.section for info in infos}))}")
        return shown.section(wanted, self._catalog.prefix)

    @command(
        "set",
        help="Change a setting of this community: set SECTION.NAME VALUE, SECTION.NAME default, or preset NAME",
        standing=Standing.MODERATOR,
        place=Place.REVIEW_ROOM,
    )
    async def set(self, call: Invocation, setting: str, value: Annotated[str, Rest()]) -> Reply:
        if setting.lower() == "preset":
            return self._set_preset(call, value.strip().lower())
        section, dot, name = setting.lower().partition(".")
        if not dot:
            raise UserError(self._incomplete(call, section))
        stored = self._settings.check(section, name, value) if value.lower() != "default" else None
        before = self._info(call, section, name)
        after = before.default if stored is None else stored
        return [
            call.answer(shown.changed(before, after)),
            Configure(call.home.id, section, name, stored),
            _record(call, before, after),
        ]

    @command(
        "cogs",
        help="Show the loaded cogs; load, unload or reload one",
        standing=Standing.ADMIN,
        place=Place.REVIEW_ROOM,
    )
    async def cogs(
        self, call: Invocation, action: Literal["load", "unload", "reload"] | None = None, name: str = ""
    ) -> Reply:
        if action is None:
            missing = (await self._health.health()).not_loaded
            return shown.cogs(self._cogs.loaded(), missing, self._catalog.prefix)
        if not name:
            raise UserError(
                f"Which one? {self._catalog.prefix}cogs {action} NAME; loaded: {', '.join(self._cogs.loaded())}"
            )
        change = {"load": self._cogs.load, "unload": self._cogs.unload, "reload": self._cogs.reload}[action]
        try:
            await change(name.lower())
        except CogError as error:
            raise UserError(str(error)) from error
        what = {
            "load": f"is loaded. {_UNTIL_RESTART}",
            "unload": f"is unloaded; what it stored stays. {_UNTIL_RESTART}",
            "reload": "is loaded anew.",
        }[action]
        return [
            call.answer(Document.of(f"{name.lower()} {what}")),
            Record(call.home.id, f"cog.{action}ed", name.lower(), call.caller.id),
        ]

    @command(
        "health",
        help="Show what waits, how far behind the rooms are, what went wrong and which models answer",
        standing=Standing.MODERATOR,
        place=Place.REVIEW_ROOM,
    )
    async def health(self, call: Invocation) -> Document:
        report = await self._health.health()
        mine = call.home.places
        lag = {room: seconds for room, seconds in report.room_lag.items() if room in mine}
        unread = await self._directory.undecryptable(call.home.id)
        names = {room: await self._name(room) for room in {*lag, *unread}}
        return shown.health(report, shown.rooms(lag, unread, names))

    async def _name(self, room: ConversationId) -> str:
        conversation = await self._directory.conversation(room)
        return conversation.name if conversation and conversation.name else room

    # --- rooms ------------------------------------------------------------------------------------------------

    @listen
    async def sent_out(self, event: AccessLost) -> Reply:
        """The bot was kicked or banned: moderators know whom to ask."""
        community = self._community_of(event.conversation)
        if community is None or community.review_room is None or event.conversation.room in community.former:
            return None
        if event.conversation.room == community.review_room:
            return None  # nobody there would see it; the core has logged it
        return Say(community.review_room, shown.sent_out(event), priority=Priority.CARD)

    @listen
    async def replaced(self, event: ConversationReplaced) -> Reply:
        """A room was upgraded: moderators hear whether the bot follows."""
        community = self._community_of(event.old)
        if community is None or community.review_room is None or not event.is_move:
            return None
        follows = event.old.id in community.former
        return Say(community.review_room, shown.replaced(event, follows=follows), priority=Priority.NOTICE)

    def _community_of(self, conversation: Conversation) -> Community | None:
        return self._directory.community_of(conversation.room)

    # --- parts of answers -------------------------------------------------------------------------------------

    def _set_preset(self, call: Invocation, name: str) -> Reply:
        presets = self._settings.presets()
        if name not in presets:
            raise UserError(f"There is no such preset. {_which(name, sorted(presets))}")
        changes = [
            (self._info(call, section, setting), value)
            for section, values in presets[name].items()
            for setting, value in values.items()
        ]
        changes = [(info, value) for info, value in changes if value != info.value]
        return [
            call.answer(shown.preset_applied(name, changes)),
            *(Configure(call.home.id, info.section, info.name, value) for info, value in changes),
            *(_record(call, info, value) for info, value in changes),
        ]

    def _incomplete(self, call: Invocation, section: str) -> str:
        names = [f"{info.section}.{info.name}" for info in self._settings.all(call.home.id)]
        inside = [name for name in names if section in name.split(".")]
        prefix = self._catalog.prefix
        if not inside:
            return f"A setting is written with its section, as in {names[0]}. {prefix}settings shows them all."
        return f"Which one? A setting is written with its section: {', '.join(inside)}"

    def _info(self, call: Invocation, section: str, name: str) -> SettingInfo:
        infos = {f"{info.section}.{info.name}": info for info in self._settings.all(call.home.id)}
        wanted = f"{section}.{name}"
        if wanted not in infos:
            raise UserError(f"There is no such setting. {_which(wanted, sorted(infos))}")
        return infos[wanted]


def _record(call: Invocation, before: SettingInfo, after: str) -> Record:
    details = {"from": before.value, "to": after}
    return Record(call.home.id, "setting.changed", f"{before.section}.{before.name}", call.caller.id, details)


def _which(wanted: str, known: list[str]) -> str:
    near = get_close_matches(wanted.lower(), known, n=1)
    return f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known)}"
