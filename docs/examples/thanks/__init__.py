"""Members thank each other, and see how often each was thanked: a whole cog in forty lines."""

from dataclasses import dataclass, replace

from bot import api


@api.table("thanked", key=("community", "member"))
@dataclass(frozen=True, slots=True)
class Thanked:
    community: api.CommunityId
    member: api.MemberId
    times: int


class Thanks(api.Cog):
    """Members thank each other."""

    name = "thanks"
    migrations = (api.Migration(1, (api.CreateTable(Thanked),)),)
    keeps = (api.Kept("how often you were thanked", "so that others see it", "until you ask to be erased"),)

    def __init__(self, directory: api.Directory, tables: api.CogTables) -> None:
        self._directory, self._thanked = directory, tables.of(Thanked)

    @api.command("thank", help="Thank a member: thank @name")
    async def thank(self, call: api.Invocation, member: api.MemberId) -> api.Reply:
        thanked = await self._directory.member(member)
        if thanked is None or member == call.caller.id:
            raise api.UserError("Thank somebody else who has written here")
        old = await self._thanked.get(call.home.id, member)
        new = replace(old, times=old.times + 1) if old else Thanked(call.home.id, member, 1)
        row = api.Swap(old, new) if old else api.Put(new)
        return [row, call.answer(api.Document.of(api.Mention(member, thanked.name), f" has {new.times} thanks now"))]

    async def export(self, member: api.MemberId) -> dict[str, int]:
        return {row.community: row.times for row in await self._thanked.find({"member": member})}

    async def forget(self, member: api.MemberId) -> tuple[api.Remove, ...]:
        return tuple(api.Remove(row) for row in await self._thanked.find({"member": member}))
