"""`!privacy`, `!my-data`, `!forget-me` and `!off-the-record`: every answer is for the asker alone."""

import asyncio
from datetime import timedelta
from typing import Annotated, Final, Literal

from bot.api import (
    Ask,
    Attach,
    Audience,
    Cog,
    CommandCatalog,
    Document,
    Edit,
    Erase,
    Invocation,
    MemberData,
    OffTheRecord,
    Place,
    PromptAnswered,
    Reply,
    Rest,
    Standing,
    UserError,
    command,
    listen,
)
from cogs.privacy import words
from cogs.privacy.files import files

_MINUTES_TO_ANSWER: Final = 15


class Privacy(Cog):
    """Show members what is kept about them, hand it over, erase it, keep them off the record."""

    name = "privacy"

    def __init__(self, members: MemberData, catalog: CommandCatalog) -> None:
        self._members = members
        self._catalog = catalog

    @command(
        "privacy",
        help="Show what is kept about you, why, how long, and what you can do about it",
        place=Place.ANYWHERE,
        audience=Audience.ASKER,
    )
    async def privacy(self, call: Invocation) -> Document:
        return words.kept(self._members.keepings(call.community), self._members.markers, self._catalog.prefix)

    @command(
        "my-data",
        help="Get all that is kept about you, as a file that only you can see",
        aliases=("mydata",),
        place=Place.ANYWHERE,
        cooldown=timedelta(minutes=10),
        audience=Audience.ASKER,
    )
    async def my_data(self, call: Invocation) -> Reply:
        export = await self._members.export(call.caller.id)
        about = {"account": call.caller.id, "name": call.caller.name, "made at": call.at.isoformat()}
        made = await asyncio.to_thread(files, export, about)  # some wrote for years
        return [
            Attach(
                call.conversation.id,
                name,
                content,
                words.handed_over(len(made)) if number == 1 else words.one_more(number, len(made)),
                Audience.ASKER,
                call.caller.id,
                call.asked,
            )
            for number, (name, content) in enumerate(made, 1)
        ]

    @command(
        "forget-me",
        help="Erase all that is kept about you; you are asked once more",
        aliases=("forgetme",),
        place=Place.ANYWHERE,
        audience=Audience.ASKER,
    )
    async def forget_me(self, call: Invocation, confirmation: Annotated[str, Rest()] = "") -> Reply:
        if confirmation:
            if " ".join(confirmation.lower().split()) != words.SPELLED_OUT:
                raise UserError(
                    f"Nothing was erased. If you want it, write {self._catalog.prefix}forget-me {words.SPELLED_OUT}"
                )
            return [
                Erase(call.caller.id, call.conversation.id),
                call.answer(words.begun(), audience=Audience.ASKER),
            ]
        keepers = dict.fromkeys(one.keeper for one in self._members.keepings(call.community))
        return Ask(
            call.conversation.id,
            words.question([name for name in keepers if name != "core"], self._catalog.prefix, _MINUTES_TO_ANSWER),
            f"forget:{call.number}",
            words.choices(),
            audience=Audience.ASKER,
            asker=call.caller.id,
            reply_to=call.asked,
            expires_at=call.at + timedelta(minutes=_MINUTES_TO_ANSWER),
            standing=Standing.MEMBER,
        )

    @listen
    async def answered(self, event: PromptAnswered) -> Reply:
        """The core has seen to it that the asker answered, and in time."""
        where = event.conversation.id
        if event.choice == words.ERASE:
            return [Edit(where, event.label, words.begun()), Erase(event.member.id, where)]
        return Edit(where, event.label, words.left_alone())

    @command(
        "off-the-record",
        help="Keep all that you write from now on off the record, or no longer; or show how it is",
        aliases=("off-record", "otr"),
        place=Place.ANYWHERE,
        audience=Audience.ASKER,
    )
    async def off_the_record(self, call: Invocation, wish: Literal["on", "off"] | None = None) -> Reply:
        wanted = await self._members.off_record(call.caller.id) if wish is None else wish == "on"
        body = words.off_record(
            wanted=wanted, community=call.community, markers=self._members.markers, prefix=self._catalog.prefix
        )
        answer = call.answer(body, audience=Audience.ASKER)
        return answer if wish is None else [OffTheRecord(call.caller.id, wanted), answer]
