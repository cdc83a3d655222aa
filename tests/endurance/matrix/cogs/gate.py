"""A cog of a few lines that bans and unbans on a moderator's word, for scripts: no bundled cog does."""

from bot.api import Ban, Cog, Ground, Invocation, MemberId, Origin, Reply, Standing, Unban, command


class Gate(Cog):
    """Ban and unban."""

    name = "gate"

    @command("ban", help="Ban a member: ban @name", standing=Standing.MODERATOR)
    async def ban(self, call: Invocation, member: MemberId) -> Reply:
        return [Ban(**self._common(call), member=member)]

    @command("unban", help="Let a member in again: unban @name", standing=Standing.MODERATOR)
    async def unban(self, call: Invocation, member: MemberId) -> Reply:
        return [Unban(**self._common(call), member=member)]

    @staticmethod
    def _common(call: Invocation) -> dict:
        ground = Ground("respect", "a moderator's word")
        return {
            "conversation": call.conversation.id,
            "ground": ground,
            "origin": Origin.HUMAN,
            "by": call.caller.id,
        }
